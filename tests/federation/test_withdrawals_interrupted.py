"""A notice of withdrawal meets a node that is down, a lost reply, a killed sender, a clock that was set back."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from exchange.audit.agreement import disagreements
from exchange.federation.messages import salt
from exchange.federation.running import serving
from exchange.federation.serving import app
from exchange.withdrawal.incoming import answer, incoming
from exchange.withdrawal.outgoing import notices
from exchange.withdrawal.sending import send_waiting
from exchange.withdrawal.turn import PAUSES
from exchange.withdrawal.wire import Item, Withdrawn
from tests.federation.nodes import Clock, Site, consent
from tests.federation.withdrawing import OFFICER, Pair, also_received, joined, kinds, sending, told, withdrawn

# --- down, slow, silent ---


def test_a_recipient_that_is_down_waits_and_is_told_when_it_is_back(pair: Pair) -> None:
    pair.take_back()
    (turn,) = pair.send()
    assert (turn.acknowledged, turn.waiting) == (0, 1)
    assert turn.problem is not None
    assert [row.state for row in pair.reach()] == ["waiting"] * 2
    assert kinds(pair.holder)[-1] == ("unreached", "PEER_UNREACHABLE")
    with pair.up():
        assert pair.send(at_once=False) == []  # its pause is not over
        pair.clock.pass_by(PAUSES[0])
        assert [one.acknowledged for one in pair.send(at_once=False)] == [1]
    assert [row.state for row in pair.reach()] == ["received"] * 2


def test_pauses_grow_and_every_round_is_one_entry(pair: Pair) -> None:
    pair.take_back()
    tried: list[timedelta] = []
    began = pair.clock()
    for _ in range(40):
        if pair.send(at_once=False):
            tried.append(pair.clock() - began)
        pair.clock.pass_by(timedelta(minutes=5))
    gaps = [later - sooner for sooner, later in pairwise(tried)]
    assert gaps == sorted(gaps)
    assert len(tried) == kinds(pair.holder).count(("unreached", "PEER_UNREACHABLE")) == 5


@pytest.mark.attack
def test_a_pause_that_somebody_made_endless_counts_as_over(pair: Pair) -> None:
    pair.take_back()
    pair.send()
    far = int((pair.clock() + timedelta(days=4000)).timestamp() * 1_000_000)

    def quietly(db: object, _: object) -> None:
        db.execute("UPDATE unreached SET next_us = ?", (far,))  # type: ignore[attr-defined]  # the writing connection

    first = pair.holder.node().log.read(0)
    pair.holder.node().log.append(replace(first.entry, type="test"), change=quietly)
    assert len(pair.send(at_once=False)) == 1


def test_what_waits_survives_a_restart(pair: Pair) -> None:
    pair.take_back()
    pair.send()
    pair.holder.reopen()
    with pair.up():
        assert [one.acknowledged for one in pair.send()] == [1]


@pytest.mark.attack
def test_who_is_silent_holds_up_nobody_else(pair: Pair, tmp_path: Path) -> None:
    """Zhuhai takes the connection and says nothing; the node that comes after it in every list hears at once."""
    with also_received(pair, tmp_path, node="zz") as (last, _), last.served():
        pair.take_back()
        pair.take_back("c-2")
        pair.listen_again()
        turns = send_waiting(pair.holder.office(), pair.holder.peers, pair.holder.line(timeout=2))
    assert [(one.node, one.acknowledged) for one in turns] == [("zh", 0), ("zz", 1)]
    assert kinds(pair.holder)[-2:] == [("told", "received"), ("unreached", "PEER_UNREACHABLE")]


@pytest.mark.attack
def test_who_takes_long_over_each_message_hears_the_rest_next_time(received: Pair) -> None:
    """By the clock, every look at which takes four seconds."""
    consents = [f"c-{number}" for number in range(2, 5)]
    for name in consents:
        consent(received.holder, name, recipient="Organization/zh-first-hospital")
    assert received.ask().permit
    for name in consents:
        received.take_back(name)

    def slow() -> datetime:
        received.clock.pass_by(timedelta(seconds=4))
        return received.clock()

    site = received.holder
    rounds: list[tuple[int, int, object]] = []
    while len(rounds) < 9 and notices(site.office(), waiting_only=True):
        (turn,) = send_waiting(site.office(), site.peers, replace(site.line(), clock=slow))
        rounds.append((turn.acknowledged, turn.waiting, turn.problem))
    assert len(rounds) > 1
    assert all(heard >= 1 and problem is None for heard, _, problem in rounds)
    assert kinds(site).count(("told", "received")) == 3


def test_a_request_numbered_by_a_clock_that_was_set_back_is_found(received: Pair) -> None:
    """Its entry has the ledger's time, which is later than its number."""
    received.clock.pass_by(timedelta(hours=1))
    assert received.ask().permit
    received.clock.pass_by(-timedelta(minutes=40))
    assert received.ask().permit
    received.take_back()
    assert [turn.acknowledged for turn in received.send()] == [1]
    assert {row.state for row in received.reach()} == {"received"}
    assert len(incoming(received.asker.office())[0].accesses) == 4


