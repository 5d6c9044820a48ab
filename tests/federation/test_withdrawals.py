"""A consent is taken back in Kunshan; Zhuhai, which had received the record, is told, and says what it did."""

import logging
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
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
from exchange.consenting import revoke
from exchange.erasing import erase
from exchange.federation.asking import Asked, request_over
from exchange.federation.envelope import (
    NOTICE_PATH,
    PATH,
    open_answer,
    open_question,
    sealed_answer,
    sealed_question,
)
from exchange.federation.evidence import holds
from exchange.federation.keys import NodeKeys
from exchange.federation.messages import NotAMessage, salt
from exchange.federation.running import listen, serving
from exchange.federation.serving import app
from exchange.federation.signing import HttpRequest, HttpResponse
from exchange.path.office import Office
from exchange.path.request import Actor, Request
from exchange.status import health
from exchange.withdrawal.delivering import delivering
from exchange.withdrawal.incoming import NoSuchIncoming, answer, entry_of_notice, incoming
from exchange.withdrawal.outgoing import MOST_ITEMS, NoSuchOutgoing, Outgoing, notices, told_by_hand
from exchange.withdrawal.reach import Reached, reach
from exchange.withdrawal.sending import send_waiting
from exchange.withdrawal.taking import own_request
from exchange.withdrawal.turn import PAUSES, Sent
from exchange.withdrawal.wire import (
    Acknowledged,
    Followed,
    Item,
    Message,
    Withdrawn,
    encode,
    read_acknowledged,
    read_message,
)
from ledger import Log, Recorded
from ledger.identity import entry_id
from ledger.proof import check, prove
from ledger.sealing import unseal
from ledger.verify import verify
from tests.federation.nodes import FAMILY, NUMBER, PATIENT, Clock, Site, consent, fill, found, introduce

BY = f"Patient/{PATIENT}"
CONSENT = "c-1"
OFFICER = "zh-so-001"


@dataclass
class Pair:
    """The holder, and the node that asks it; both can be served."""

    holder: Site
    asker: Site
    clock: Clock

    def ask(self) -> Asked:
        """A doctor of Zhuhai's first hospital receives the record."""
        node = self.asker.node()
        person = node.directory.person("zh-dr-001")
        actor = Actor(
            id=person.id,
            role=person.role,
            organisation=node.directory.organisation(person.organisation),
            groups=(),
            vouched_by=node.id,
            name=person.name_zh,
        )
        now = self.clock()
        one = Request(
            id=entry_id(int(now.timestamp() * 1_000_000), secrets.token_bytes(8)),
            patient=PATIENT,
            purpose="TREAT",
            actor=actor,
            asked_at=now,
        )
        asked = request_over(self.asker.line(), self.asker.peers.by_id("ks"), one, node.desk, node.vault)
        self.clock.pass_by(timedelta(seconds=1))
        return asked

    def take_back(self) -> None:
        revoke(self.holder.node(), PATIENT, CONSENT, by=BY)

    def send(self, *, at_once: bool = True) -> list[Sent]:
        """The holder tells whoever waits."""
        return sending(self.holder, at_once=at_once)

    def notice(self) -> Outgoing:
        """The one notice there is."""
        (one,) = notices(self.holder.office())
        return one

    def reach(self) -> list[Reached]:
        return reach(self.holder.office(), PATIENT, CONSENT)


def sending(site: Site, *, at_once: bool = True) -> list[Sent]:
    return send_waiting(site.office(), site.peers, site.line(timeout=3), at_once=at_once)


def _pair(folder: Path, clock: Clock) -> Pair:
    holder = found(folder / "ks", node="ks", region="320583", clock=clock)
    asker = found(folder / "zh", node="zh", region="440400", clock=clock)
    introduce(holder, asker)
    fill(holder, folder)
    consent(holder, CONSENT, recipient="Organization/zh-first-hospital")
    return Pair(holder, asker, clock)


@dataclass(frozen=True)
class Made:
    """Two nodes, closed: Zhuhai has received the record twice. The addresses are free again."""

    folder: Path
    ports: tuple[int, int]
    now: datetime


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("withdrawals")
    pair = _pair(folder, Clock())
    ports = pair.holder.listener.getsockname()[1], pair.asker.listener.getsockname()[1]
    with pair.holder.served():
        assert all(pair.ask().permit for _ in range(2))
    pair.holder.close()
    pair.asker.close()
    return Made(folder, ports, pair.clock())


