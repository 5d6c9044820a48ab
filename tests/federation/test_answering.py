"""What the holder makes of a question: for whom a peer speaks, who is in a group, a ledger that is down."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from exchange.directory import Directory, Group, Organisation, Person
from exchange.federation.answering import answer, respond
from exchange.federation.card import Card
from exchange.federation.entitlement import NotEntitled, organisation_of
from exchange.federation.envelope import Opened
from exchange.federation.errors import Rejected
from exchange.federation.messages import Asker, encode
from exchange.federation.signing import LIFETIME
from exchange.node.tables import TABLES
from exchange.path.office import Office
from ledger import Log
from tests.federation.asking import Two, question
from tests.federation.nodes import Clock, consent
from tests.federation.regions import (
    KUNSHAN_HOSPITAL,
    QUESTION,
    TIANJIN,
    ZHUHAI,
    ZHUHAI_CARD,
    ZHUHAI_HOSPITAL,
    card,
)

DOCTOR = Person("dr-wen", "温知秋", "Wen Zhiqiu", "physician", "zh-first-hospital")


def _speaks(
    peer: Card = ZHUHAI_CARD,
    asker: Asker = QUESTION.actor,
    directory: Directory | None = None,
    own_region: str = "320583",
) -> Organisation:
    return organisation_of(asker, peer, directory or Directory(), own_region)


def _refusal(**given: object) -> str:
    with pytest.raises(NotEntitled) as refused:
        _speaks(**given)  # type: ignore[arg-type]  # handed through
    return refused.value.code


def test_a_node_speaks_for_an_organisation_on_its_card() -> None:
    assert _speaks() == ZHUHAI_HOSPITAL


def test_a_person_our_registry_lists_there_is_theirs() -> None:
    assert _speaks(directory=Directory((ZHUHAI_HOSPITAL,), (DOCTOR,))) == ZHUHAI_HOSPITAL


@pytest.mark.attack
def test_a_suspended_organisation_is_given_nothing_whoever_suspended_it() -> None:
    suspended = replace(ZHUHAI_HOSPITAL, standing="suspended")
    assert _refusal(peer=card(ZHUHAI, "zh", "440400", suspended)) == "ORGANISATION_SUSPENDED"
    assert _refusal(directory=Directory((suspended,))) == "ORGANISATION_SUSPENDED"


@pytest.mark.attack
def test_a_node_does_not_speak_for_who_is_not_on_its_card() -> None:
    assert _refusal(peer=card(TIANJIN, "tj", "120000")) == "ORGANISATION_NOT_OF_PEER"


@pytest.mark.attack
def test_a_province_does_not_speak_for_our_hospital() -> None:
    ours = replace(KUNSHAN_HOSPITAL, id="zh-first-hospital")
    assert _refusal(peer=card(TIANJIN, "js", "320000", ours)) == "ORGANISATION_NOT_OF_PEER"


@pytest.mark.attack
def test_a_person_we_know_elsewhere_is_not_theirs() -> None:
    """A consent may name that person, and the person is not there."""
    elsewhere = Directory((KUNSHAN_HOSPITAL,), (replace(DOCTOR, organisation="ks-first-hospital"),))
    assert _refusal(directory=elsewhere) == "PERSON_NOT_OF_PEER"


@pytest.fixture
def down(two: Two) -> Iterator[Office]:
    """The holder's office on a day its ledger can be read but not written."""
    node = two.holder.node()
    with Log.open(
        node.layout.ledger,
        signer=node.log.signer,
        clock=two.clock,
        entropy=node.desk.entropy,
        tables=TABLES,
        writable=False,
    ) as log:
        yield replace(node.office, desk=node.desk.with_pen(log), log=log)
    node.layout.spool.unlink(missing_ok=True)


def _opened(two: Two, **changes: object) -> Opened:
    said = question(two, **changes)
    peer = two.holder.peers.by_id("zh")
    return Opened(peer, encode(said), said.salt[:22], two.clock() + LIFETIME, {})


def test_without_a_ledger_nothing_is_answered(two: Two, down: Office) -> None:
    with pytest.raises(Rejected) as refused:
        respond(_opened(two), down)
    assert refused.value.code == "cannot-record"


def test_without_a_ledger_an_emergency_is_answered_through_the_spool(two: Two, down: Office) -> None:
    doctor = {
        "id": "zh-em-001",
        "name": "",
        "role": "emergency-physician",
        "organisation": "zh-first-hospital",
        "on_behalf_of": "",
    }
    said = respond(_opened(two, purpose="ETREAT", emergency_reason="昏迷", actor=doctor), down)
    assert said.permit, said.reasons
    assert said.receipt == ""
    # The question, the intent and the outcome wait for the ledger.
    assert two.holder.node().spool.waiting() == 3


def test_our_registry_says_who_is_in_a_group_and_nobody_else(two: Two) -> None:
    office = two.holder.office()
    consent(two.holder, "c-group", recipient="Group/delta")
    said = question(
        two,
        actor={
            "id": "zh-fd-001",
            "name": "",
            "role": "family-doctor",
            "organisation": "zh-community-centre",
            "on_behalf_of": "",
        },
    )
    peer = two.holder.peers.by_id("zh")
    assert not answer(said, peer, office).permit
    delta = Group("delta", "三角洲联合体", "Delta Consortium", ("Organization/zh-community-centre",))
    assert answer(said, peer, replace(office, directory=office.directory.merge(groups=(delta,)))).permit


def test_a_nonce_is_kept_as_long_as_a_question_could_come_again(two: Two) -> None:
    first = _opened(two)
    respond(first, two.holder.office())
    # Another question, an hour and a minute later by the holder's clock, sweeps out what is long expired.
    for later, kept in ((timedelta(minutes=59), 1), (timedelta(hours=2), 0)):
        at = two.clock() + later
        office = replace(two.holder.office(), clock=Clock(at))
        other = replace(_opened(two, asked_at=at.isoformat()), expires=at + LIFETIME)
        respond(other, office)
        with office.log.reading() as db:
            (found,) = db.execute(
                "SELECT count(*) FROM seen_nonce WHERE nonce = ?", (first.nonce,)
            ).fetchall()[0]
        assert found == kept
