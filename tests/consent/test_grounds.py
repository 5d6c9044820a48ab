"""Grounds that are not consent, and where they end."""

from typing import Any

import pytest

from consent import Config, decide
from tests.consent.papers import (
    DECLARED,
    HOLDER,
    HOSPITAL,
    ME,
    Json,
    ask,
    deny,
    item,
    paper,
    permit,
    topic,
    why,
)

DEAD = {"reference": ME, "birthDate": "1950-01-01", "deceasedDate": "2026-03-04"}
KIN = {"reference": "RelatedPerson/son", "organization": "Organization/portal", "relationship": "next-of-kin"}
REFUSED_ALWAYS = paper(deny(purpose=why("ETREAT", "TREAT")))


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ("2026-03-03T23:59:59+08:00", "CONSENT_PERMIT"),
        ("2026-03-04T00:00:00+08:00", "DECEASED_CONSENT_LAPSED"),
    ],
)
def test_a_consent_ends_with_the_day_of_death(at: str, reason: str) -> None:
    assert decide([paper(permit(HOSPITAL))], ask(patient=DEAD, at=at), Config()).reason == reason


@pytest.mark.parametrize(
    ("purpose", "actor", "reason"),
    [
        ("FAMRQT", KIN, "DECEASED_NEXT_OF_KIN"),
        ("TREAT", KIN, "DECEASED_CONSENT_LAPSED"),
        ("FAMRQT", KIN | {"relationship": "neighbour"}, "DECEASED_CONSENT_LAPSED"),
        ("PATRQT", {"reference": ME}, "DECEASED_CONSENT_LAPSED"),
        ("BTG", {}, "DECEASED_CONSENT_LAPSED"),
        ("HRESCH", {}, "NO_CONSENT"),
    ],
)
def test_after_death_only_next_of_kin_and_research_are_asked_about(
    purpose: str, actor: Json, reason: str
) -> None:
    question = ask(purpose, actor=actor, patient=DEAD, emergency=DECLARED, custodian=HOSPITAL)
    assert decide([], question, Config()).reason == reason


def test_next_of_kin_of_the_living_have_no_right_of_their_own() -> None:
    assert decide([], ask("FAMRQT", actor=KIN), Config()).reason == "NO_CONSENT"


def test_what_was_refused_in_life_stays_closed_item_by_item() -> None:
    shown = [item("A/1"), item("A/2", "R", ("HIV",)), item("A/3", None)]
    no = paper(deny(securityLabel=topic("HIV")))
    answer = decide([no], ask("FAMRQT", actor=KIN, patient=DEAD, items=shown), Config())
    assert (answer.decision, answer.reason) == ("permit", "DECEASED_NEXT_OF_KIN")
    assert [(one.ref, one.reason) for one in answer.redacted] == [
        ("A/2", "DECEASED_PRIOR_ARRANGEMENT"),
        ("A/3", "UNLABELED_DATA"),
    ]
    unseen = decide([no], ask("FAMRQT", actor=KIN, patient=DEAD), Config())
    assert unseen.obligations == ("VERIFY_KINSHIP", "REDACT:HIV")


@pytest.mark.parametrize(
    ("organisation", "purpose", "reason"),
    [
        ("Organization/cdc", "PUBHLTH", "STATUTORY_DUTY"),
        ("Organization/cdc", "DISASTER", "STATUTORY_DUTY"),
        ("Organization/cdc", "TREAT", "LEGAL_BASIS_NOT_ESTABLISHED"),
        ("Organization/other", "PUBHLTH", "LEGAL_BASIS_NOT_ESTABLISHED"),
    ],
)
def test_a_duty_is_one_of_the_sites_list(organisation: str, purpose: str, reason: str) -> None:
    config = Config(statutory_authorities={"PUBHLTH": ("Organization/cdc",)})
    question = ask(purpose, actor={"organization": organisation}, legalBasis="statutory-duty")
    assert decide([paper(deny())], question, config).reason == reason
    dead = question | {"patient": DEAD}
    assert decide([], dead, config).reason == reason


def test_another_word_for_duty_is_none() -> None:
    config = Config(statutory_authorities={"PUBHLTH": (HOSPITAL,)})
    assert decide([], ask("PUBHLTH", legalBasis="because"), config).reason == "LEGAL_BASIS_NOT_ESTABLISHED"


@pytest.mark.parametrize(
    ("emergency", "config", "reason"),
    [
        ({}, {}, "EMERGENCY_ACCESS_REFUSED"),
        ({"declared": False}, {}, "CONSENT_DENY"),
        ({"authorizedToDeclare": None}, {}, "BREAK_GLASS_NOT_AUTHORIZED"),
        ({"reason": None}, {}, "BREAK_GLASS_REASON_REQUIRED"),
        ({}, {"emergency_override": False}, "CONSENT_DENY"),
        ({}, {"honor_emergency_refusal": False}, "EMERGENCY_OVERRIDE"),
    ],
)
def test_an_emergency_step_by_step(emergency: Json, config: dict[str, Any], reason: str) -> None:
    question = ask("ETREAT", emergency=DECLARED | emergency)
    assert decide([REFUSED_ALWAYS], question, Config(**config)).reason == reason


@pytest.mark.parametrize(
    ("mechanism", "export", "reason"),
    [
        ("emergency", True, "CONSENT_PERMIT"),
        ("emergency", False, "CROSS_BORDER_MECHANISM_REQUIRED"),
        ("none", True, "CROSS_BORDER_MECHANISM_REQUIRED"),
        ("standard-contract", False, "CONSENT_PERMIT"),
        ("security-assessment", False, "CONSENT_PERMIT"),
    ],
)
def test_mechanisms_at_the_border(mechanism: str, export: bool, reason: str) -> None:
    consent = paper(permit(HOSPITAL))
    consent["category"].append(
        {
            "coding": [
                {
                    "system": "https://consent.example.cn/fhir/CodeSystem/separate-consent",
                    "code": "cross-border",
                }
            ]
        }
    )
    question = ask(actor={"country": "SG"}, crossBorder={"mechanism": mechanism})
    assert decide([consent], question, Config(emergency_export=export)).reason == reason


def test_an_emergency_abroad_only_where_switched_on() -> None:
    question = ask("BTG", actor={"country": "SG"}, emergency=DECLARED)
    assert decide([], question, Config()).reason == "NO_CONSENT"
    assert decide([], question, Config(emergency_export=True)).reason == "EMERGENCY_OVERRIDE"


@pytest.mark.parametrize(("honoured", "obligations"), [(True, ("REDACT:HIV",)), (False, ())])
def test_unseen_an_emergency_leaves_out_what_was_refused_for_emergencies(
    honoured: bool, obligations: tuple[str, ...]
) -> None:
    named = paper(deny(purpose=why("ETREAT"), securityLabel=topic("HIV")), "named")
    other = paper(deny(securityLabel=topic("PSY")), "other")
    config = Config(honor_emergency_refusal=honoured)
    answer = decide([named, other], ask("ETREAT", emergency=DECLARED), config)
    assert answer.obligations == ("NOTIFY_PATIENT", "POST_EVENT_REVIEW", "TIME_LIMITED", *obligations)


def test_a_consent_nobody_can_read_stops_own_care_but_no_emergency() -> None:
    odd = paper({"purpose": why("TREAT")})
    at_home = {"organization": HOLDER}
    assert decide([odd], ask(actor=at_home), Config()).reason == "NON_COMPUTABLE_CONSENT"
    assert decide([odd], ask("BTG", emergency=DECLARED), Config()).reason == "EMERGENCY_OVERRIDE"