@pytest.fixture
def pair(made: Made, tmp_path: Path) -> Iterator[Pair]:
    """A copy of both; only the holder answers."""
    clock = Clock(made.now)
    shutil.copytree(made.folder, tmp_path / "two")
    holder = Site(tmp_path / "two" / "ks", clock, listen("127.0.0.1", made.ports[0]))
    asker = Site(tmp_path / "two" / "zh", clock, socket.socket())
    with holder.served():
        yield Pair(holder, asker, clock)
    holder.close()
    asker.close()


@contextmanager
def _up(pair: Pair, made: Made) -> Iterator[None]:
    """The asker answers too."""
    pair.asker.listener.close()
    pair.asker.listener = listen("127.0.0.1", made.ports[1])
    with pair.asker.served():
        yield


@pytest.fixture
def received(pair: Pair, made: Made) -> Iterator[Pair]:
    """Both answer."""
    with _up(pair, made):
        yield pair


def kinds(site: Site, after: int = 0) -> list[tuple[str, str]]:
    return [
        (one.entry.subtype, one.entry.why)
        for one in site.node().log.scan(after)
        if one.entry.type == "notice"
    ]


def sealed(sender: Site, to: Site, plain: bytes, path: str = NOTICE_PATH) -> HttpRequest:
    return sealed_question(
        plain,
        keys=sender.node().keys,
        asker=sender.node().id,
        holder=sender.peers.by_id(to.node().id),
        now=sender.clock(),
        entropy=secrets.token_bytes,
        path=path,
    )


def post(sent: HttpRequest) -> httpx.Response:
    return httpx.post(sent.url, content=sent.body, headers=dict(sent.headers.items()), trust_env=False)


def told(sender: Site, to: Site, message: Message) -> Acknowledged:
    """Send a message as `sender` could by itself, and read the acknowledgement."""
    sent = sealed(sender, to, encode(message))
    reply = post(sent)
    response = HttpResponse(reply.status_code, reply.headers, reply.content, sent)
    words, _ = open_answer(
        response, keys=sender.node().keys, holder=sender.peers.by_id(to.node().id), now=sender.clock()
    )
    return read_acknowledged(words)


def withdrawn(
    sender: str, *requests: str, notice: str = "n-1", at: datetime, recipient: str = "zh"
) -> Withdrawn:
    return Withdrawn(
        notice=notice,
        sender=sender,
        recipient=recipient,
        revoked_at=at,
        asked="stop-and-delete",
        items=tuple(Item(request=one, entry="e-1") for one in requests),
        sent_at=at,
        salt=salt(secrets.token_bytes),
    )


# --- a withdrawal, from the patient's word to the recipient's ---


def test_the_withdrawal_and_its_notice_are_written_together(received: Pair) -> None:
    before = received.holder.node().log.size
    received.take_back()
    log = received.holder.node().log
    assert [(one.entry.type, one.entry.subtype) for one in log.scan(before)] == [
        ("consent", "revoke"),
        ("notice", "counted"),
        ("notice", "withdrawal"),
    ]
    one = received.notice()
    assert (one.kind, one.recipient, len(one.items), one.told) == ("node", "zh", 2, "")


def test_the_recipient_is_told_and_the_lag_is_measured(received: Pair) -> None:
    received.take_back()
    received.clock.pass_by(timedelta(seconds=40))
    assert [(one.node, one.acknowledged, one.problem) for one in received.send()] == [("zh", 1, None)]
    rows = received.reach()
    assert [row.state for row in rows] == ["received", "received"]
    assert rows[0].notice is not None
    assert rows[0].notice.lag_seconds == pytest.approx(40, abs=0.01)
    assert rows[0].says("en") == "received (40.0 s)"
    assert rows[0].says("zh") == "已收到(40.0 秒)"


def test_the_recipient_sees_which_of_its_accesses_are_meant(received: Pair) -> None:
    received.take_back()
    received.send()
    (one,) = incoming(received.asker.office())
    log = received.asker.node().log
    asked = [log.find(entry).entry for entry in one.accesses]
    assert [(entry.type, entry.subtype, entry.phase) for entry in asked] == [
        ("access", "request", "intent")
    ] * 2
    assert (one.peer, one.unknown, one.done) == ("ks", (), "")
    assert one.revoked == received.notice().made


