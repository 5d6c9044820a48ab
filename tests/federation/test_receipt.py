"""A permit is believed only with a receipt of the holder's ledger about this very question."""

import secrets
from dataclasses import replace

import msgspec
import pytest

from exchange.federation.asking import ask
from exchange.federation.errors import PeerNotTrusted
from exchange.federation.messages import Answer, Question
from exchange.federation.receipt import check_receipt
from ledger import Entry
from ledger.keys import Keys
from ledger.proof import prove
from tests.federation.asking import Two, question
from tests.federation.regions import vkey


@pytest.fixture
def told(two: Two) -> tuple[Question, Answer]:
    asked = question(two)
    return asked, ask(asked, two.asker.peers.by_id("ks"), two.asker.line()).answer


def _refused(two: Two, asked: Question, answer: Answer, why: str) -> None:
    with pytest.raises(PeerNotTrusted, match=why) as refused:
        check_receipt(answer, asked, two.asker.peers.by_id("ks"))
    assert refused.value.exit_code == 4


def test_a_receipt_of_this_question_is_believed(two: Two, told: tuple[Question, Answer]) -> None:
    check_receipt(told[1], told[0], two.asker.peers.by_id("ks"))


@pytest.mark.attack
@pytest.mark.parametrize("receipt", ["", "{}", "null", "\ud800"])
def test_a_permit_without_a_receipt_is_not_believed(
    two: Two, told: tuple[Question, Answer], receipt: str
) -> None:
    _refused(two, told[0], msgspec.structs.replace(told[1], receipt=receipt), "its receipt proves nothing")


@pytest.mark.attack
def test_a_receipt_of_another_ledger_is_not_believed(two: Two, told: tuple[Question, Answer]) -> None:
    other = replace(two.asker.peers.by_id("ks"), ledger=Keys.only(vkey("ks")))
    with pytest.raises(PeerNotTrusted, match="its receipt proves nothing"):
        check_receipt(told[1], told[0], other)


@pytest.mark.attack
@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": "ETREAT"},
        {"classes": ("Observation",)},
        {"emergency_reason": "昏迷"},
    ],
    ids=str,
)
def test_a_receipt_of_another_question_is_not_believed(
    two: Two, told: tuple[Question, Answer], changes: dict[str, object]
) -> None:
    other = msgspec.structs.replace(told[0], **changes)
    _refused(two, other, told[1], "its receipt is of another request")


@pytest.mark.attack
def test_a_receipt_of_another_entry_is_not_believed(two: Two, told: tuple[Question, Answer]) -> None:
    node = two.holder.node()
    intent = node.log.find(node.log.find(told[1].entry).entry.intent)
    unrelated = node.log.append(
        Entry(type="node", subtype="test", action="E", outcome="0", region="320583", node="ks", source="test")
    )
    for entry in (intent, unrelated):
        swapped = msgspec.structs.replace(told[1], receipt=prove(node.log, entry.id).decode(), entry=entry.id)
        _refused(two, told[0], swapped, "its receipt is of another request")
    _refused(
        two,
        told[0],
        msgspec.structs.replace(told[1], entry=intent.id),
        "its receipt is of another request",
    )


def test_a_refusal_needs_none(two: Two) -> None:
    asked = question(two, purpose="HPAYMT", salt=secrets.token_hex(32))
    answer = ask(asked, two.asker.peers.by_id("ks"), two.asker.line()).answer
    assert not answer.permit
    check_receipt(answer, asked, two.asker.peers.by_id("ks"))
