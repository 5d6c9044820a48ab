"""Searched for by any name they go by: a person asked for elsewhere is found, and nobody else is."""

import pytest

from exchange.audit import Sought, filter_of, search
from exchange.audit.story import RecordErased
from exchange.erasing import erase
from exchange.errors import UnknownPatient
from exchange.node.node import Node
from exchange.records.identifiers import IDENTITY_CARD
from tests.exchange.nodes import OFFICER, question
from tests.exchange.people import AN, AN_NUMBER, BO, identity

OUTSIDE = identity("1975-05-05", 7)  # of somebody no record here is about


def ask_elsewhere(node: Node, patient: str) -> str:
    """The id of the entry that this node asked another region for `patient`."""
    return node.desk.asking(question(node, patient=patient), node.vault.key_of(patient), "zh-platform").id


def found(node: Node, text: str) -> set[str]:
    return {one.id for one in search(node.log, filter_of(node, Sought(patient=text)))}


@pytest.mark.parametrize(
    "typed",
    [
        OUTSIDE,
        f"{IDENTITY_CARD}|{OUTSIDE}",
        OUTSIDE.lower(),
        f" {OUTSIDE[:6]} {OUTSIDE[6:14]} {OUTSIDE[14:]} ",
    ],
    ids=["bare", "with its system", "in small letters", "in groups"],
)
def test_a_person_of_another_region_is_found_by_their_number_however_it_is_typed(
    node: Node, typed: str
) -> None:
    asked = ask_elsewhere(node, OUTSIDE)
    assert found(node, typed) == {asked}


def test_a_number_asked_for_with_its_system_is_found_without(node: Node) -> None:
    asked = ask_elsewhere(node, f"{IDENTITY_CARD}|{OUTSIDE}")
    assert found(node, OUTSIDE) == {asked}


def test_a_patient_of_ours_is_found_under_the_id_and_the_number_at_once(node: Node) -> None:
    by_id, by_number = ask_elsewhere(node, AN), ask_elsewhere(node, AN_NUMBER)
    other = ask_elsewhere(node, BO)
    assert found(node, AN) == found(node, AN_NUMBER) == {by_id, by_number}
    assert found(node, BO) == {other}


def test_a_number_nobody_was_asked_for_under_is_an_error_and_makes_no_key(node: Node) -> None:
    keys = node.vault.count()
    with pytest.raises(UnknownPatient):
        found(node, OUTSIDE)
    assert node.vault.count() == keys


def test_an_erased_person_of_another_region_is_not_taken_for_one_never_asked_for(node: Node) -> None:
    ask_elsewhere(node, OUTSIDE)
    erase(node.office, OUTSIDE, by=OFFICER, reason="asked for by letter")
    with pytest.raises(RecordErased):
        found(node, OUTSIDE)