def test_the_recipient_says_what_it_did_and_the_patient_sees_it(received: Pair) -> None:
    received.take_back()
    received.send()
    (one,) = incoming(received.asker.office(), open_only=True)
    answer(received.asker.office(), one.entry, done="stopped", by=OFFICER)
    assert [turn.acknowledged for turn in sending(received.asker)] == [1]
    assert received.notice().done == "stopped"
    answer(received.asker.office(), one.entry, done="deleted", by=OFFICER, note="备份中亦已删除")
    sending(received.asker)
    assert received.notice().done == "deleted"
    assert incoming(received.asker.office(), open_only=True) == []
    assert incoming(received.asker.office())[0].answered is not None
    assert kinds(received.holder)[-2:] == [("done", "stopped"), ("done", "deleted")]


def test_what_was_acknowledged_can_be_shown_to_others(received: Pair) -> None:
    """The recipient signed it, and its own ledger has it: an entry that tells nothing else."""
    received.take_back()
    received.send()
    node = received.holder.node()
    entry = next(one for one in node.log.scan() if one.entry.subtype == "told")
    kept = unseal(entry.sealed, key=node.house_key)
    said = read_acknowledged(kept["acknowledged"].encode())
    card = node.peers.by_id("zh")
    assert holds(kept["signature"], kept["acknowledged"].encode(), card.signing).node == "zh"
    proved = check(said.receipt.encode(), card.ledger_key).entry
    assert (proved.type, proved.subtype, proved.patient, proved.actor) == ("notice", "incoming", "", "")


def test_the_recipient_can_show_what_it_was_told(received: Pair) -> None:
    received.take_back()
    received.send()
    node = received.asker.node()
    (one,) = incoming(node.office)
    kept = unseal(node.log.find(one.entry).sealed, key=node.house_key)
    assert holds(kept["signature"], kept["words"].encode(), node.peers.by_id("ks").signing).node == "ks"


def test_a_notice_names_nobody_and_gives_no_reason(received: Pair) -> None:
    revoke(received.holder.node(), PATIENT, CONSENT, by=BY, reason=f"{FAMILY}不想再共享")
    received.send()
    node = received.asker.node()
    (one,) = incoming(node.office)
    words = unseal(node.log.find(one.entry).sealed, key=node.house_key)["words"]
    for word in (PATIENT, NUMBER, FAMILY, CONSENT, "不想", "TREAT"):
        assert word not in words


def test_nothing_personal_is_in_either_ledger_in_clear(received: Pair) -> None:
    revoke(received.holder.node(), PATIENT, CONSENT, by=BY, reason=f"{FAMILY}不想再共享")
    received.send()
    answer(received.asker.office(), incoming(received.asker.office())[0].entry, done="deleted", by=OFFICER)
    sending(received.asker)
    for site in (received.holder, received.asker):
        site.node().log.checkpoint()
        raw = b"".join(path.read_bytes() for path in site.folder.glob("ledger.db*"))
        for word in (NUMBER, FAMILY, f'"{PATIENT}"', "zh-dr-001", OFFICER, "不想"):
            assert word.encode() not in raw, word


def test_both_ledgers_verify_and_their_tables_agree(received: Pair) -> None:
    received.take_back()
    received.send()
    answer(received.asker.office(), incoming(received.asker.office())[0].entry, done="deleted", by=OFFICER)
    sending(received.asker)
    for site in (received.holder, received.asker):
        node = site.node()
        assert verify(node.log, node.vkey).ok
        assert disagreements(node.log, node.house_key) == []


def test_the_next_question_is_refused_before_anybody_was_told(received: Pair) -> None:
    received.take_back()
    assert (received.ask().permit, received.notice().told) == (False, "")


def test_a_notice_survives_the_erasure_of_the_patients_key(received: Pair) -> None:
    """The copies outside must still be deleted, when here nobody can tell any more whose they are."""
    received.take_back()
    erase(received.holder.node().office, PATIENT, by=OFFICER, reason="-")
    assert [one.acknowledged for one in received.send()] == [1]


# --- a recipient that cannot be told ---


def test_a_recipient_that_is_down_waits_and_is_told_when_it_is_back(pair: Pair, made: Made) -> None:
    pair.take_back()
    (turn,) = pair.send()
    assert (turn.acknowledged, turn.waiting) == (0, 1)
    assert turn.problem is not None
    assert [row.state for row in pair.reach()] == ["waiting"] * 2
    assert kinds(pair.holder)[-1] == ("unreached", "PEER_UNREACHABLE")
    with _up(pair, made):
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


