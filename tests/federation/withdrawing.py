"""Two nodes of which one has received the record, and what travels between them when the patient takes it back."""

import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from exchange.consenting import revoke
from exchange.federation.asking import Asked
from exchange.federation.envelope import NOTICE_PATH, open_answer
from exchange.federation.messages import salt
from exchange.federation.running import listen
from exchange.federation.signing import HttpResponse
from exchange.path.request import Request
from exchange.withdrawal.outgoing import Outgoing, notices
from exchange.withdrawal.reach import Reached, reach
from exchange.withdrawal.sending import send_waiting
from exchange.withdrawal.turn import Sent
from exchange.withdrawal.wire import Acknowledged, Item, Message, Withdrawn, encode, read_acknowledged
from tests.federation.asking import Two, asked, asked_by, post, request, request_by, sealed
from tests.federation.nodes import PATIENT, Clock, Site, consent, fill, found, introduce

BY = f"Patient/{PATIENT}"
CONSENT = "c-1"
OFFICER = "zh-so-001"


@dataclass(frozen=True)
class Pair(Two):
    """The holder, and the node that asks it; both can be served."""

    def ask(self) -> Asked:
        """A doctor of Zhuhai's first hospital receives the record."""
        answer = asked(self, request(self))
        self.clock.pass_by(timedelta(seconds=1))
        return answer

    def take_back(self, consent_id: str = CONSENT) -> None:
        revoke(self.holder.node(), PATIENT, consent_id, by=BY)

    def send(self, *, at_once: bool = True) -> list[Sent]:
        """The holder tells whoever waits."""
        return sending(self.holder, at_once=at_once)

    def notice(self) -> Outgoing:
        """The one notice there is."""
        (one,) = notices(self.holder.office())
        return one

    def requests(self) -> list[str]:
        """What the one notice is about."""
        return [item["request"] for item in self.notice().items]

    def reach(self) -> list[Reached]:
        return reach(self.holder.office(), PATIENT, CONSENT)

    @contextmanager
    def up(self) -> Iterator[None]:
        """The asker answers too."""
        self.listen_again()
        with self.asker.served():
            yield

    def listen_again(self) -> None:
        """Somebody takes connections at the asker's address."""
        address = self.asker.card().url.rpartition(":")
        self.asker.listener.close()
        self.asker.listener = listen("127.0.0.1", int(address[2]))


@dataclass(frozen=True)
class Made:
    """Two nodes, closed: Zhuhai has received the record twice. Their addresses are free again."""

    folder: Path
    holder_port: int
    now: datetime

    @contextmanager
    def copied(self, folder: Path) -> Iterator[Pair]:
        """The same once more in a folder of its own; only the holder answers."""
        clock = Clock(self.now)
        shutil.copytree(self.folder, folder)
        holder = Site(folder / "ks", clock, listen("127.0.0.1", self.holder_port))
        asker = Site(folder / "zh", clock, socket.socket())
        with holder.served():
            yield Pair(holder, asker, clock)
        holder.close()
        asker.close()


def joined(folder: Path, clock: Clock) -> Pair:
    """Kunshan holds a record that the patient lets Zhuhai's first hospital see."""
    holder = found(folder / "ks", node="ks", region="320583", clock=clock)
    asker = found(folder / "zh", node="zh", region="440400", clock=clock)
    introduce(holder, asker)
    fill(holder, folder)
    consent(holder, CONSENT, recipient="Organization/zh-first-hospital")
    return Pair(holder, asker, clock)


def made_in(folder: Path) -> Made:
    pair = joined(folder, Clock())
    port = pair.holder.listener.getsockname()[1]
    with pair.holder.served():
        assert all(pair.ask().permit for _ in range(2))
    pair.holder.close()
    pair.asker.close()
    return Made(folder, port, pair.clock())


@contextmanager
def third(clock: Clock, folder: Path, *, joins: Site, node: str = "tj") -> Iterator[Site]:
    """Tianjin's node, which knows one of the two."""
    site = found(folder / node, node=node, region="120000", clock=clock)
    introduce(joins, site)
    yield site
    site.close()


@contextmanager
def also_received(pair: Pair, folder: Path, *, node: str) -> Iterator[tuple[Site, Request]]:
    """A third node received the record under a consent of its own, c-2."""
    with third(pair.clock, folder, joins=pair.holder, node=node) as site:
        consent(pair.holder, "c-2", recipient="Organization/tj-medical-hospital")
        one = request_by(site, "tj-dr-001")
        assert asked_by(site, one).permit
        yield site, one


def sending(site: Site, *, at_once: bool = True) -> list[Sent]:
    return send_waiting(site.office(), site.peers, site.line(timeout=3), at_once=at_once)


def kinds(site: Site) -> list[tuple[str, str]]:
    """Subtype and reason of every entry about a notice."""
    return [
        (one.entry.subtype, one.entry.why) for one in site.node().log.scan() if one.entry.type == "notice"
    ]


def told(sender: Site, to: Site, message: Message) -> Acknowledged:
    """Send a message as `sender` could by itself, and read the acknowledgement."""
    sent = sealed(sender, to, encode(message), NOTICE_PATH)
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
