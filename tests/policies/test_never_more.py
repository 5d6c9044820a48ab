"""Worse circumstances never give more: what was refused is not permitted after one of these changes."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings

from policies.wasm import WasmEngine
from tests.policies.asking import EVIDENCE, Question, asked, held
from tests.policies.questions import questions
from tests.policies.table import ROWS

LEVELS = "ULMNRV"


def _more_confidential(question: Question) -> Question:
    level = question["data"]["confidentiality"]
    if level is None:
        return asked(question, confidentiality="R" if question["data"]["sensitivities"] else "N")
    return asked(
        question, confidentiality=LEVELS[min(LEVELS.find(level) + 1, 5)] if level in LEVELS else level
    )


def _very_restricted(question: Question) -> Question:
    # What has a level nobody knows is withheld already; a known one would be an improvement.
    known = question["data"]["confidentiality"] in (None, *LEVELS)
    return asked(question, confidentiality="V") if known else question


def _labelled(label: str) -> Callable[[Question], Question]:
    return lambda question: asked(question, labels=[*question["data"]["sensitivities"], label])


def _evidence_ended(question: Question) -> Question:
    named = question["request"]["based_on"]
    return asked(question, based_on=named and {**named, "open": False})


def _no_evidence(question: Question) -> Question:
    # To say nothing is better than to name what the records contradict, so only what held counts as a loss.
    named = question["request"]["based_on"]
    return asked(question, based_on=None) if named in [held(kind) for kind in EVIDENCE] else question


def _one_class_more(question: Question) -> Question:
    known = question["data"]["classes"]
    return asked(question, item=[*known, "Weather"])


def _study(**changes: object) -> Callable[[Question], Question]:
    return lambda question: asked(
        question, research=question["research"] and {**question["research"], **changes}
    )


def _with(**changes: object) -> Callable[[Question], Question]:
    return lambda question: asked(question, **changes)


WORSE: dict[str, Callable[[Question], Question]] = {
    "one level more confidential": _more_confidential,
    "very restricted": _very_restricted,
    "of an unknown level": _with(confidentiality="TOP"),
    "labelled HIV too": _labelled("HIV"),
    "labelled with violence too": _labelled("SDV"),
    "labelled with something unknown too": _labelled("X-LOCAL"),
    "the organisation is suspended": _with(standing="suspended"),
    "the patient refuses": _with(consent="deny", ground="CONSENT_DENY"),
    "the evidence holds no more": _evidence_ended,
    "there is no evidence": _no_evidence,
    "the evidence is of no known kind": _with(based_on=held("favour")),
    "it is also of a class nobody knows": _one_class_more,
    "a device wrote it": _with(author="device"),
    "the patient wrote it": _with(author="patient"),
    "the role behind the device is not known": _with(on_behalf_of_role=None),
    "a device stands behind the device": _with(on_behalf_of_role="ai-device"),
    "the approval is withdrawn": _study(approved=False),
    "the approval has ended": _study(approved_until="2026-01-01"),
    "the project wants names": _study(identified=True),
    "nobody stands behind it": _with(on_behalf_of=None, on_behalf_of_role=None, relationship=None),
    "it comes from another node": _with(cross_region=True),
    "it would go abroad": _with(cross_border=True),
    "the reason is missing": _with(reason_given=False),
    "the purpose is not known": _with(purpose="CURIOSITY"),
    "the role is not known": _with(role="astrologer"),
    "the kind is not known": _with(kind="spa"),
    "it comes from a supervisor": _with(kind="supervisor"),
    "it comes from a security officer": _with(role="security-officer"),
}


@pytest.mark.parametrize("worse", WORSE.values(), ids=WORSE)
def test_no_row_that_was_refused_is_permitted(
    engine: WasmEngine, worse: Callable[[Question], Question]
) -> None:
    for row in ROWS:
        if not row.allow:
            assert not engine.decide(worse(row.question)).allow, row.says


@settings(max_examples=100)
@given(questions())
def test_no_question_that_was_refused_is_permitted(engine: WasmEngine, question: Question) -> None:
    if not engine.decide(question).allow:
        for says, worse in WORSE.items():
            assert not engine.decide(worse(question)).allow, says


@settings(max_examples=100)
@given(questions())
def test_what_every_permit_has_in_common(engine: WasmEngine, question: Question) -> None:
    """Said once more in Python, so that a mistake in the Rego does not pass as its own proof."""
    decision = engine.decide(question)
    if not decision.allow:
        assert decision.reasons
        return
    request, requester, item = question["request"], question["requester"], question["data"]
    assert question["consent"]["decision"] == "permit"
    assert requester["standing"] == "active"
    assert requester["role"] != "security-officer"
    assert requester["kind"] != "supervisor"
    urgent = request["purpose"] in ("ETREAT", "ERTREAT", "BTG")
    assert urgent or request["based_on"] is None or request["based_on"]["open"]
    assert requester["role"] not in ("ai-device", "kiosk") or requester["on_behalf_of_role"]
    assert (
        requester["role"] != "manager" or requester["organisation"] == question["custodian"]["organisation"]
    )
    assert request["purpose"] != "HPRGRP" or request["action"] == "count"
    assert "Weather" not in item["classes"]
    assert not request["cross_border"]
    assert (requester["region"] == "810000") == (question["custodian"]["region"] == "810000")
    assert item["confidentiality"] != "V" or requester["role"] in (
        "physician",
        "emergency-physician",
        "patient",
    )
    assert not item["sensitivities"] or requester["role"] not in (
        "pharmacist",
        "insurance-clerk",
        "ai-device",
    )
    assert not request["emergency"]["declared"] or request["emergency"]["reason_given"]
    profiles = [one.value for one in decision.obligations if one.code == "deidentify"]
    assert len(profiles) == 1
    if request["purpose"] in ("TRAIN", "HQUALIMP", "PATSFTY"):
        assert profiles == ["research"]
    if question["research"]:
        assert question["research"]["approved"]
        assert profiles == [question["research"]["profile"]]