def test_a_recipient_that_left_stays_listed_and_status_says_so(pair: Pair) -> None:
    pair.take_back()
    (pair.holder.folder / "peers" / "zh.json").unlink()
    (turn,) = pair.send()
    assert turn.waiting == 1
    assert kinds(pair.holder)[-1][0] == "unreached"
    pair.clock.pass_by(timedelta(hours=25))
    line = next(one for one in health(pair.holder.node()) if one.name_en == "waiting")
    assert "1 recipients not told of a withdrawal (the oldest for 1.0 d)" in line.en
    assert "1 个接收方尚未告知收回(最早的已等待 1.0 天)" in line.zh
    assert (line.ok, line.exit_code) == (False, 5)


def test_a_silent_recipient_can_be_told_by_telephone(pair: Pair) -> None:
    pair.take_back()
    pair.send()
    entry = pair.notice().entry
    told_by_hand(pair.holder.office(), entry, by="ks-so-001", channel="telephone")
    assert [row.state for row in pair.reach()] == ["by-hand"] * 2
    with pytest.raises(NoSuchOutgoing):
        told_by_hand(pair.holder.office(), entry, by="ks-so-001", channel="telephone")
    told_by_hand(pair.holder.office(), entry, by="ks-so-001", channel="telephone", done_by_them="deleted")
    assert pair.notice().done == "deleted"
    assert pair.send() == []


def test_what_waits_survives_a_restart(pair: Pair, made: Made) -> None:
    pair.take_back()
    pair.send()
    pair.holder.reopen()
    with _up(pair, made):
        assert [one.acknowledged for one in pair.send()] == [1]


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

    pair = _pair(tmp_path, Real())
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


def test_a_node_that_is_served_tells_by_itself(received: Pair) -> None:
    site = received.holder
    with delivering(site.office, site.peers, site.line(), poll=0.05):
        received.take_back()
        until = time.monotonic() + 10
        while received.notice().told != "received" and time.monotonic() < until:
            time.sleep(0.05)
    assert received.notice().told == "received"


