"""What decides from the store is what its versions say, opened and checked, and nothing stays in memory."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent import Config, PatientKey, Registry, decide, decide_on_file
from consent.compiled import read_in_advance
from consent.errors import ConsentAltered
from ledger import Log
from ledger.sealing import pseudonym, seal
from tests.consent.filing import (
    ATTACKS,
    CARE,
    KEY,
    LIN,
    NOTHING_KEPT,
    REFUSAL,
    START,
    TAKEN_BACK,
    answer,
    do,
    insert,
    new_log,
    store,
)
from tests.consent.papers import HOSPITAL, Json, ask, deny, paper, permit, topic
from tests.consent.wishes_of_anybody import papers, questions

OPEN = Config(named_recipient_required=False)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = new_log(tmp_path)
    yield made
    made.close()


@pytest.fixture
def registry(log: Log) -> Registry:
    return Registry(log.glance)


@pytest.fixture(scope="module")
def long_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """One log for many patients: making a log takes longer than asking it."""
    made = new_log(tmp_path_factory.mktemp("log"))
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
    registry, key = Registry(long_log.glance), os.urandom(32)
    patient = PatientKey(pseudonym(key, "patient"), key)
    changed = [signed[i] | {"status": status} for i, status in later if i < len(signed)]
    for one in [*signed, *changed]:
        store(long_log, registry, one, patient)
    all_of_them = registry.versions(patient)
    on_file = registry.on_file(patient, 8)
    asked = question | {"knownAt": (on_file.known or START).isoformat(timespec="microseconds")}
    assert decide_on_file(on_file.documents, asked, OPEN) == decide(
        [one.resource for one in all_of_them], asked, OPEN
    )
    assert on_file.versions == tuple((one.consent_id, one.version) for one in all_of_them)
    assert on_file.commitments == {one.consent_id: one.commitment for one in all_of_them}
    assert on_file.known == (all_of_them[-1].known if all_of_them else None)
    do(long_log, f"DELETE FROM consent_on_file WHERE patient = '{patient.pseudonym}'")
    assert registry.on_file(patient, 8) == on_file, "read from the versions it is the same"


def test_taken_back_is_taken_back_at_the_next_question(log: Log, registry: Registry) -> None:
    store(log, registry, CARE)
    assert answer(registry) == "CONSENT_PERMIT"
    store(log, registry, TAKEN_BACK)
    assert answer(registry) == "CONSENT_WITHDRAWN"


def test_whoever_has_no_consent_on_file_gets_nothing(registry: Registry) -> None:
    assert registry.on_file(LIN, 8).known is None
    assert answer(registry) == "NO_CONSENT"


def test_what_was_stored_before_reading_in_advance_still_decides(log: Log, registry: Registry) -> None:
    exception = paper(permit(HOSPITAL, provision=[deny(securityLabel=topic("PSY"))]), "care")
    told = {"consent": "care", "version": 1, "resource": exception}
    insert(log, pseudonym(KEY, "consent:care"), 1, seal(told, key=KEY, entropy=os.urandom))
    on_file = registry.on_file(LIN, 8)
    said = decide_on_file(on_file.documents, ask(knownAt="2030-01-01"), Config())
    assert (said.reason, said.obligations) == ("CONSENT_PERMIT", ("REDACT:PSY",))
    assert [one.version for one in registry.versions(LIN)] == [1]


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_a_file_somebody_changed_decides_nothing(log: Log, registry: Registry, attack: str) -> None:
    for one in (CARE, CARE | {"language": "zh"}, TAKEN_BACK):
        store(log, registry, one)
    do(log, NOTHING_KEPT + attack)
    with pytest.raises(ConsentAltered):
        registry.on_file(LIN, 8)


def test_a_refusal_under_the_name_of_another_consent_decides_nothing(log: Log, registry: Registry) -> None:
    store(log, registry, CARE)
    store(log, registry, REFUSAL)
    names = {name: pseudonym(KEY, f"consent:{name}") for name in ("care", "refusal")}
    do(
        log,
        f"{NOTHING_KEPT} UPDATE consent_version SET (commitment, sealed) ="
        f" (SELECT commitment, sealed FROM consent_version WHERE consent = '{names['care']}')"
        f" WHERE consent = '{names['refusal']}'",
    )
    with pytest.raises(ConsentAltered):
        registry.on_file(LIN, 8)


def test_what_no_longer_counts_need_not_open_to_decide_but_to_be_shown(log: Log, registry: Registry) -> None:
    store(log, registry, CARE)
    store(log, registry, TAKEN_BACK)
    do(log, "UPDATE consent_version SET sealed = zeroblob(100) WHERE version = 1")
    assert answer(registry) == "CONSENT_WITHDRAWN"
    with pytest.raises(ConsentAltered):
        registry.versions(LIN)


def test_a_reading_that_is_not_that_of_the_resource_is_found_when_it_is_shown(
    log: Log, registry: Registry
) -> None:
    """Only whoever holds the key could seal the two together; whoever looks at the consent sees it."""
    kept = read_in_advance(CARE, 8)
    forged = {"consent": "care", "version": 1, "resource": REFUSAL | {"id": "care"}, "compiled": kept}
    recorded = insert(log, pseudonym(KEY, "consent:care"), 1, seal(forged, key=KEY, entropy=os.urandom))
    with pytest.raises(ConsentAltered, match=recorded.id):
        registry.versions(LIN)


def test_marks_that_are_no_object_are_not_kept(log: Log, registry: Registry) -> None:
    store(log, registry, CARE | {"meta": "newest"})
    assert set(registry.versions(LIN)[0].resource["meta"]) == {"versionId", "lastUpdated"}
