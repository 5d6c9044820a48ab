"""Somebody lies about a withdrawal, says one thing and means another, or says too much."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

from exchange.audit.agreement import disagreements
from exchange.federation.envelope import NOTICE_PATH, PATH, open_question, sealed_answer
from exchange.federation.keys import NodeKeys
from exchange.federation.messages import NotAMessage, salt
from exchange.federation.running import serving
from exchange.federation.serving import app
from exchange.federation.signing import HttpRequest
from exchange.path.office import Office
from exchange.withdrawal.incoming import answer, entry_of_notice, incoming
from exchange.withdrawal.outgoing import MOST_ITEMS, told_by_hand
from exchange.withdrawal.taking import own_request
from exchange.withdrawal.wire import (
    Acknowledged,
    Followed,
    Withdrawn,
    encode,
    read_acknowledged,
    read_message,
)
from ledger import Log, Recorded
from ledger.identity import entry_id
from ledger.proof import prove
from tests.federation.asking import post, sealed
from tests.federation.withdrawing import OFFICER, Pair, kinds, third, told, withdrawn

# --- somebody lies ---


@pytest.mark.attack
def test_an_acknowledgement_signed_with_another_key_is_not_believed(pair: Pair) -> None:
    pair.take_back()
    honest = pair.asker.counter()
    false = NodeKeys(SigningKey(b"f" * 32), honest.keys.box)
    pair.listen_again()
    with serving(app(replace(honest, keys=false)), pair.asker.listener):
        (turn,) = pair.send()
    assert turn.problem is not None
    assert "signature" in str(turn.problem)
    assert [row.state for row in pair.reach()] == ["waiting"] * 2
    assert kinds(pair.holder)[-1] == ("unreached", "PEER_NOT_TRUSTED")


@pytest.mark.attack
def test_a_replayed_notice_is_refused_and_recorded_once(received: Pair) -> None:
    received.take_back()
    one = received.notice()
    message = withdrawn("ks", *(item["request"] for item in one.items), notice=one.entry, at=received.clock())
    sent = sealed(received.holder, received.asker, encode(message), NOTICE_PATH)
    assert [post(sent).status_code for _ in range(3)] == [200, 409, 409]
    assert received.asker.kinds().count(("node", "replay", "REPLAYED")) == 1


@pytest.mark.attack
def test_a_notice_about_a_request_it_never_made_is_refused_and_recorded(received: Pair) -> None:
    never = entry_id(int(received.clock().timestamp() * 1_000_000), bytes(8))
    said = told(received.holder, received.asker, withdrawn("ks", never, at=received.clock()))
    assert (said.accepted, said.code, said.receipt) == (False, "UNKNOWN_REQUEST", "")
    assert kinds(received.asker)[-1] == ("refused", "UNKNOWN_REQUEST")
    assert incoming(received.asker.office()) == []


@pytest.mark.attack
def test_another_node_cannot_take_back_what_it_did_not_give(received: Pair, tmp_path: Path) -> None:
    """Tianjin is joined with Zhuhai and knows a request id of Kunshan's: that is not enough."""
    received.take_back()
    stolen = received.requests()[0]
    with third(received.clock, tmp_path, joins=received.asker) as tianjin:
        said = told(tianjin, received.asker, withdrawn("tj", stolen, at=received.clock()))
    assert said.code == "UNKNOWN_REQUEST"


@pytest.mark.attack
def test_a_notice_cannot_be_given_another_content_later(received: Pair) -> None:
    received.take_back()
    first, second = received.requests()
    assert told(received.holder, received.asker, withdrawn("ks", first, at=received.clock())).accepted
    said = told(received.holder, received.asker, withdrawn("ks", first, second, at=received.clock()))
    assert said.code == "NOTICE_DIFFERS"
    assert len(incoming(received.asker.office())) == 1


@pytest.mark.attack
def test_nobody_but_the_recipient_can_say_what_was_done(received: Pair, tmp_path: Path) -> None:
    received.take_back()
    message = Followed(
        notice=received.notice().entry,
        sender="tj",
        recipient="ks",
        done="deleted",
        entry="e-1",
        at=received.clock(),
        sent_at=received.clock(),
        salt=salt(secrets.token_bytes),
    )
    with third(received.clock, tmp_path, joins=received.holder) as tianjin:
        assert told(tianjin, received.holder, message).code == "UNKNOWN_NOTICE"
    assert received.notice().done == ""


@pytest.mark.attack
@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"sender": "tj"}, 400),
        ({"recipient": "tj"}, 400),
        ({"sent_at": datetime(2026, 4, 30, tzinfo=UTC)}, 401),
        ({"sent_at": datetime(2026, 5, 2, tzinfo=UTC)}, 401),
        ({"asked": "burn"}, 400),
        ({"items": ()}, 400),
        ({"notice": "一"}, 400),
        ({"revoked_at": datetime(1, 1, 1, tzinfo=UTC)}, 400),
        ({"revoked_at": datetime(9999, 12, 31, 23, 59, tzinfo=UTC)}, 400),
    ],
    ids=str,
)
def test_a_notice_that_is_not_as_it_must_be_is_not_taken(
    received: Pair, changes: dict[str, object], status: int
) -> None:
    before = received.asker.node().log.size
    message = msgspec.to_builtins(withdrawn("ks", "r-1", at=received.clock())) | changes
    assert (
        post(sealed(received.holder, received.asker, msgspec.json.encode(message), NOTICE_PATH)).status_code
        == status
    )
    assert received.asker.node().log.size == before