def test_trouble_while_telling_is_logged_without_a_word_about_anybody(
    received: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    received.take_back()

    def no_office() -> Office:
        raise RuntimeError(PATIENT)

    site = received.holder
    with caplog.at_level(logging.ERROR), delivering(no_office, site.peers, site.line(), poll=0.01):
        time.sleep(0.2)
    assert "RuntimeError" in caplog.text
    assert PATIENT not in caplog.text


# --- somebody lies ---


@pytest.mark.attack
def test_an_acknowledgement_signed_with_another_key_is_not_believed(pair: Pair, made: Made) -> None:
    pair.take_back()
    honest = pair.asker.counter()
    false = NodeKeys(SigningKey(b"f" * 32), honest.keys.box)
    with serving(app(replace(honest, keys=false)), listen("127.0.0.1", made.ports[1])):
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
    sent = sealed(received.holder, received.asker, encode(message))
    assert [post(sent).status_code for _ in range(3)] == [200, 409, 409]
    assert received.asker.kinds().count(("node", "replay", "REPLAYED")) == 1


@pytest.mark.attack
def test_a_notice_about_a_request_it_never_made_is_refused_and_recorded(received: Pair) -> None:
    never = entry_id(int(received.clock().timestamp() * 1_000_000), bytes(8))
    said = told(received.holder, received.asker, withdrawn("ks", never, at=received.clock()))
    assert (said.accepted, said.code, said.receipt) == (False, "UNKNOWN_REQUEST", "")
    assert kinds(received.asker)[-1] == ("refused", "UNKNOWN_REQUEST")
    assert incoming(received.asker.office()) == []


def test_of_a_notice_the_known_part_counts_and_the_rest_is_named(received: Pair) -> None:
    received.take_back()
    never = entry_id(int(received.clock().timestamp() * 1_000_000), bytes(8))
    real = received.notice().items[0]["request"]
    said = told(received.holder, received.asker, withdrawn("ks", real, never, at=received.clock()))
    assert (said.accepted, said.unknown) == (True, (never,))
    (one,) = incoming(received.asker.office())
    assert (len(one.accesses), one.unknown) == (1, (never,))


@pytest.mark.attack
def test_another_node_cannot_take_back_what_it_did_not_give(received: Pair, tmp_path: Path) -> None:
    """Tianjin is joined with Zhuhai and knows a request id of Kunshan's: that is not enough."""
    received.take_back()
    third = found(tmp_path / "tj", node="tj", region="120000", clock=received.clock)
    introduce(third, received.asker)
    stolen = received.notice().items[0]["request"]
    said = told(third, received.asker, withdrawn("tj", stolen, at=received.clock()))
    assert said.code == "UNKNOWN_REQUEST"
    third.close()


@pytest.mark.attack
def test_a_notice_cannot_be_given_another_content_later(received: Pair) -> None:
    received.take_back()
    first, second = (item["request"] for item in received.notice().items)
    assert told(received.holder, received.asker, withdrawn("ks", first, at=received.clock())).accepted
    said = told(received.holder, received.asker, withdrawn("ks", first, second, at=received.clock()))
    assert said.code == "NOTICE_DIFFERS"
    assert len(incoming(received.asker.office())) == 1


@pytest.mark.attack
def test_nobody_but_the_recipient_can_say_what_was_done(received: Pair, tmp_path: Path) -> None:
    received.take_back()
    third = found(tmp_path / "tj", node="tj", region="120000", clock=received.clock)
    introduce(third, received.holder)
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
    assert told(third, received.holder, message).code == "UNKNOWN_NOTICE"
    assert received.notice().done == ""
    third.close()


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
    assert post(sealed(received.holder, received.asker, msgspec.json.encode(message))).status_code == status
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


def test_an_answer_to_a_notice_that_never_came_is_refused(pair: Pair) -> None:
    with pytest.raises(NoSuchIncoming):
        answer(pair.asker.office(), "01964a3c-0000-7000-8000-000000000001", done="deleted", by=OFFICER)


# --- a recipient that says one thing and means another, or says too much ---

Reply = Callable[[Withdrawn], Acknowledged]


@contextmanager
def answering(pair: Pair, made: Made, reply: Reply) -> Iterator[None]:
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

    pair.asker.listener.close()
    pair.asker.listener = listen("127.0.0.1", made.ports[1])
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
def test_a_patient_does_not_read_received_where_the_recipient_says_that_it_never_asked(
    pair: Pair, made: Made
) -> None:
    pair.take_back()
    with answering(pair, made, lambda m: with_receipt(pair, m, tuple(one.request for one in m.items))):
        assert [turn.acknowledged for turn in pair.send()] == [1]
    assert [row.state for row in pair.reach()] == ["unknown"] * 2
    assert pair.notice().told == "unknown"
    assert "says that it never asked for this" in pair.reach()[0].says("en")
    assert "从未请求过" in pair.reach()[0].says("zh")


@pytest.mark.attack
def test_of_one_notice_each_request_is_told_as_the_recipient_knows_it(pair: Pair, made: Made) -> None:
    pair.take_back()
    first, second = (item["request"] for item in pair.notice().items)
    with answering(pair, made, lambda m: with_receipt(pair, m, (first, "of-nobody"))):
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
    pair: Pair, made: Made, more: dict[str, object], why: str
) -> None:
    pair.take_back()
    with answering(pair, made, lambda message: acknowledged(message, **more)):
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


@pytest.mark.attack
def test_who_is_silent_holds_up_nobody_else(pair: Pair, made: Made, tmp_path: Path) -> None:
    """Zhuhai takes the connection and says nothing; the node that comes after it in every list hears at once."""
    last = _also_received(pair, tmp_path)
    pair.take_back()
    revoke(pair.holder.node(), PATIENT, "c-2", by=BY)
    pair.asker.listener.close()
    pair.asker.listener = listen("127.0.0.1", made.ports[1])
    with last.served():
        turns = send_waiting(pair.holder.office(), pair.holder.peers, pair.holder.line(timeout=2))
    assert [(one.node, one.acknowledged) for one in turns] == [("zh", 0), ("zz", 1)]
    assert kinds(pair.holder)[-2:] == [("told", "received"), ("unreached", "PEER_UNREACHABLE")]
    last.close()


def _also_received(pair: Pair, folder: Path) -> Site:
    """A third node, the last in every list, that received the record under a consent of its own."""
    third = found(folder / "zz", node="zz", region="120000", clock=pair.clock)
    introduce(pair.holder, third)
    consent(pair.holder, "c-2", recipient="Organization/tj-medical-hospital")
    node = third.node()
    person = node.directory.person("tj-dr-001")
    actor = Actor(
        id=person.id,
        role=person.role,
        organisation=node.directory.organisation(person.organisation),
        groups=(),
        vouched_by=node.id,
    )
    now = pair.clock()
    one = Request(
        id=entry_id(int(now.timestamp() * 1_000_000), secrets.token_bytes(8)),
        patient=PATIENT,
        purpose="TREAT",
        actor=actor,
        asked_at=now,
    )
    assert request_over(third.line(), third.peers.by_id("ks"), one, node.desk, node.vault).permit
    return third


