"""Whose record is it? One that is filed under the wrong person leaves under the wrong consent."""

from typing import Any

import pytest

from exchange.records import Reach, Store
from exchange.records.compartment import ABOUT, SHARED, belonging
from exchange.records.identifiers import IDENTITY_CARD
from exchange.records.resource_types import R4_TYPES
from tests.records.made_up import LI, LI_NUMBER, WANG, names, observation, patient, put, resource

AT_LI = {"reference": "Patient/li"}
AT_WANG = {"reference": "Patient/wang"}


@pytest.mark.parametrize("kind", sorted(ABOUT))
def test_every_kind_that_can_be_about_a_patient_is_found_with_that_patient(store: Store, kind: str) -> None:
    element: Any = AT_LI
    for name in reversed(ABOUT[kind]):
        element = {name: [element]}
    put(store, resource(kind, "x", **element))
    assert names(store.of_patient("li")) == [f"{kind}/x"]
    assert store.of_patient("wang") == []


@pytest.mark.parametrize("kind", sorted(R4_TYPES - set(ABOUT) - SHARED - {"Patient", "Bundle"}))
def test_a_kind_nobody_has_a_rule_for_is_held_back(store: Store, kind: str) -> None:
    put(store, resource(kind, "x", subject=AT_LI, patient=AT_LI))
    assert store.get(kind, "x").reach == Reach.HELD


def test_the_tables_name_kinds_that_exist() -> None:
    assert set(ABOUT) | SHARED <= R4_TYPES


@pytest.mark.parametrize(
    "elements",
    [
        {},
        {"subject": None},
        {"subject": {"reference": "#contained"}},
        {"subject": {"reference": "https://elsewhere.example/Patient/li"}},
        {"subject": {"reference": "Group/li"}},
        {"subject": {"reference": "Patient"}},
        {"subject": {"reference": "Patient/li/extra"}},
        {"subject": {"display": "李"}},
        {"subject": "Patient/li"},
        {"performer": [AT_LI]},
    ],
)
def test_a_record_about_nobody_who_can_be_followed_is_nobodys(store: Store, elements: dict[str, Any]) -> None:
    put(store, resource("Observation", "o", **elements))
    assert store.get("Observation", "o").reach == Reach.HELD
    assert store.of_patient("li") == store.of_patient("li", joint=True) == []


def test_whoever_acts_in_a_record_does_not_get_it_into_their_own(store: Store) -> None:
    """The mother answers the questionnaire; it is about the child."""
    put(store, resource("QuestionnaireResponse", "q", subject=AT_WANG, author=AT_LI, source=AT_LI))
    assert names(store.of_patient("wang")) == ["QuestionnaireResponse/q"]
    assert store.of_patient("li", joint=True) == []


def test_a_record_about_two_goes_out_under_neither_alone(store: Store) -> None:
    put(store, resource("Appointment", "a", participant=[{"actor": AT_LI}, {"actor": AT_WANG}]))
    assert store.of_patient("li") == store.of_patient("wang") == []
    assert store.facts_of("li") == []
    assert names(store.of_patient("li", joint=True)) == ["Appointment/a"]


def test_a_second_person_who_cannot_be_followed_is_a_second_person_all_the_same(store: Store) -> None:
    put(store, resource("Appointment", "a", participant=[{"actor": AT_LI}, {"actor": {"display": "王"}}]))
    assert store.of_patient("li") == []


def test_a_doctor_among_the_participants_is_no_second_patient(store: Store) -> None:
    participants = [{"actor": AT_LI}, {"actor": {"reference": "Practitioner/dr"}}]
    put(store, resource("Appointment", "a", participant=participants))
    assert names(store.of_patient("li")) == ["Appointment/a"]


NUMBER = {"identifier": {"system": IDENTITY_CARD, "value": LI_NUMBER}}


@pytest.mark.parametrize("patient_first", [True, False])
def test_a_record_that_names_its_patient_by_number_is_found_whichever_came_first(
    store: Store, patient_first: bool
) -> None:
    about = resource("Observation", "o", subject=NUMBER | {"type": "Patient"})
    put(store, *((LI, about) if patient_first else (about, LI)))
    assert names(store.of_patient("li")) == ["Observation/o", "Patient/li"]


def test_a_number_two_patients_carry_files_a_record_under_neither(store: Store) -> None:
    put(store, resource("Observation", "o", subject=NUMBER), LI, patient("li-again", LI_NUMBER))
    assert names(store.of_patient("li")) == ["Patient/li"]
    assert names(store.of_patient("li-again")) == ["Patient/li-again"]


def test_one_number_written_in_two_ways_is_one_person(store: Store) -> None:
    wide = {"identifier": {"system": IDENTITY_CARD, "value": f" {LI_NUMBER.lower()} "}}
    put(store, LI, resource("Group", "g", member=[{"entity": NUMBER}, {"entity": wide}]))
    assert names(store.of_patient("li", ["Group"])) == ["Group/g"]


@pytest.mark.parametrize("kind", sorted(SHARED))
def test_what_belongs_to_no_patient_may_go_with_any_record_and_is_in_none(store: Store, kind: str) -> None:
    put(store, resource(kind, "x"))
    assert store.get(kind, "x").reach == Reach.SHARED
    assert store.of_patient("x") == []


def test_a_pacemaker_is_its_patients_and_a_scanner_is_everybodys() -> None:
    assert not belonging(resource("Device", "pacemaker", patient=AT_LI)).shared
    assert not belonging(resource("Device", "unclear", patient={"display": "李"})).shared
    assert belonging(resource("Device", "scanner")).shared


def test_a_patient_is_part_of_their_own_record_only(store: Store) -> None:
    put(store, LI, WANG, observation("o", "Patient/wang"))
    assert names(store.of_patient("li")) == ["Patient/li"]
