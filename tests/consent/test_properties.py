"""What holds for every consent and every question, whoever wrote them."""

import copy
from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from consent import Answer, Config, decide
from consent.case import read_question
from consent.codes import CONFIDENTIALITY
from consent.matching import Held, holds
from consent.rules import Rule, read_rules
from tests.consent.papers import Json, concept, kind, paper, topic, who
from tests.consent.wishes_of_anybody import dates, papers, permits, questions, refusals, rules

# Names and separate consents are other people's tests: without them many more worlds reach a permit.
OPEN = Config(named_recipient_required=False)
CLOSED = Config(named_recipient_required=False, internal_care=False, emergency_override=False)


@given(papers(), refusals, dates, questions())
def test_a_further_refusal_never_permits_more(
    before: list[Json], refusal: Json, date: str, question: Json
) -> None:
    after = [*before, paper(refusal, "refusal", date=date)]
    assert _permitted(after, question) <= _permitted(before, question)


@given(papers(), questions(), st.randoms(use_true_random=False))
def test_the_order_of_the_consents_does_not_matter(before: list[Json], question: Json, chance: Any) -> None:
    shuffled = list(before)
    chance.shuffle(shuffled)
    assert decide(shuffled, question, OPEN) == decide(before, question, OPEN)


@given(papers(), questions())
def test_the_same_consent_twice_says_no_more_than_once(before: list[Json], question: Json) -> None:
    assert decide([*before, *before], question, OPEN) == decide(before, question, OPEN)


@given(papers(), questions())
def test_asking_for_all_is_asking_for_each(before: list[Json], question: Json) -> None:
    whole = decide(before, question, OPEN)
    alone = [decide(before, question | {"items": [one]}, OPEN) for one in question["items"]]
    assert set(whole.permitted) == {ref for one in alone for ref in one.permitted}
    assert {(one.ref, one.reason) for one in whole.redacted} == {
        (one.ref, one.reason) for answer in alone for one in answer.redacted
    }
    assert (whole.decision == "permit") == any(one.decision == "permit" for one in alone)


@given(papers(), questions())
def test_every_item_is_answered_once(before: list[Json], question: Json) -> None:
    answer = decide(before, question, OPEN)
    told = [*answer.permitted, *(one.ref for one in answer.redacted)]
    assert sorted(told) == sorted(one["ref"] for one in question["items"])


@given(papers(refusals), questions())
def test_refusals_alone_permit_nothing(before: list[Json], question: Json) -> None:
    assert decide(before, question, CLOSED).decision == "deny"


@given(papers(permits), questions(), st.integers(0, 2))
def test_taking_a_permit_back_never_permits_more(before: list[Json], question: Json, which: int) -> None:
    after = [one | {"status": "inactive"} if i == which else one for i, one in enumerate(before)]
    assert _permitted(after, question, CLOSED) <= _permitted(before, question, CLOSED)


@given(rules, questions(), st.data())
def test_an_element_nobody_knows_never_permits_more(rule: Json, question: Json, data: st.DataObject) -> None:
    """Emergencies aside: they open what cannot be understood, because somebody may be dying."""
    told = copy.deepcopy(rule)
    places = _objects(told)
    data.draw(st.sampled_from(places))["unless"] = "it rains"
    calm = {name: value for name, value in question.items() if name != "emergency"}
    assert _permitted([paper(told)], calm) <= _permitted([paper(rule)], calm)


@given(papers(), questions())
def test_an_emergency_opens_only_what_was_declared(before: list[Json], question: Json) -> None:
    answer = decide(before, question, OPEN)
    declared = "emergency" in question and question["purpose"] in ("ETREAT", "BTG")
    assert declared or answer.reason != "EMERGENCY_OVERRIDE"


@given(papers(), questions())
def test_what_is_permitted_unseen_names_everything_that_would_be_refused(
    before: list[Json], question: Json
) -> None:
    unseen = decide(before, question | {"items": []}, CLOSED)
    shown = decide(before, question, CLOSED)
    refused = {one.ref for one in shown.redacted}
    withhold = [_rule("deny", one) for one in unseen.withhold]
    only = [_rule("permit", one) for one in unseen.only]
    for one in read_question(question, CLOSED).items:
        is_withheld = any(holds(rule, one) is not Held.NO for rule in withhold)
        is_outside = bool(only) and not any(holds(rule, one) is Held.YES for rule in only)
        assert unseen.decision == "deny" or one.ref not in refused or is_withheld or is_outside


def _permitted(consents: list[Json], question: Json, config: Config = OPEN) -> set[str]:
    answer: Answer = decide(consents, question, config)
    return set(answer.permitted)


def _objects(value: Any) -> list[Json]:
    """Every provision, actor and datum: the objects whose shape FHIR closes."""
    found = [value]
    for name in ("provision", "actor", "data"):
        for one in value.get(name, ()):
            found += _objects(one)
    return found


def _rule(type_: str, told: Mapping[str, Any]) -> Rule:
    """The rule an obligation describes, so that it can be tried on items."""
    levels = [{"system": CONFIDENTIALITY, "code": one} for one in told.get("confidentiality", ())]
    pairs = [one.split("=") for one in told.get("data", ())]
    codes = [one.rpartition("|") for one in told.get("code", ())]
    parts: Json = {
        "class": kind(*told.get("class", ())),
        "code": [concept(system, code) for system, _, code in codes],
        "securityLabel": levels + topic(*told.get("sensitivity", ())),
        "actor": who(*told.get("author", ()), role="AUT"),
        "data": [{"meaning": meaning, "reference": {"reference": ref}} for meaning, ref in pairs],
        "dataPeriod": {k: v for k, v in zip(("start", "end"), told.get("dataPeriod", ()), strict=False) if v},
    }
    return read_rules({"type": type_} | {name: value for name, value in parts.items() if value}, 8)