@pytest.mark.attack
def test_who_takes_long_over_each_message_hears_the_rest_next_time(received: Pair) -> None:
    """By the clock, every look at which takes four seconds."""
    consents = [f"c-{number}" for number in range(2, 5)]
    for name in consents:
        consent(received.holder, name, recipient="Organization/zh-first-hospital")
    assert received.ask().permit
    for name in consents:
        revoke(received.holder.node(), PATIENT, name, by=BY)

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


# --- a node that sends too much ---


@pytest.mark.attack
def test_a_hundred_notices_about_the_same_are_one_task_and_one_answer_settles_them(received: Pair) -> None:
    received.take_back()
    first, second = (item["request"] for item in received.notice().items)
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
    first, second = (item["request"] for item in received.notice().items)
    office = received.asker.office()
    for name, asked in (("f-0", (first,)), ("f-1", (second,)), ("f-2", (first, second))):
        told(received.holder, received.asker, withdrawn("ks", *asked, notice=name, at=received.clock()))
    one, other = incoming(office, open_only=True)
    answer(office, one.entry, done="deleted", by=OFFICER)
    answer(office, other.entry, done="stopped", by=OFFICER)
    assert [left.notice for left in incoming(office, open_only=True)] == ["f-2"]


def test_a_notice_that_speaks_of_something_more_is_a_task_of_its_own(received: Pair) -> None:
    """A narrower consent took back one access, then the patient withdrew the whole of it."""
    received.take_back()
    first, second = (item["request"] for item in received.notice().items)
    office = received.asker.office()
    for name, asked in (("f-0", (first,)), ("f-1", (first, second))):
        told(received.holder, received.asker, withdrawn("ks", *asked, notice=name, at=received.clock()))
    assert [one.notice for one in incoming(office, open_only=True)] == ["f-0", "f-1"]
    answer(office, incoming(office)[1].entry, done="deleted", by=OFFICER)
    assert incoming(office, open_only=True) == []


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
def test_requests_that_nobody_can_have_made_cost_no_reading(pair: Pair, made: Made) -> None:
    """No time in the number, or one that is still to come."""
    ahead = entry_id(int(pair.clock().timestamp() * 1_000_000) + 10**9, bytes(8))
    last = entry_id(2**47 * 1000, bytes(8))
    counting = Counting(pair.asker.node().log)

    def office() -> Office:
        return replace(pair.asker.office(), log=cast(Log, counting))

    pair.asker.listener.close()
    pair.asker.listener = listen("127.0.0.1", made.ports[1])
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
    real = received.notice().items[1]["request"]
    never = [entry_id(1_600_000_000_000_000 + number, bytes(8)) for number in range(MOST_ITEMS - 1)]
    said = told(received.holder, received.asker, withdrawn("ks", *never, real, at=received.clock()))
    assert (said.accepted, said.unknown) == (True, tuple(never))


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


# --- three nodes ---


def test_each_of_two_recipients_is_told_what_it_received_and_nothing_of_the_other(
    received: Pair, tmp_path: Path
) -> None:
    clock = received.clock
    third = found(tmp_path / "tj", node="tj", region="120000", clock=clock)
    introduce(received.holder, third)
    consent(received.holder, "c-2", recipient="Organization/tj-medical-hospital")
    with ExitStack() as stack:
        stack.enter_context(third.served())
        node = third.node()
        person = node.directory.person("tj-dr-001")
        one = Request(
            id=entry_id(int(clock().timestamp() * 1_000_000), secrets.token_bytes(8)),
            patient=PATIENT,
            purpose="TREAT",
            actor=Actor(
                id=person.id,
                role=person.role,
                organisation=node.directory.organisation(person.organisation),
                groups=(),
                vouched_by=node.id,
            ),
            asked_at=clock(),
        )
        request_over(third.line(), third.peers.by_id("ks"), one, node.desk, node.vault)
        for consent_id in (CONSENT, "c-2"):
            revoke(received.holder.node(), PATIENT, consent_id, by=BY)
        received.send()
        told_of = {
            site.node().id: [n.peer for n in incoming(site.office())] for site in (received.asker, third)
        }
    assert told_of == {"zh": ["ks"], "tj": ["ks"]}
    sent = {
        one.recipient: {item["request"] for item in one.items} for one in notices(received.holder.office())
    }
    assert (len(sent["zh"]), sent["tj"]) == (2, {one.id})
    third.close()
