"""Deliver what waits for other nodes: notices of withdrawals, and what we did about theirs.

A node that cannot be told is tried again after growing pauses, for as long as it takes; every failed round is an
entry, one a node. Sent twice does no harm: the recipient knows a notice by its id (taking.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import apsw

from exchange.errors import ExchangeError
from exchange.federation.card import Card
from exchange.federation.envelope import NOTICE_PATH, open_answer, sealed_question
from exchange.federation.errors import FederationError, PeerNotTrusted
from exchange.federation.line import Line, require_safe, sent
from exchange.federation.messages import NotAMessage, salt
from exchange.federation.peers import PeerBook
from exchange.instants import from_us, to_us
from exchange.path.office import Office
from exchange.withdrawal.incoming import Incoming, answered, unanswered
from exchange.withdrawal.outgoing import Outgoing, notices, told
from exchange.withdrawal.wire import (
    Acknowledged,
    Followed,
    Item,
    Message,
    Withdrawn,
    encode,
    read_acknowledged,
)
from exchange.withdrawal.withdrawing import count_recipients
from ledger import Entry, Recorded
from ledger.errors import LedgerError
from ledger.proof import check

PAUSES = tuple(timedelta(minutes=one) for one in (1, 5, 15, 60, 360, 1440))


class StillWaiting(ExchangeError):
    """Not every node acknowledged what was sent to it."""

    exit_code = 5

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{count} messages still wait for their recipients",
            f"仍有 {count} 条消息未送达接收方",
            hint="hutong serve tries again by itself; after a telephone call: hutong notice told ENTRY",
            hint_zh="hutong serve 会自动重试;电话告知后登记:hutong notice told 条目",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came of one node's turn: how many messages it acknowledged, and the error that ended it, if any."""

    node: str
    acknowledged: int
    waiting: int
    problem: FederationError | None


def send_waiting(office: Office, peers: PeerBook, line: Line, *, at_once: bool = False) -> list[Sent]:
    """Send everything that waits, node by node; `at_once`: also to nodes whose pause is not over.

    Raises what the ledger raises when it cannot be written; then what was acknowledged is sent again next time.
    """
    count_recipients(office)
    turns = []
    for node, messages in sorted(_waiting(office).items()):
        if at_once or _is_due(office, node):
            turns.append(_turn(office, peers, line, node, messages))
    return turns


def something_waits(office: Office) -> bool:
    """Whether there is anything to send at all; cheap enough to be asked every second."""
    with office.log.reading() as db:
        found = db.execute(
            "SELECT EXISTS(SELECT 1 FROM withdrawal_notice WHERE kind = 'node' AND told IS NULL)"
            " OR EXISTS(SELECT 1 FROM uncounted)"
            " OR EXISTS(SELECT 1 FROM incoming_notice WHERE done IS NOT NULL AND answered_us IS NULL)"
        ).get
    return bool(found)


def _waiting(office: Office) -> Mapping[str, list[Outgoing | Incoming]]:
    found: dict[str, list[Outgoing | Incoming]] = {}
    for one in notices(office, waiting_only=True):
        if one.kind == "node":
            found.setdefault(one.recipient, []).append(one)
    for came in unanswered(office):
        found.setdefault(came.peer, []).append(came)
    return found


def _turn(
    office: Office, peers: PeerBook, line: Line, node: str, messages: list[Outgoing | Incoming]
) -> Sent:
    done = 0
    problem: FederationError | None = None
    try:
        peer = peers.by_id(node)
        require_safe(peer, line)
        for one in messages:
            _deliver(office, peer, line, one)
            done += 1
    except FederationError as error:
        problem = error
        _record_failure(office, node, error.why, len(messages) - done)
    return Sent(node=node, acknowledged=done, waiting=len(messages) - done, problem=problem)


def _deliver(office: Office, peer: Card, line: Line, one: Outgoing | Incoming) -> None:
    """Send one message and record what came back. Raises FederationError."""
    message = _notice(one, peer, line) if isinstance(one, Outgoing) else _report(one, office, peer, line)
    said, evidence = _tell(message, peer, line)
    if isinstance(one, Outgoing) and said.accepted:
        _check_receipt(said, one, peer)
    kept = {
        "acknowledged": encode(said).decode(),
        "signature": dict(evidence),
        "unknown": list(said.unknown),
        "code": said.code,
    }
    if isinstance(one, Outgoing):
        told(office, one, "received" if said.accepted else "unknown", kept)
    else:
        answered(office, one, kept)


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


def _tell(message: Message, peer: Card, line: Line) -> tuple[Acknowledged, Mapping[str, str]]:
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
    words, evidence = open_answer(sent(request, peer, line), keys=line.keys, holder=peer, now=line.clock())
    try:
        said = read_acknowledged(words)
    except NotAMessage:
        raise PeerNotTrusted(
            peer.id, "it acknowledges nothing that can be read", "确认内容无法读取"
        ) from None
    if (said.notice, said.sender, said.recipient) != (message.notice, peer.id, line.node):
        raise PeerNotTrusted(peer.id, "it acknowledges another notice", "确认的是另一条通知")
    return said, evidence


def _check_receipt(said: Acknowledged, one: Outgoing, peer: Card) -> None:
    """Return if the notice provably stands in `peer`'s ledger. Raises PeerNotTrusted."""
    try:
        proved = check(said.receipt.encode(), peer.ledger_key)
    except (LedgerError, UnicodeEncodeError):
        raise PeerNotTrusted(peer.id, "its receipt proves nothing", "其回执不能证明任何内容") from None
    entry = proved.entry
    shown = (proved.id, entry.type, entry.subtype, entry.node, entry.claimed_us)
    if shown != (said.entry, "notice", "incoming", peer.id, to_us(one.made)):
        raise PeerNotTrusted(peer.id, "its receipt is of another notice", "其回执属于另一条通知")


def _is_due(office: Office, node: str) -> bool:
    with office.log.reading() as db:
        row = db.execute("SELECT next_us FROM unreached WHERE node = ?", (node,)).fetchone()
    if row is None:
        return True
    now, due = office.clock(), from_us(int(str(row[0])))
    # A pause longer than the longest was not written by us: whoever did must not silence a withdrawal.
    return now >= due or due > now + PAUSES[-1]


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
