"""A past decision is made again bit for bit, and told to somebody who was not there."""

from dataclasses import replace
from datetime import timedelta

import apsw
import pytest

from exchange.consenting import revoke
from exchange.decisions import NotADecision, decisions, explain, replay
from exchange.erasing import erase
from exchange.node.node import Node
from tests.exchange.engines import refusing
from tests.exchange.nodes import OFFICER, Site, allow, emergency, put, question
from tests.exchange.people import AN


@pytest.fixture
def decided(node: Node) -> Node:
    """A refusal, a partial permit, an emergency, and a refusal after the consent was taken back."""
    put(question(node), node.office)
    granted = allow(node, except_sensitivities=("PSY",))
    put(question(node), node.office)
    put(emergency(node), node.office)
    revoke(node, AN, granted.consent_id, by=f"Patient/{AN}")
    put(question(node), node.office)
    return node


def test_every_decision_comes_out_the_same_long_after(decided: Node, site: Site) -> None:
    site.clock.pass_by(timedelta(days=900))
    allow(decided)
    made = [replay(decided.office, one.id) for one in decisions(decided.log)]
    assert [one.decision for one in made] == ["deny", "permit", "permit", "deny"]
    assert all(one.possible and one.same and not one.parts for one in made)


def test_another_policy_tells_which_decisions_it_would_have_answered_differently(decided: Node) -> None:
    made = [replay(decided.office, one.id, refusing("NOT_TODAY")) for one in decisions(decided.log)]
    assert [one.same for one in made if one.decision == "permit"] == [False, False]
    assert all("allow -> deny" in en for one in made if one.decision == "permit" for en, _ in one.parts)


def test_what_was_changed_beside_the_ledger_does_not_come_out_the_same(decided: Node, site: Site) -> None:
    """A consent version that is gone: the decision that rested on it cannot be made again as it was."""
    db = apsw.Connection(str(site.folder / "ledger.db"))
    db.execute("DELETE FROM consent_version")
    db.close()
    permits = [one for one in decisions(decided.log) if one.entry.why == "CONSENT_PERMIT_PARTIAL"]
    made = replay(decided.office, permits[0].id)
    assert (made.possible, made.same) == (True, False)
    assert ("consent would be decided differently", "同意部分会作出不同判定") in made.parts


def test_after_erasure_it_cannot_be_made_again_and_that_is_said(decided: Node) -> None:
    erase(decided.office, AN, by=OFFICER, reason="-")
    made = [replay(decided.office, one.id) for one in decisions(decided.log)]
    assert not any(one.possible for one in made)
    assert "无法重做" in "\n".join(explain(decided.office, made[0].entry).lines("zh"))


def test_the_page_says_who_what_why_on_which_consent_and_what_was_withheld(decided: Node) -> None:
    permit = next(one for one in decisions(decided.log) if one.entry.why == "CONSENT_PERMIT_PARTIAL")
    for lang, words in (
        ("zh", ("放行", "看病", "不含精神科相关信息", "逐字节一致", "未放行")),
        ("en", ("released", "your care", "except psychiatric information", "byte for byte", "withheld")),
    ):
        page = "\n".join(explain(decided.office, permit.id).lines(lang))
        for one in words:
            assert one in page


def test_the_page_is_found_from_the_outcome_too(decided: Node) -> None:
    outcome = next(one for one in decided.log.scan() if one.entry.phase == "outcome")
    assert explain(decided.office, outcome.id).found.id == outcome.entry.intent


def test_what_decides_nothing_cannot_be_explained_or_made_again(decided: Node) -> None:
    with pytest.raises(NotADecision):
        replay(decided.office, decided.log.read(0).id)
    with pytest.raises(NotADecision):
        explain(decided.office, decided.log.read(0).id)


def test_the_settings_of_then_are_used_not_those_of_now(node: Node) -> None:
    allow(node)
    put(question(node), node.office)
    [decision] = decisions(node.log)
    laxer = replace(node.office.consent_config, named_recipient_required=False, tz_hours=0)
    assert replay(replace(node.office, consent_config=laxer), decision.id).same