@pytest.mark.attack
def test_a_question_is_no_notice_and_a_notice_no_question(received: Pair) -> None:
    """The address is signed: what was meant for one counter cannot be carried to the other."""
    plain = encode(withdrawn("ks", "r-1", at=received.clock()))
    sent = sealed(received.holder, received.asker, plain, PATH)
    moved = HttpRequest(sent.method, sent.url.replace(PATH, NOTICE_PATH), sent.headers, sent.body)
    assert [post(sent).json()["code"], post(moved).json()["code"]] == ["not-a-question", "bad-signature"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plain=st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_a_message_or_not_and_never_a_crash(plain: bytes) -> None:
    for read in (read_message, read_acknowledged):
        with pytest.raises(NotAMessage):
            read(plain)


# --- a recipient that says one thing and means another, or says too much ---


Reply = Callable[[Withdrawn], Acknowledged]


@contextmanager
def answering(pair: Pair, reply: Reply) -> Iterator[None]:
    """In the asker's place, with its keys: somebody who acknowledges whatever `reply` says."""
    node, peers = pair.asker.node(), pair.asker.peers
    address = pair.asker.card().url + NOTICE_PATH

    async def liar(scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", scope["type"] == "http"
        if not more:
            return
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        came = HttpRequest("POST", address, httpx.Headers(scope["headers"]), body)
        opened = open_question(came, keys=node.keys, peer_of=peers.by_id, now=pair.clock())
        message = read_message(opened.plain)
        assert isinstance(message, Withdrawn)
        answered = sealed_answer(
            encode(reply(message)),
            came,
            keys=node.keys,
            holder=node.id,
            asker=opened.peer,
            now=pair.clock(),
            entropy=secrets.token_bytes,
        )
        headers = [(name.lower().encode(), value.encode()) for name, value in answered.headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answered.body})

    pair.listen_again()
    with serving(cast(FastAPI, liar), pair.asker.listener):
        yield


def acknowledged(message: Withdrawn, **more: Any) -> Acknowledged:
    said: dict[str, Any] = {
        "notice": message.notice,
        "sender": "zh",
        "recipient": "ks",
        "accepted": True,
        "code": "",
        "unknown": (),
        "entry": "e-1",
        "receipt": "",
        "salt": salt(secrets.token_bytes),
    }
    return Acknowledged(**(said | more))


def with_receipt(pair: Pair, message: Withdrawn, unknown: tuple[str, ...]) -> Acknowledged:
    """Truly on record, and of some requests it says that it never made them."""
    node = pair.asker.node()
    entry = entry_of_notice(node.office, claimed=message.revoked_at, count=0)
    recorded = node.desk.write(entry, {}, key=node.house_key)
    receipt = prove(node.log, recorded.id).decode()
    return acknowledged(message, unknown=unknown, entry=recorded.id, receipt=receipt)


@pytest.mark.attack
def test_a_patient_does_not_read_received_where_the_recipient_says_that_it_never_asked(pair: Pair) -> None:
    pair.take_back()
    with answering(pair, lambda m: with_receipt(pair, m, tuple(one.request for one in m.items))):
        assert [turn.acknowledged for turn in pair.send()] == [1]
    assert [row.state for row in pair.reach()] == ["unknown"] * 2
    assert pair.notice().told == "unknown"
    assert "says that it never asked for this" in pair.reach()[0].says("en")
    assert "从未请求过" in pair.reach()[0].says("zh")


@pytest.mark.attack
def test_of_one_notice_each_request_is_told_as_the_recipient_knows_it(pair: Pair) -> None:
    pair.take_back()
    first, second = pair.requests()
    with answering(pair, lambda m: with_receipt(pair, m, (first, "of-nobody"))):
        pair.send()
    rows = {row.disclosure.request: row for row in pair.reach()}
    assert (rows[first].state, rows[second].state) == ("unknown", "received")
    assert rows[first].says("en").startswith("says that it never asked for this")
    assert rows[second].says("zh").startswith("已收到")
    assert pair.notice().says("en").startswith("received, but says that it never made 1 of the requests")
    told_by_hand(
        pair.holder.office(), pair.notice().entry, by=OFFICER, channel="letter", done_by_them="deleted"
    )
    rows = {row.disclosure.request: row for row in pair.reach()}
    assert (rows[first].done, rows[second].done) == ("", "deleted")
    assert disagreements(pair.holder.node().log, pair.holder.node().house_key) == []


@pytest.mark.attack
@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"accepted": False, "code": "UNKNOWN_REQUEST", "receipt": "x"}, "PEER_NOT_TRUSTED"),
        ({"receipt": "x" * (1 << 20)}, "PEER_NOT_TRUSTED"),
        ({"accepted": False, "code": "UNKNOWN_REQUEST", "receipt": "x" * (5 << 20)}, "ANSWER_TOO_LARGE"),
    ],
    ids=["a receipt of nothing", "larger than any", "larger than is read"],
)
def test_an_acknowledgement_that_would_swell_the_ledger_is_thrown_away(
    pair: Pair, more: dict[str, object], why: str
) -> None:
    pair.take_back()
    with answering(pair, lambda message: acknowledged(message, **more)):
        (turn,) = pair.send()
    assert (turn.acknowledged, turn.waiting) == (0, 1)
    assert kinds(pair.holder)[-1] == ("unreached", why)
    pair.holder.node().log.checkpoint()
    assert sum(path.stat().st_size for path in pair.holder.folder.glob("ledger.db*")) < 5 << 20


