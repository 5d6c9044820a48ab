"""What decides from the store: the newest version of each consent, opened and checked, and nothing kept."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent import Config, PatientKey, Registry, Storing, decide, decide_on_file
from consent.compiled import read_in_advance
from consent.errors import ConsentAltered
from consent.registry import SCHEMA
from ledger import Entry, Log, Recorded, Signer
from ledger.sealing import Sealed, pseudonym, seal
from tests.consent.papers import HOSPITAL, Json, ask, deny, paper, permit, topic
from tests.consent.wishes_of_anybody import papers, questions

START = datetime(2026, 3, 4, 1, 30, tzinfo=UTC)
KEY = bytes(range(32))
LIN = PatientKey(pseudonym(KEY, "patient"), KEY)
CARE = paper(permit(HOSPITAL), "care")
TAKEN_BACK = CARE | {"status": "inactive"}
REFUSAL = paper(deny(), "refusal", date="2026-02-20")
OPEN = Config(named_recipient_required=False)


class Clock:
    """A minute passes with every look."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log.create(
        tmp_path / "ledger.db",
        signer=Signer("test.example/consent", bytes(32)),
        clock=Clock(),
        entropy=os.urandom,
        tables=(SCHEMA,),
    )
    yield made
    made.close()


@pytest.fixture
def registry(log: Log) -> Registry:
    return Registry(log.reading)


@pytest.fixture(scope="module")
def long_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """One log for many patients: making a log takes longer than asking it."""
    made = Log.create(
        tmp_path_factory.mktemp("log") / "ledger.db",
        signer=Signer("test.example/consent", bytes(32)),
        clock=Clock(),
        entropy=os.urandom,
        tables=(SCHEMA,),
    )
    yield made
    made.close()


@settings(max_examples=60)
@given(
    papers(),
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from(("active", "inactive"))), max_size=3),
    questions(),
)
def test_the_newest_versions_decide_as_all_of_them_do(
    long_log: Log, signed: list[Json], later: list[tuple[int, str]], question: Json
) -> None:
    registry, key = Registry(long_log.reading), os.urandom(32)
    patient = PatientKey(pseudonym(key, "patient"), key)
    changed = [signed[i] | {"status": status} for i, status in later if i < len(signed)]
    for one in [*signed, *changed]:
        _store(long_log, registry, one, patient)
    all_of_them = registry.versions(patient)
    on_file = registry.on_file(patient, 8)
    asked = question | {"knownAt": (on_file.known or START).isoformat(timespec="microseconds")}
    assert decide_on_file(on_file.documents, asked, OPEN) == decide(
        [one.resource for one in all_of_them], asked, OPEN
    )
    assert on_file.versions == tuple((one.consent_id, one.version) for one in all_of_them)
    assert on_file.commitments == {one.consent_id: one.commitment for one in all_of_them}
    assert on_file.known == (all_of_them[-1].known if all_of_them else None)


def test_taken_back_is_taken_back_at_the_next_question(log: Log, registry: Registry) -> None:
    _store(log, registry, CARE)
    assert _answer(registry) == "CONSENT_PERMIT"
    _store(log, registry, TAKEN_BACK)
    assert _answer(registry) == "CONSENT_WITHDRAWN"


def test_whoever_has_no_consent_on_file_gets_nothing(registry: Registry) -> None:
    assert registry.on_file(LIN, 8).known is None
    assert _answer(registry) == "NO_CONSENT"


def test_what_was_stored_before_reading_in_advance_still_decides(log: Log, registry: Registry) -> None:
    exception = paper(permit(HOSPITAL, provision=[deny(securityLabel=topic("PSY"))]), "care")
    told = {"consent": "care", "version": 1, "resource": exception}
    _insert(log, pseudonym(KEY, "consent:care"), 1, seal(told, key=KEY, entropy=os.urandom))
    on_file = registry.on_file(LIN, 8)
    answer = decide_on_file(on_file.documents, ask(knownAt="2030-01-01"), Config())
    assert (answer.reason, answer.obligations) == ("CONSENT_PERMIT", ("REDACT:PSY",))
    assert [one.version for one in registry.versions(LIN)] == [1]