# --- sent twice, lost on the way, cut off ---


def test_an_acknowledgement_that_was_lost_comes_again(received: Pair) -> None:
    """The recipient had it on record; told again, it says the same and records no second notice."""
    received.take_back()
    one = received.notice()
    message = Withdrawn(
        notice=one.entry,
        sender="ks",
        recipient="zh",
        revoked_at=one.made,
        asked="stop-and-delete",
        items=tuple(Item(request=item["request"], entry=item["entry"]) for item in one.items),
        sent_at=received.clock(),
        salt=salt(secrets.token_bytes),
    )
    lost = told(received.holder, received.asker, message)
    assert [turn.acknowledged for turn in received.send()] == [1]
    assert [found.entry for found in incoming(received.asker.office())] == [lost.entry]
    assert kinds(received.asker) == [("incoming", ""), ("again", "")]


def test_the_same_notice_many_times_at_once_is_one_notice(received: Pair) -> None:
    received.take_back()
    threads = [threading.Thread(target=received.send) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(incoming(received.asker.office())) == 1
    assert kinds(received.holder).count(("told", "received")) == 1
    for site in (received.holder, received.asker):
        assert disagreements(site.node().log, site.node().house_key) == []


def test_a_report_that_overtakes_the_acknowledgement_counts_as_both(received: Pair) -> None:
    received.take_back()
    one = received.notice()
    requests = [item["request"] for item in one.items]
    lost = told(
        received.holder,
        received.asker,
        withdrawn("ks", *requests, notice=one.entry, at=received.clock()),
    )
    answer(received.asker.office(), lost.entry, done="retained-by-law", by=OFFICER)
    sending(received.asker)
    after = received.notice()
    assert (after.told, after.done) == ("received", "retained-by-law")
    assert disagreements(received.holder.node().log, received.holder.node().house_key) == []


@pytest.mark.slow
def test_killed_between_sending_and_hearing_back_it_is_told_once(tmp_path: Path) -> None:
    class Real(Clock):
        def __call__(self) -> datetime:
            return datetime.now(UTC)

    pair = joined(tmp_path, Real())
    with pair.holder.served():
        assert pair.ask().permit
    pair.take_back()
    pair.holder.reopen()
    sender: list[subprocess.Popen[bytes]] = []
    behind = socket.create_server(("127.0.0.1", 0))
    with serving(app(pair.asker.counter()), behind):
        with _in_between(pair.asker.listener, behind, lambda: sender[0].send_signal(signal.SIGKILL)):
            sender.append(_started(pair.holder, "notice", "send"))
            assert sender[0].wait(timeout=30) == -signal.SIGKILL
        assert kinds(pair.asker) == [("incoming", "")]
        assert pair.notice().told == ""
        pair.holder.reopen()
        with _in_between(pair.asker.listener, behind, lambda: None):
            assert _started(pair.holder, "notice", "send").wait(timeout=30) == 0
    assert pair.notice().told == "received"
    assert kinds(pair.asker) == [("incoming", ""), ("again", "")]
    behind.close()
    pair.holder.close()
    pair.asker.close()


def _started(site: Site, *words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "cli", "--node", str(site.folder), *words],
        cwd=Path(__file__).parents[2],
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@contextmanager
def _in_between(
    front: socket.socket, behind: socket.socket, on_reply: Callable[[], object]
) -> Iterator[None]:
    """Pass one exchange on; when the reply is there, first do `on_reply`, then pass the reply on too."""

    def work() -> None:
        caller, _ = front.accept()
        with caller, socket.create_connection(behind.getsockname()) as callee:
            callee.sendall(_message(caller))
            reply = _message(callee)
            on_reply()
            try:
                caller.sendall(reply)
            except OSError:
                return

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join(timeout=30)


def _message(stream: socket.socket) -> bytes:
    """One HTTP message with a Content-Length, whole."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        raw += stream.recv(65536)
    head, _, body = raw.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    while len(body) < length:
        body += stream.recv(65536)
    return head + b"\r\n\r\n" + body