def test_an_acknowledgement_as_large_as_the_largest_notice_makes_it_is_read(pair: Pair) -> None:
    """Two hundred requests of 64 characters, none of them known, and a receipt of a hundred kilobytes."""
    unknown = tuple(f"{number:064d}" for number in range(MOST_ITEMS))
    message = withdrawn("ks", *unknown, at=pair.clock())
    plain = encode(acknowledged(message, unknown=unknown, receipt='"' * 100_000))
    assert read_acknowledged(plain).unknown == unknown


# --- a node that sends too much ---


@pytest.mark.attack
def test_a_hundred_notices_about_the_same_are_one_task_and_one_answer_settles_them(received: Pair) -> None:
    received.take_back()
    first, second = received.requests()
    office = received.asker.office()
    sets = [(first,), (second,), (second, first), (first, second)]
    for number in range(12):
        message = withdrawn("ks", *sets[number % 4], notice=f"f-{number}", at=received.clock())
        assert told(received.holder, received.asker, message).accepted
    assert len(incoming(office)) == 12
    tasks = incoming(office, open_only=True)
    assert [one.notice for one in tasks] == ["f-0", "f-1"]
    answer(office, tasks[0].entry, done="deleted", by=OFFICER)
    assert [one.notice for one in incoming(office, open_only=True)] == ["f-1"]
    answer(office, tasks[1].entry, done="deleted", by=OFFICER)
    assert incoming(office, open_only=True) == []
    assert {one.done for one in incoming(office)} == {"deleted"}
    assert disagreements(office.log, received.asker.node().house_key) == []


@pytest.mark.attack
def test_what_was_only_stopped_does_not_answer_for_what_was_deleted(received: Pair) -> None:
    received.take_back()
    first, second = received.requests()
    office = received.asker.office()
    for name, asked in (("f-0", (first,)), ("f-1", (second,)), ("f-2", (first, second))):
        told(received.holder, received.asker, withdrawn("ks", *asked, notice=name, at=received.clock()))
    one, other = incoming(office, open_only=True)
    answer(office, one.entry, done="deleted", by=OFFICER)
    answer(office, other.entry, done="stopped", by=OFFICER)
    assert [left.notice for left in incoming(office, open_only=True)] == ["f-2"]


class Counting:
    """The log, and how many entries were read from it in order."""

    def __init__(self, log: Log) -> None:
        self.log, self.read_in_order = log, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.log, name)

    def scan(self, start: int = 0, stop: int | None = None) -> Iterator[Recorded]:
        for one in self.log.scan(start, stop):
            self.read_in_order += 1
            yield one


@pytest.mark.attack
def test_requests_that_nobody_can_have_made_cost_no_reading(pair: Pair) -> None:
    """No time in the number, or one that is still to come."""
    ahead = entry_id(int(pair.clock().timestamp() * 1_000_000) + 10**9, bytes(8))
    last = entry_id(2**47 * 1000, bytes(8))
    counting = Counting(pair.asker.node().log)

    def office() -> Office:
        return replace(pair.asker.office(), log=cast(Log, counting))

    pair.listen_again()
    with serving(app(replace(pair.asker.counter(), office=office)), pair.asker.listener):
        for number, never in enumerate(("0", "r-1", ahead, last)):
            message = withdrawn("ks", never, notice=f"n-{number}", at=pair.clock())
            assert told(pair.holder, pair.asker, message).code == "UNKNOWN_REQUEST"
    assert counting.read_in_order == 0


@pytest.mark.attack
def test_a_made_up_request_of_long_ago_reads_so_many_entries_and_no_more(pair: Pair) -> None:
    office = pair.asker.office()
    counting = Counting(office.log)
    long_ago = entry_id(1_600_000_000_000_000, bytes(8))
    assert office.log.size > 5
    found = own_request(replace(office, log=cast(Log, counting)), long_ago, holder="ks", most=5)
    assert (found, counting.read_in_order) == ("", 5)


@pytest.mark.attack
def test_among_made_up_requests_the_real_one_is_still_found(received: Pair) -> None:
    received.take_back()
    real = received.requests()[1]
    never = [entry_id(1_600_000_000_000_000 + number, bytes(8)) for number in range(MOST_ITEMS - 1)]
    said = told(received.holder, received.asker, withdrawn("ks", *never, real, at=received.clock()))
    assert (said.accepted, said.unknown) == (True, tuple(never))
