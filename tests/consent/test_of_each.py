"""Many patients at once: what is on file of each, and the answer about each, is what one by one would give."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent import Config, OnFile, PatientKey, Registry, decide_for_each, decide_on_file
from consent.document import Document
from consent.errors import BadCase, ConsentAltered
from consent.versions import read_all
from ledger import Log
from ledger.sealing import pseudonym
from tests.consent.filing import BO, CARE, LIN, NOTHING_KEPT, REFUSAL, TAKEN_BACK, do, new_log, row, store
from tests.consent.papers import ME, Json, ask, paper, permit
from tests.consent.wishes_of_anybody import papers, questions

OPEN = Config(named_recipient_required=False)
WU = PatientKey(pseudonym(b"w" * 32, "patient"), b"w" * 32)
NOBODY = PatientKey("", b"")
ALL = [LIN, WU, BO]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = new_log(tmp_path)
    yield made
    made.close()


@pytest.fixture
def registry(log: Log) -> Registry:
    """Lin allows care and refuses all else, Bo took it back, Wu has never said anything."""
    made = Registry(log.glance)
    for patient, said in ((LIN, CARE), (BO, CARE), (LIN, REFUSAL), (BO, TAKEN_BACK)):
        store(log, made, said, patient)
    return made


def one_by_one(registry: Registry, patients: list[PatientKey]) -> list[OnFile]:
    return [registry.on_file(one, 8) for one in patients]


@pytest.mark.parametrize("patients", [[], [WU], ALL, [BO, LIN, BO, NOBODY, LIN]], ids=len)
def test_what_is_on_file_of_each_comes_in_the_order_they_were_asked_for(
    registry: Registry, patients: list[PatientKey]
) -> None:
    assert registry.on_file_of_each(patients, 8) == one_by_one(registry, patients)


def test_whoever_took_it_back_has_taken_it_back_at_the_next_look(log: Log, registry: Registry) -> None:
    store(log, registry, TAKEN_BACK)
    found = registry.on_file_of_each(ALL, 8)
    assert [len(one.versions) for one in found] == [3, 0, 2]
    assert {one.id: one.status for one in found[0].documents} == {"care": "inactive", "refusal": "active"}


def test_where_nothing_is_kept_the_versions_are_read(log: Log, registry: Registry) -> None:
    before = registry.on_file_of_each(ALL, 8)
    do(log, f"{NOTHING_KEPT[:-1]} WHERE patient = '{BO.pseudonym}'")
    assert registry.on_file_of_each(ALL, 8) == before
    do(log, "DROP TABLE consent_on_file")
    assert registry.on_file_of_each(ALL, 8) == before, "as in a ledger of an older program"


def test_for_another_time_zone_the_versions_are_read(registry: Registry) -> None:
    assert registry.on_file_of_each(ALL, 0) == [registry.on_file(one, 0) for one in ALL]


def test_a_row_that_lists_fewer_versions_than_there_are_does_not_decide(log: Log, registry: Registry) -> None:
    earlier = row(log)
    store(log, registry, TAKEN_BACK)
    newest = registry.on_file_of_each(ALL, 8)
    do(log, "INSERT OR REPLACE INTO consent_on_file VALUES (?, ?, ?, ?)", earlier)
    assert registry.on_file_of_each(ALL, 8) == newest


# What somebody with the file and without the key may do to one patient of many.
ATTACKS = {
    "a byte less": "UPDATE consent_on_file SET sealed = substr(sealed, 1, length(sealed) - 1) WHERE patient = '{bo}'",
    "it is another patient's": (
        "DELETE FROM consent_on_file WHERE patient = '{bo}';"
        " UPDATE consent_on_file SET patient = '{bo}' WHERE patient = '{lin}'"
    ),
    "it comes with another entry": "UPDATE consent_on_file SET entry = 'e' WHERE patient = '{bo}'",
    "a version is taken out": "DELETE FROM consent_version WHERE patient = '{bo}' AND version = 2",
}


@pytest.mark.attack
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_where_one_of_them_was_changed_nobody_is_decided(log: Log, registry: Registry, attack: str) -> None:
    do(log, attack.format(bo=BO.pseudonym, lin=LIN.pseudonym))
    with pytest.raises(ConsentAltered) as told:
        registry.on_file_of_each(ALL, 8)
    with pytest.raises(ConsentAltered) as alone:
        registry.on_file(BO, 8)
    assert str(told.value) == str(alone.value), "the same entry is named"


@pytest.mark.attack
@given(st.text())
def test_no_pseudonym_can_be_mistaken_for_another(log_of_lin: Registry, name: str) -> None:
    """The pseudonyms travel as one JSON text: whatever stands in one of them stays inside it."""
    found = log_of_lin.on_file_of_each([PatientKey(name, b"k" * 32), LIN], 8)
    assert [len(one.versions) for one in found] == [0, 1]


@pytest.fixture(scope="module")
def log_of_lin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    log = new_log(tmp_path_factory.mktemp("lin"))
    store(log, Registry(log.glance), CARE)
    yield Registry(log.glance)
    log.close()


people = st.fixed_dictionaries(
    {"reference": st.sampled_from((ME, " ", "Patient/another"))},
    optional={
        "birthDate": st.sampled_from(("1950", "2015-06-01", "2008-03", None)),
        "deceasedDate": st.sampled_from(("2026-01-05", "2029", "")),
    },
)
instants = st.sampled_from(
    ("2024-01-01T00:00:00+08:00", "2026-03-04T10:00:00Z", "2030-01-01T00:00:00.000001Z")
)


@settings(max_examples=100)
@given(questions(), st.lists(st.tuples(people, papers(), instants), max_size=3), st.booleans())
def test_the_same_question_about_each_is_answered_as_when_it_is_asked_alone(
    question: Json, patients: list[tuple[Json, list[Json], str]], whole: bool
) -> None:
    asked = {name: value for name, value in question.items() if not (whole and name == "items")}
    each = [
        (person, read_all(signed, 8), datetime.fromisoformat(known)) for person, signed, known in patients
    ]
    alone = [
        decide_on_file(
            documents, asked | {"patient": person, "knownAt": known.isoformat(timespec="microseconds")}, OPEN
        )
        for person, documents, known in each
    ]
    assert list(decide_for_each(each, asked, OPEN)) == alone


def in_micros(instant: datetime) -> str:
    return instant.isoformat(timespec="microseconds")


def _signed() -> list[Document]:
    return read_all([paper(permit(), "care")], 8)


def test_whoever_is_asked_about_need_not_stand_in_the_question() -> None:
    question = {name: value for name, value in ask().items() if name != "patient"}
    known = datetime.fromisoformat("2030-01-01T00:00:00+08:00")
    nobody, lin = decide_for_each(
        [({}, _signed(), known), ({"reference": ME}, _signed(), known)], question, OPEN
    )
    assert (nobody.reason, lin.reason) == ("INCOMPLETE_REQUEST", "CONSENT_PERMIT")


@pytest.mark.parametrize(
    ("person", "told"),
    [
        (
            {"reference": ME, "birthDate": "the second of May"},
            "request.patient.birthDate: is not a date or an instant",
        ),
        ({"reference": ME, "wish": "none"}, 'request.patient: unknown field "wish"'),
        ({"reference": 7}, "request.patient.reference: is int, not str | null"),
    ],
)
def test_a_patient_who_cannot_be_read_is_told_by_place_and_decides_nothing(person: Json, told: str) -> None:
    known = datetime.fromisoformat("2030-01-01T00:00:00+08:00")
    with pytest.raises(BadCase) as refused:
        list(decide_for_each([(person, _signed(), known)], ask(), OPEN))
    assert str(refused.value) == told
