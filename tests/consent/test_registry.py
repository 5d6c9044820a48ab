"""The registry keeps every version, sealed, and tells when the ledger heard of it."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest

from consent import Config, PatientKey, Registry, Storing, decide, withdraw
from consent.errors import ConsentAltered, ConsentChanged, ConsentNotComputable
from consent.registry import SCHEMA
from ledger import Entry, Log, Recorded, Signer
from ledger.sealing import pseudonym
from tests.consent.papers import HOSPITAL, ME, Json, ask, paper, permit

START = datetime(2026, 3, 4, 1, 30, tzinfo=UTC)
KEY = bytes(range(32))
LIN = PatientKey(pseudonym(KEY, "patient"), KEY)
OTHER = PatientKey("somebody", bytes(32))
CARE = paper(permit(HOSPITAL))


class Clock:
    """A minute passes with every look."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    signer = Signer("test.example/consent", bytes(32))
    made = Log.create(
        tmp_path / "ledger.db", signer=signer, clock=Clock(), entropy=os.urandom, tables=(SCHEMA,)
    )
    yield made
    made.close()


@pytest.fixture
def registry(log: Log) -> Registry:
    return Registry(log.glance)


def test_a_consent_comes_back_with_version_and_time_of_its_entry(log: Log, registry: Registry) -> None:
    recorded = _store(log, registry, CARE)
    (found,) = registry.versions(LIN)
    assert (found.consent_id, found.version, found.known) == ("paper", 1, recorded.time)
    assert (found.entry, found.commitment) == (recorded.id, recorded.entry.consents[0])
    meta = {"versionId": "1", "lastUpdated": recorded.time.isoformat(timespec="microseconds")}
    assert found.resource == CARE | {"meta": meta}


def test_nothing_is_written_before_the_ledger_writes(registry: Registry) -> None:
    registry.storing(CARE, LIN, entropy=os.urandom)
    assert registry.versions(LIN) == []


def test_taking_back_is_a_new_version_and_the_old_one_stays(log: Log, registry: Registry) -> None:
    given = _store(log, registry, CARE)
    taken = _store(log, registry, withdraw(registry.newest(LIN)[0].resource, at=START, by=ME, reason="moved"))
    assert [(one.version, one.resource["status"]) for one in registry.versions(LIN)] == [
        (1, "active"),
        (2, "inactive"),
    ]
    assert [one.version for one in registry.newest(LIN)] == [2]
    versions = [one.resource for one in registry.versions(LIN)]
    for at, reason in ((given.time, "CONSENT_PERMIT"), (taken.time, "CONSENT_WITHDRAWN")):
        question = ask(at=at.isoformat(timespec="microseconds"))
        assert decide(versions, question, Config()).reason == reason


def test_two_writers_at_once_cannot_both_win(log: Log, registry: Registry) -> None:
    first = registry.storing(CARE, LIN, entropy=os.urandom)
    second = registry.storing(CARE, LIN, entropy=os.urandom)
    assert first.version == second.version
    _append(log, first)
    with pytest.raises(ConsentChanged):
        _append(log, second)
    assert log.size == 1
    assert len(registry.versions(LIN)) == 1


def test_marks_of_another_registry_are_not_kept(log: Log, registry: Registry) -> None:
    foreign = {"versionId": "7", "lastUpdated": "2020-01-01", "source": "https://elsewhere.example"}
    recorded = _store(log, registry, CARE | {"meta": foreign})
    meta = registry.versions(LIN)[0].resource["meta"]
    assert (meta["versionId"], meta["source"]) == ("1", "https://elsewhere.example")
    assert datetime.fromisoformat(meta["lastUpdated"]) == recorded.time


def test_two_patients_do_not_see_each_other(log: Log, registry: Registry) -> None:
    _store(log, registry, CARE)
    assert registry.versions(OTHER) == []


def test_what_cannot_be_computed_is_refused_at_the_door(registry: Registry) -> None:
    with pytest.raises(ConsentNotComputable, match=r"provision\.type") as told:
        registry.storing(paper({"purpose": []}), LIN, entropy=os.urandom)
    assert "provision" in told.value.zh


def test_the_file_tells_nobody_who_agreed_to_what(log: Log, registry: Registry, tmp_path: Path) -> None:
    _store(log, registry, CARE)
    log.close()
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for word in (b"lin", b"yufeng", b"TREAT", b"paper"):
        assert word not in written.replace(b"consent_version", b"")


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE consent_version SET sealed = (SELECT sealed FROM consent_version WHERE version = 1) WHERE version = 2",
        "UPDATE consent_version SET version = 3 WHERE version = 2",
        "UPDATE consent_version SET commitment = replace(commitment, 'a', 'b') WHERE version = 2",
        "UPDATE consent_version SET sealed = zeroblob(100) WHERE version = 2",
        "UPDATE consent_version SET consent = 'another' WHERE version = 2",
    ],
)
def test_a_changed_or_swapped_row_is_found_out(log: Log, registry: Registry, attack: str) -> None:
    _store(log, registry, CARE)
    second = _store(log, registry, CARE | {"status": "inactive"})
    writer = apsw.Connection(str(log.path))
    writer.execute(attack)
    writer.close()
    with pytest.raises(ConsentAltered, match=second.id):
        registry.versions(LIN)


def _store(log: Log, registry: Registry, resource: Json) -> Recorded:
    return _append(log, registry.storing(resource, LIN, entropy=os.urandom))


def _append(log: Log, storing: Storing) -> Recorded:
    entry = Entry(
        type="consent",
        subtype="grant",
        action="C",
        outcome="0",
        region="330108",
        node="test",
        source="consent",
        patient=LIN.pseudonym,
        consents=(storing.commitment,),
    )
    return log.append(entry, change=storing.change)
