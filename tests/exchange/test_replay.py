"""Any decision can be made again, bit for bit, from what was sealed with it: by both engines, as of then."""

from dataclasses import replace
from datetime import datetime, timedelta

import orjson
import pytest

from consent import decide
from exchange.audit.details import details_of
from exchange.consenting import consents_of, revoke
from exchange.node.node import Node
from exchange.path.recording import reason_commitment
from ledger import Recorded
from policies import Decision
from tests.exchange.nodes import (
    OTHER_DOCTOR,
    OWN_DOCTOR,
    REASON,
    Site,
    allow,
    emergency,
    entries,
    last,
    put,
    question,
)
from tests.exchange.people import AN


def _again(node: Node, found: Recorded) -> None:
    """Decide again and compare with what was sealed then."""
    details = details_of(node.office, found)
    assert (details.open, details.true) == (True, True)
    kept = details.told["consent"]
    by_version = {(one.consent_id, one.version): one for one in consents_of(node, AN, all_versions=True)}
    known = [by_version[name, version].resource for name, version in kept["versions"]]
    answer = decide(known, kept["case"], node.office.consent_config)
    assert (answer.decision, answer.reason, answer.rule) == (kept["decision"], kept["reason"], kept["rule"])
    assert list(answer.basis) == kept["basis"]
    assert [[one.ref, one.reason] for one in answer.redacted] == kept["withheld"]
    policy = node.office.policy()
    assert policy.digest == found.entry.policy
    for asked in details.told["policy"]:
        assert _as_kept(policy.decide(asked["input"])) == asked["output"]


def _as_kept(decision: Decision) -> dict[str, object]:
    return {
        "allow": decision.allow,
        "reasons": [one.code for one in decision.reasons],
        "obligations": [[one.code, one.value] for one in decision.obligations],
    }


def _decisions(node: Node) -> list[Recorded]:
    return [one for one in entries(node) if one.entry.type == "access" and one.entry.phase != "outcome"]


def test_every_decision_can_be_made_again_long_after(node: Node, site: Site) -> None:
    put(question(node), node.office)
    granted = allow(node, except_sensitivities=("PSY",))
    put(question(node), node.office)
    put(question(node, OWN_DOCTOR), node.office)
    put(emergency(node), node.office)
    put(question(node, purpose="HPAYMT"), node.office)
    revoke(node, AN, granted.consent_id, by=f"Patient/{AN}")
    put(question(node), node.office)
    site.clock.pass_by(timedelta(days=400))
    allow(node)
    codes = [one.entry.why for one in _decisions(node)]
    assert codes == [
        "NO_CONSENT",
        "CONSENT_PERMIT_PARTIAL",
        "INTERNAL_CARE",
        "EMERGENCY_OVERRIDE",
        "NOT_COVERED",
        "CONSENT_WITHDRAWN",
    ]
    for one in _decisions(node):
        _again(node, one)


def test_a_consent_given_in_the_same_second_as_the_question_does_not_change_the_replay(node: Node) -> None:
    """The versions that were looked at are named one by one, so what came a microsecond later is not among them."""
    put(question(node), node.office)
    found = last(node)
    allow(node)
    _again(node, found)
    assert found.entry.why == "NO_CONSENT"


def test_both_clocks_are_kept(node: Node, site: Site) -> None:
    """When it was asked, and up to when the node knew of consents, which is the ledger's time."""
    granted = allow(node)
    site.clock.pass_by(-timedelta(minutes=5))
    put(question(node), node.office)
    case = details_of(node.office, last(node)).told["consent"]["case"]
    assert case["at"] == "2026-11-25T08:55:00+08:00"
    assert datetime.fromisoformat(case["knownAt"]) == granted.entry.time


def test_the_entry_names_the_consent_versions_it_rests_on_by_commitment(node: Node) -> None:
    allow(node, to=f"Practitioner/{OTHER_DOCTOR}")
    granted = allow(node)
    revoke(node, AN, granted.consent_id, by=f"Patient/{AN}")
    put(question(node), node.office)
    newest = {one.consent_id: one.commitment for one in consents_of(node, AN)}
    basis = details_of(node.office, entries(node)[-2]).told["consent"]["basis"]
    assert last(node).entry.consents == tuple(sorted(newest[name] for name in basis))


@pytest.mark.parametrize("patient", [AN, "p-404"])
def test_the_reason_for_breaking_the_glass_can_be_shown_to_be_the_one_given(node: Node, patient: str) -> None:
    put(emergency(node, patient), node.office)
    found = entries(node)[-2] if patient == AN else last(node)
    told = details_of(node.office, found).told["request"]
    keys = node.vault.known(patient)
    key = keys.key if keys else node.house_key
    assert told["emergency_reason"] == REASON
    assert found.entry.reason == reason_commitment(REASON, request_id=told["id"], key=key)
    assert found.entry.reason != reason_commitment("another", request_id=told["id"], key=key)


@pytest.mark.parametrize(
    ("person", "vouched_by", "action", "cross_region"),
    [
        (OWN_DOCTOR, "ks", "access", False),
        (OTHER_DOCTOR, "ks", "disclose", False),
        (OTHER_DOCTOR, "zh", "disclose", True),
    ],
)
def test_both_engines_are_told_whether_it_leaves_the_house(
    node: Node, person: str, vouched_by: str, action: str, cross_region: bool
) -> None:
    request = question(node, person)
    put(replace(request, actor=replace(request.actor, vouched_by=vouched_by)), node.office)
    told = details_of(node.office, _decisions(node)[-1]).told
    assert told["consent"]["case"]["action"] == action
    assert {one["input"]["request"]["cross_region"] for one in told["policy"]} == {cross_region}


def test_the_same_reason_twice_does_not_look_the_same(node: Node) -> None:
    for _ in range(2):
        put(emergency(node), node.office)
    assert len({one.entry.reason for one in _decisions(node)}) == 2


def test_a_refusal_keeps_the_whole_question(node: Node) -> None:
    put(question(node, classes=("Observation",)), node.office)
    told = details_of(node.office, last(node)).told
    assert told["request"]["actor"]["id"] == OTHER_DOCTOR
    assert told["request"]["classes"] == ["Observation"]
    assert {item["class"] for item in told["consent"]["case"]["items"]} == {"Observation"}
    assert orjson.dumps(told)
