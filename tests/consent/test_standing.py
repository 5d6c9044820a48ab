"""A refusal stands until a later permit is at least as explicit on everything it refused."""

from typing import Any

import pytest

from consent import Config, decide
from tests.consent.papers import (
    DOCTOR,
    HOSPITAL,
    Json,
    ask,
    deny,
    extension,
    item,
    kind,
    level,
    paper,
    permit,
    topic,
    who,
    why,
)

GROUP = "Group/lake-hospitals"
HIV = item("Observation/hiv", "R", ("HIV", "PSY"), code=["http://loinc.org|7917-8"], encounter="Encounter/e")
OPEN = Config(named_recipient_required=False)


def _on(*systems_and_codes: str) -> list[Json]:
    return [{"coding": [{"system": "http://loinc.org", "code": one}]} for one in systems_and_codes]


def _data(meaning: str, reference: str) -> list[Json]:
    return [{"meaning": meaning, "reference": {"reference": reference}}]


def _where(code: str) -> list[Json]:
    return [extension("recipient-region", valueCode=code)]


# What was refused first; what is not explicit enough to lift it; what is.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "a person, not only the hospital": (
        {"actor": who(DOCTOR)},
        {"actor": who(HOSPITAL)},
        {"actor": who(DOCTOR)},
    ),
    "a hospital, not only its group": (
        {"actor": who(HOSPITAL)},
        {"actor": who(GROUP)},
        {"actor": who(DOCTOR)},
    ),
    "a group, not anybody": ({"actor": who(GROUP)}, {}, {"actor": who(GROUP)}),
    "the purpose itself": ({"purpose": why("COC")}, {"purpose": why("TREAT")}, {"purpose": why("COC")}),
    "a narrower purpose will do": ({"purpose": why("TREAT")}, {}, {"purpose": why("COC")}),
    "the topic itself": (
        {"securityLabel": topic("HIV")},
        {"securityLabel": level("V")},
        {"securityLabel": topic("HIV", "PSY")},
    ),
    "the level, not only the topic": (
        {"securityLabel": level("R")},
        {"securityLabel": topic("HIV", "PSY")},
        {"securityLabel": level("R")},
    ),
    "the kind of record": ({"class": kind("Observation")}, {}, {"class": kind("Observation")}),
    "the test itself": ({"code": _on("7917-8")}, {}, {"code": _on("7917-8", "718-7")}),
    "the visit": (
        {"data": _data("related", "Encounter/e")},
        {},
        {"data": _data("instance", "Observation/hiv")},
    ),
    "the item, not only its visit": (
        {"data": _data("instance", "Observation/hiv")},
        {"data": _data("related", "Encounter/e")},
        {"data": _data("instance", "Observation/hiv")},
    ),
    "the time": (
        {"dataPeriod": {"start": "2020", "end": "2020"}},
        {"dataPeriod": {"start": "2019", "end": "2021"}},
        {"dataPeriod": {"start": "2020-05", "end": "2020-06"}},
    ),
    "the region": (
        {"extension": _where("330100")},
        {"extension": _where("330000")},
        {"extension": _where("330108")},
    ),
    "one of several people will do, as long as it is as precise": (
        {"actor": who(DOCTOR, GROUP)},
        {"actor": who(HOSPITAL, GROUP)},
        {"actor": who(GROUP, DOCTOR)},
    ),
    "every region that was refused": (
        {"extension": [*_where("330000"), *_where("330100")]},
        {"extension": _where("330000")},
        {"extension": [*_where("330100"), *_where("330000")]},
    ),
    "every purpose that was refused": (
        {"purpose": why("TREAT", "COC")},
        {"purpose": why("TREAT")},
        {"purpose": why("TREAT", "COC")},
    ),
    "every test that was refused": (
        {"code": _on("7917-8", "718-7")},
        {"code": _on("718-7")},
        {"code": _on("7917-8")},
    ),
    "a topic inside the topic": (
        {"securityLabel": topic("SPI", "HIV")},
        {"securityLabel": topic("PSY") + level("V")},
        {"securityLabel": topic("HIV", "PSY")},
    ),
    "a narrow topic, not the wide one around it": (
        {"securityLabel": topic("PSY")},
        {"securityLabel": topic("HIV", "SPI")},
        {"securityLabel": topic("HIV", "PSY")},
    ),
    "of two levels the lower": (
        {"securityLabel": level("R", "V")},
        {"securityLabel": topic("HIV", "PSY")},
        {"securityLabel": level("V")},
    ),
    "every visit and item that was refused": (
        {"data": _data("related", "Encounter/e") + _data("instance", "Observation/hiv")},
        {"data": _data("related", "Encounter/e")},
        {"data": _data("related", "Encounter/e") + _data("instance", "Observation/hiv")},
    ),
    "a refused visit the item does not belong to need not be named": (
        {"data": _data("related", "Encounter/e") + _data("related", "Encounter/f")},
        {"class": kind("Observation")},
        {"data": _data("related", "Encounter/e")},
    ),
    "the act": (
        {"action": [{"coding": [{"code": "access"}]}]},
        {},
        {"action": [{"coding": [{"code": "access"}]}]},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_only_a_permit_as_explicit_lifts_a_refusal(
    case: tuple[dict[str, Any], dict[str, Any], dict[str, Any]],
) -> None:
    refused, vague, explicit = case
    no = paper(deny(**refused), "no", date="2025-01-01")
    question = ask("COC", actor={"memberOf": [GROUP]}, items=[HIV | {"authoredOn": "2020-05-05"}])
    for later, reason in ((vague, "CONSENT_DENY"), (explicit, "CONSENT_PERMIT")):
        yes = paper(permit(purposes=(), **later), "yes", date="2025-06-01")
        assert decide([no, yes], question, OPEN).reason == reason


@pytest.mark.parametrize(
    ("refused", "permitted", "reason"),
    [
        ("2025-01-01", "2025-01-02", "CONSENT_PERMIT"),
        ("2025-01-01", "2025-01-01", "CONSENT_DENY"),
        ("2025-01-01", "2025-01-01T23:00:00+08:00", "CONSENT_DENY"),
        ("2025-01-01T10:00:00+08:00", "2025-01-01T10:00:01+08:00", "CONSENT_PERMIT"),
        ("2025-01-01T10:00:00Z", "2025-01-01T10:00:01+08:00", "CONSENT_DENY"),
        ("2025-01-02", "2025-01-01", "CONSENT_DENY"),
    ],
)
def test_only_a_permit_that_is_certainly_later_lifts_a_refusal(
    refused: str, permitted: str, reason: str
) -> None:
    consents = [paper(deny(), "no", date=refused), paper(permit(HOSPITAL), "yes", date=permitted)]
    assert decide(consents, ask(), Config()).reason == reason


def test_a_refusal_without_a_date_stands() -> None:
    no = paper(deny(), "no")
    del no["dateTime"]
    assert decide([no, paper(permit(HOSPITAL), "yes")], ask(), Config()).reason == "CONSENT_DENY"


def test_two_refusals_need_one_permit_that_lifts_both() -> None:
    refusals = [
        paper(deny(actor=who(DOCTOR)), "a", date="2025"),
        paper(deny(purpose=why("TREAT")), "b", date="2025"),
    ]
    half = [paper(permit(DOCTOR, purposes=()), "c"), paper(permit(), "d")]
    assert decide([*refusals, *half], ask(), OPEN).reason == "CONSENT_DENY"
    assert decide([*refusals, *half, paper(permit(DOCTOR), "e")], ask(), OPEN).basis == ("e",)


def test_a_refusal_of_treatment_does_not_become_an_emergency_refusal() -> None:
    named = paper(permit(GROUP, purposes=("BTG",)), "named", date="2024")
    later = paper(deny(purpose=why("TREAT")), "later", date="2025")
    question = ask("BTG", actor={"memberOf": [GROUP]})
    assert decide([named, later], question, Config()).basis == ("named",)


@pytest.mark.parametrize("shown", [{}, {"items": [HIV]}])
def test_a_doctor_refused_inside_a_permit_is_not_let_in_by_another_word(shown: Json) -> None:
    rule = permit(HOSPITAL, provision=[deny(actor=who(DOCTOR))])
    assert decide([paper(rule)], ask("BTG", **shown), Config()).reason == "CONSENT_DENY"


def test_nor_does_calling_it_an_emergency_get_round_a_refusal_of_treatment() -> None:
    broad = paper(permit(HOSPITAL), "broad", date="2024")
    later = paper(deny(purpose=why("TREAT")), "later", date="2025")
    assert decide([broad], ask("BTG"), Config()).reason == "CONSENT_PERMIT"
    assert decide([broad, later], ask("BTG"), Config()).reason == "CONSENT_DENY"
    assert decide([later], ask("BTG"), Config()).reason == "NOT_COVERED"


def test_every_rule_that_refused_must_be_lifted() -> None:
    both = deny(provision=[deny(actor=who(DOCTOR)), deny(purpose=why("TREAT"))])
    no, half, whole = paper(both, "no", date="2025"), paper(permit(), "half"), paper(permit(DOCTOR), "whole")
    assert decide([no, half], ask(), OPEN).reason == "CONSENT_DENY"
    assert decide([no, whole], ask(), OPEN).reason == "CONSENT_PERMIT"


def test_any_of_several_rules_that_permit_may_lift_it() -> None:
    either = permit(purposes=(), provision=[permit(GROUP, purposes=()), permit(DOCTOR, purposes=())])
    no = paper(deny(actor=who(DOCTOR)), "no", date="2025")
    question = ask(actor={"memberOf": [GROUP]})
    assert decide([no, paper(either, "yes")], question, Config()).reason == "CONSENT_PERMIT"


UNSEEN: dict[str, tuple[Json, list[tuple[Json, str]], str, tuple[str, ...]]] = {
    "a refusal with an opening lets through the opening": (
        deny(provision=[permit(HOSPITAL) | {"class": kind("Observation")}]),
        [],
        "permit",
        ("ONLY:Observation",),
    ),
    "an earlier permit does not widen the opening": (
        deny(provision=[permit(HOSPITAL) | {"class": kind("Observation")}]),
        [(permit(HOSPITAL), "2024")],
        "permit",
        ("ONLY:Observation",),
    ),
    "a later permit does": (
        deny(provision=[permit(HOSPITAL) | {"class": kind("Observation")}]),
        [(permit(HOSPITAL), "2026-01-01")],
        "permit",
        (),
    ),
    "a later permit lifts the root and not what was refused inside by name": (
        deny(provision=[deny(securityLabel=topic("HIV"))]),
        [(permit(HOSPITAL), "2026-01-01")],
        "permit",
        ("REDACT:HIV",),
    ),
    "two limits at once cannot be said, so nothing is": (
        deny(provision=[permit(HOSPITAL) | {"class": kind("Observation")}]),
        [(permit(HOSPITAL, securityLabel=level("N")), "2024"), (deny(), "2023")],
        "permit",
        ("ONLY:Observation",),
    ),
    "an exception named by a later permit is lifted only if all of it is named": (
        deny(securityLabel=topic("HIV", "PSY")),
        [(permit(HOSPITAL, securityLabel=topic("HIV")), "2026-01-01")],
        "permit",
        ("REDACT:HIV", "REDACT:PSY", "ONLY:HIV"),
    ),
}


@pytest.mark.parametrize("case", UNSEEN.values(), ids=list(UNSEEN))
def test_papers_that_meet_unseen(case: tuple[Json, list[tuple[Json, str]], str, tuple[str, ...]]) -> None:
    first, others, decision, tokens = case
    more = [paper(rule, f"other-{i}", date=date) for i, (rule, date) in enumerate(others)]
    answer = decide([paper(first, "first", date="2025"), *more], ask(), Config())
    limits = [f"ONLY:{code}" for one in answer.only for codes in one.values() for code in _codes(codes)]
    assert (answer.decision, (*answer.obligations, *dict.fromkeys(limits))) == (decision, tokens)


def _codes(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
