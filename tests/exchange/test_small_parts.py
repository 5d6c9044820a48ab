"""Those who need a small part of a record get that part: a courier an address, a manager nothing."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from exchange.node.node import Node
from exchange.path.leaving import may_leave, policy_question
from exchange.path.request import BasedOn
from exchange.records import ItemFacts
from tests.exchange.nodes import Answer, allow, put, question
from tests.exchange.people import AN

COURIER, HOME_NURSE, RADIOLOGIST, MANAGER, KIOSK = (
    "ks-co-001",
    "ks-hn-001",
    "ks-rad-001",
    "ks-mg-001",
    "ks-ki-001",
)


def _asks(node: Node, person: str, at: str, purpose: str = "PATADMIN", **more: Any) -> Answer:
    allow(node, to=f"Organization/{at}", purposes=(purpose,))
    return put(question(node, person, AN, purpose, **more), node.office)


def _handed_over(answer: Answer) -> list[dict[str, Any]]:
    (bundle,) = answer.delivered
    return [one["resource"] for one in orjson.loads(bundle)["entry"]]


def test_a_courier_gets_the_address_and_the_telephone_and_nothing_else(node: Node) -> None:
    answer = _asks(node, COURIER, "ks-courier")
    (patient,) = _handed_over(answer)
    assert set(patient) == {"resourceType", "id", "address", "telecom"}
    assert "only-elements:Patient.address Patient.telecom" in answer.result.verdict.duties.codes  # type: ignore[union-attr]  # a permit has them


def test_home_nursing_gets_the_name_too(node: Node) -> None:
    (patient,) = _handed_over(_asks(node, HOME_NURSE, "ks-home-nursing"))
    assert set(patient) == {"resourceType", "id", "name", "address", "telecom"}


def test_the_doctor_who_asks_next_gets_the_whole_again(node: Node) -> None:
    """The cleaner is kept from one request to the next, and what one may see must not stick to the other."""
    _asks(node, COURIER, "ks-courier")
    whole = _handed_over(_asks(node, "ks-dr-005", "ks-tcm-hospital", "TREAT"))
    (patient,) = [one for one in whole if one["resourceType"] == "Patient"]
    assert set(patient) > {"birthDate", "address", "telecom", "name"}
    (again,) = _handed_over(_asks(node, COURIER, "ks-courier"))
    assert set(again) == {"resourceType", "id", "address", "telecom"}


def test_a_courier_does_not_treat(node: Node) -> None:
    answer = _asks(node, COURIER, "ks-courier", "TREAT")
    assert "ROLE_NOT_FOR_PURPOSE" in [one.code for one in answer.result.verdict.reasons]
    assert answer.delivered == ()


def test_a_radiologist_without_a_consultation_sees_nothing(node: Node) -> None:
    assert _asks(node, RADIOLOGIST, "ks-diagnostic-centre", "COC").code == "CASE_NOT_OPEN"


def test_a_manager_is_given_no_record(node: Node) -> None:
    answer = _asks(node, MANAGER, "ks-tcm-hospital", "HPRGRP")
    assert (answer.permit, answer.delivered) == (False, ())
    assert "AGGREGATES_ONLY" in [one.code for one in answer.result.verdict.reasons]


@pytest.mark.parametrize("person", [COURIER, MANAGER, KIOSK])
def test_without_consent_nobody_is_given_anything(node: Node, person: str) -> None:
    assert put(question(node, person, AN, "PATADMIN"), node.office).code == "NO_CONSENT"


def test_what_a_watch_measured_is_not_for_the_insurer(node: Node) -> None:
    asked = question(node, "ks-ic-001", AN, "HPAYMT")
    words = policy_question(
        replace(asked, based_on=BasedOn(kind="visit", id="v-1", open=True)),
        node.directory.organisation("ks-first-hospital"),
        consent=("permit", "CONSENT_PERMIT"),
        action="disclose",
        cross_region=False,
        at="2026-11-25T01:00:00+00:00",
    )
    items = [
        ItemFacts("Condition/clinic", "Condition", author="Practitioner/dr"),
        ItemFacts("Condition/own", "Condition", author=f"Patient/{AN}"),
        ItemFacts("Condition/watch", "Condition", author="Device/watch"),
        ItemFacts("Condition/nobody", "Condition"),
    ]
    permission = may_leave(node.office.policy(), words, items)
    assert permission.allowed == ("Condition/clinic", "Condition/nobody")
    assert {one.reason for one in permission.withheld} == {"SELF_REPORTED_NOT_FOR_PURPOSE"}
