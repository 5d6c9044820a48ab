"""One node's turn: what waits for it is sent, one message after the other, and what comes back is recorded.

Only what goes over the line is done in another thread: a turn gives out what is to be done there (Telling), and
hears what came of it. See sending.py.
"""

from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import apsw

from exchange.federation.card import Card
from exchange.federation.envelope import NOTICE_PATH, open_answer, sealed_question
from exchange.federation.errors import FederationError, PeerNotTrusted
from exchange.federation.line import Line, require_safe, sent
from exchange.federation.messages import NotAMessage, salt
from exchange.federation.peers import PeerBook
from exchange.federation.sealing import BLOCK_BYTES
from exchange.instants import to_us
from exchange.path.office import Office
from exchange.withdrawal.incoming import Incoming, answered
from exchange.withdrawal.outgoing import Outgoing, told
from exchange.withdrawal.wire import (
    MOST_BYTES,
    Acknowledged,
    Followed,
    Item,
    Message,
    Withdrawn,
    encode,
    read_acknowledged,
)
from ledger import Entry, Recorded
from ledger.errors import LedgerError
from ledger.proof import check

PAUSES = tuple(timedelta(minutes=one) for one in (1, 5, 15, 60, 360, 1440))
# What sealing adds to a message: keys, a code, and up to a block of padding.
SEALING_BYTES = 2 * BLOCK_BYTES


@dataclass(frozen=True, slots=True)
class Heard:
    """An acknowledgement that is provably `peer`'s, with what shows it to others later (evidence.py)."""

    peer: Card
    said: Acknowledged
    evidence: Mapping[str, str]


Telling = Callable[[], Heard]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came of one node's turn: how many messages it acknowledged, and the error that ended it, if any."""

    node: str
    acknowledged: int
    waiting: int
    problem: FederationError | None


@dataclass(slots=True)
class Turn:
    """One node's turn: its messages one after the other. Only what goes over the line is done in another thread."""

    office: Office
    line: Line
    node: str
    messages: deque[Outgoing | Incoming]
    over: datetime | None
    done: int = 0
    problem: FederationError | None = None

    def begin(self, peers: PeerBook) -> Telling | None:
        """How its first message is sent; None where it cannot be."""
        try:
            peer = peers.by_id(self.node)
            require_safe(peer, self.line)
        except FederationError as error:
            self._fail(error)
            return None
        return self._next(peer)

    def hear(self, heard: "Future[Heard]") -> Telling | None:
        """Record what came back; how the next message is sent, None where the turn is over."""
        try:
            found = heard.result()
            _record(self.office, self.messages[0], found)
        except FederationError as error:
            self._fail(error)
            return None
        self.messages.popleft()
        self.done += 1
        is_over = self.over is not None and self.line.clock() >= self.over
        return self._next(found.peer) if self.messages and not is_over else None

    def sent(self) -> Sent:
        """What came of it."""
        return Sent(node=self.node, acknowledged=self.done, waiting=len(self.messages), problem=self.problem)

    def _next(self, peer: Card) -> Telling:
        one = self.messages[0]
        message = (
            _notice(one, peer, self.line)
            if isinstance(one, Outgoing)
            else _report(one, self.office, peer, self.line)
        )
        return partial(_tell, message, peer, self.line)

    def _fail(self, error: FederationError) -> None:
        self.problem = error
        _record_failure(self.office, self.node, error.why, len(self.messages))


def _record(office: Office, one: Outgoing | Incoming, heard: Heard) -> None:
    """Record what came back about one message. Raises PeerNotTrusted."""
    said = heard.said
    kept = {
        "acknowledged": encode(said).decode(),
        "signature": dict(heard.evidence),
        "code": said.code,
    }
    if isinstance(one, Incoming):
        answered(office, one, kept)
        return
    if said.accepted:
        _check_receipt(said, one, heard.peer)
    asked = {str(item["request"]) for item in one.items}
    unknown = asked.intersection(said.unknown)
    how = "received" if said.accepted and unknown != asked else "unknown"
    told(office, one, how, kept | {"unknown": sorted(unknown)})


def _notice(one: Outgoing, peer: Card, line: Line) -> Withdrawn:
    return Withdrawn(
        notice=one.entry,
        sender=line.node,
        recipient=peer.id,
        revoked_at=one.made,
        asked="stop-and-delete",
        items=tuple(Item(request=item["request"], entry=item["entry"]) for item in one.items),
        sent_at=line.clock(),
        salt=salt(line.entropy),
    )


def _report(one: Incoming, office: Office, peer: Card, line: Line) -> Followed:
    return Followed(
        notice=one.notice,
        sender=line.node,
        recipient=peer.id,
        done=one.done,  # type: ignore[arg-type]  # incoming.answer writes one of the three
        entry=one.done_entry,
        at=office.log.find(one.done_entry).time,
        sent_at=line.clock(),
        salt=salt(line.entropy),
    )


def _tell(message: Message, peer: Card, line: Line) -> Heard:
    """Send `message`; the acknowledgement, checked to be `peer`'s and of this notice. Raises FederationError."""
    request = sealed_question(
        encode(message),
        keys=line.keys,
        asker=line.node,
        holder=peer,
        now=line.clock(),
        entropy=line.entropy,
        path=NOTICE_PATH,
    )
    reply = sent(request, peer, line, most=MOST_BYTES + SEALING_BYTES)
    words, evidence = open_answer(reply, keys=line.keys, holder=peer, now=line.clock())
    try:
        said = read_acknowledged(words)
    except NotAMessage:
        raise PeerNotTrusted(
            peer.id, "it acknowledges nothing that can be read", "确认内容无法读取"
        ) from None
    if (said.notice, said.sender, said.recipient) != (message.notice, peer.id, line.node):
        raise PeerNotTrusted(peer.id, "it acknowledges another notice", "确认的是另一条通知")
    return Heard(peer, said, evidence)


def _check_receipt(said: Acknowledged, one: Outgoing, peer: Card) -> None:
    """Return if the notice provably stands in `peer`'s ledger. Raises PeerNotTrusted."""
    try:
        proved = check(said.receipt.encode(), peer.ledger)
    except (LedgerError, UnicodeEncodeError):
        raise PeerNotTrusted(peer.id, "its receipt proves nothing", "其回执不能证明任何内容") from None
    entry = proved.entry
    shown = (proved.id, entry.type, entry.subtype, entry.node, entry.claimed_us)
    if shown != (said.entry, "notice", "incoming", peer.id, to_us(one.made)):
        raise PeerNotTrusted(peer.id, "its receipt is of another notice", "其回执属于另一条通知")


def _record_failure(office: Office, node: str, why: str, waiting: int) -> None:
    now = office.clock()

    def change(db: apsw.Connection, _: Recorded) -> None:
        found = db.execute("SELECT failures FROM unreached WHERE node = ?", (node,)).get
        failures = int(str(found or 0))
        pause = PAUSES[min(failures, len(PAUSES) - 1)]
        db.execute(
            "INSERT OR REPLACE INTO unreached VALUES (?, ?, ?)", (node, failures + 1, to_us(now + pause))
        )

    entry = Entry(
        type="notice",
        subtype="unreached",
        action="E",
        outcome="8",
        region=office.desk.region,
        node=office.desk.node,
        source="withdrawal",
        why=why,
        count=waiting,
        claimed_us=to_us(now),
    )
    office.desk.write(entry, {"peer": node}, key=office.house_key, change=change)