# Each of these would bring back what was taken back, or make a refusal disappear.
ATTACKS = {
    "the version in between is taken out": "DELETE FROM consent_version WHERE version = 2",
    "the newest is put behind": "UPDATE consent_version SET version = -1 WHERE version = 3",
    "the first is put in front": "UPDATE consent_version SET version = 4 WHERE version = 1",
    "the newest is called another consent": "UPDATE consent_version SET consent = 'another' WHERE version = 3",
    "the newest holds what the first held": (
        "UPDATE consent_version SET (commitment, sealed) ="
        " (SELECT commitment, sealed FROM consent_version WHERE version = 1) WHERE version = 3"
    ),
    "the newest became known before the first": "UPDATE consent_version SET known_us = 1 WHERE version = 3",
    "the newest is not what was committed to": (
        "UPDATE consent_version SET commitment = 'é' || substr(commitment, 2) WHERE version = 3"
    ),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_a_file_somebody_changed_decides_nothing(log: Log, registry: Registry, attack: str) -> None:
    for one in (CARE, CARE | {"language": "zh"}, TAKEN_BACK):
        _store(log, registry, one)
    _do(log, attack)
    with pytest.raises(ConsentAltered):
        registry.on_file(LIN, 8)


def test_a_refusal_under_the_name_of_another_consent_decides_nothing(log: Log, registry: Registry) -> None:
    _store(log, registry, CARE)
    _store(log, registry, REFUSAL)
    names = {name: pseudonym(KEY, f"consent:{name}") for name in ("care", "refusal")}
    _do(
        log,
        f"UPDATE consent_version SET (commitment, sealed) = (SELECT commitment, sealed FROM consent_version"
        f" WHERE consent = '{names['care']}') WHERE consent = '{names['refusal']}'",
    )
    with pytest.raises(ConsentAltered):
        registry.on_file(LIN, 8)


def test_what_no_longer_counts_need_not_open_to_decide_but_to_be_shown(log: Log, registry: Registry) -> None:
    _store(log, registry, CARE)
    _store(log, registry, TAKEN_BACK)
    _do(log, "UPDATE consent_version SET sealed = zeroblob(100) WHERE version = 1")
    assert _answer(registry) == "CONSENT_WITHDRAWN"
    with pytest.raises(ConsentAltered):
        registry.versions(LIN)


def test_a_reading_that_is_not_that_of_the_resource_is_found_when_it_is_shown(
    log: Log, registry: Registry
) -> None:
    """Only whoever holds the key could seal the two together; whoever looks at the consent sees it."""
    kept = read_in_advance(CARE, 8)
    forged = {"consent": "care", "version": 1, "resource": REFUSAL | {"id": "care"}, "compiled": kept}
    recorded = _insert(log, pseudonym(KEY, "consent:care"), 1, seal(forged, key=KEY, entropy=os.urandom))
    with pytest.raises(ConsentAltered, match=recorded.id):
        registry.versions(LIN)


def test_marks_that_are_no_object_are_not_kept(log: Log, registry: Registry) -> None:
    _store(log, registry, CARE | {"meta": "newest"})
    assert set(registry.versions(LIN)[0].resource["meta"]) == {"versionId", "lastUpdated"}


def _answer(registry: Registry) -> str:
    return decide_on_file(registry.on_file(LIN, 8).documents, ask(knownAt="2030-01-01"), Config()).reason


def _do(log: Log, attack: str) -> None:
    writer = apsw.Connection(str(log.path))
    writer.execute(attack)
    writer.close()


def _store(log: Log, registry: Registry, resource: Json, patient: PatientKey = LIN) -> Recorded:
    storing: Storing = registry.storing(resource, patient, entropy=os.urandom)
    return log.append(_entry(storing.commitment, patient), change=storing.change)


def _insert(log: Log, name: str, version: int, sealed: Sealed) -> Recorded:
    """A row as somebody else's program would write it."""

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute(
            "INSERT INTO consent_version(patient, consent, version, known_us, entry, commitment, sealed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                LIN.pseudonym,
                name,
                version,
                recorded.time_us,
                recorded.id,
                sealed.commitment,
                sealed.ciphertext,
            ),
        )

    return log.append(_entry(sealed.commitment, LIN), change=change)


def _entry(commitment: str, patient: PatientKey) -> Entry:
    return Entry(
        type="consent",
        subtype="grant",
        action="C",
        outcome="0",
        region="330108",
        node="test",
        source="consent",
        patient=patient.pseudonym,
        consents=(commitment,),
    )
