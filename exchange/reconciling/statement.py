"""What a node's ledger says about its exchange with one other node, signed: ids, times and yes or no, nothing personal.

Both ledgers know an answer by the same id: that of the entry the holder of the record proved or named in it.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec

from exchange.audit.details import Details, details_of
from exchange.audit.search import Filter, search
from exchange.errors import ExchangeError
from exchange.federation.card import Card
from exchange.instants import to_us
from exchange.node.node import Node
from ledger import Recorded
from ledger.checkpoint import Checkpoint
from ledger.errors import BadKey, BadNote
from ledger.keys import Keys
from ledger.note import Verifier

FORMAT = "hutong-statement-1"
MOST_BYTES = 64 << 20
# Two clocks may differ, so a question can be written down before it was asked.
EARLIER = timedelta(hours=1)
_TITLE = "hutong statement 1"
Side = Literal["asked", "answered"]
# What a calendar can show, also in China's time.
Microseconds = Annotated[int, msgspec.Meta(ge=0, lt=to_us(datetime(9999, 1, 1, tzinfo=UTC)))]


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question between the two.

    `answer` is the id of the holder's entry, by which both know it: "" where no answer came, and of an emergency that
    waited in the holder's spool, whose entry got another id than the asker was told. `entry` is the id of the writer's
    own. `asked_us` is when it was asked, by the asker's clock.
    """

    side: Side
    answer: str
    entry: str
    asked_us: Microseconds
    permit: bool
    emergency: bool


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The JSON text. `sealed`: of so many entries nobody can tell any more whom they concern (patients erased)."""

    format: str
    node: str
    peer: str
    since: datetime | None
    until: datetime | None
    rows: list[Row]
    sealed: int
    checkpoint: str
    verifier_key: str
    signature: str = ""

    def written(self) -> bytes:
        """The file to hand over."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"

    def signed_text(self) -> str:
        """What the signature is over."""
        content = msgspec.structs.replace(self, signature="")
        return f"{_TITLE}\n{hashlib.sha256(msgspec.json.encode(content)).hexdigest()}\n"


class BadStatement(ExchangeError):
    """A file is no statement, or not as it was signed."""

    exit_code = 4

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(
            f"the statement {en}",
            f"对账单{zh}",
            hint="ask the other node for it again: hutong ledger statement NODE -o FILE",
            hint_zh="请向对方重新索取：hutong ledger statement 节点 -o 文件",
        )


def state(
    node: Node, peer: Card, *, since: datetime | None = None, until: datetime | None = None
) -> Statement:
    """What this node's ledger says about `peer`, of questions asked in that time. Raises LedgerAltered."""
    rows: dict[tuple[str | int, ...], Row] = {}
    sealed = 0
    # By when it was asked, which both know alike; it is written down a little later, an emergency at times much later.
    for found in search(node.log, Filter(type="access", since=since and since - EARLIER)):
        side = _side(found)
        if side is None or not _is_within(found, since, until):
            continue
        details = details_of(node.office, found)
        if side == "asked" and not details.open:
            sealed += 1
            continue
        row = _asked(node, peer, found, details) if side == "asked" else _answered(peer, found, details)
        if row is not None:
            # A question for several people is several accesses here, and one answer.
            rows.setdefault(_question(node, found, details, row), row)
    told = Statement(
        format=FORMAT,
        node=node.id,
        peer=peer.id,
        since=since,
        until=until,
        rows=list(rows.values()),
        sealed=sealed,
        checkpoint=node.log.checkpoint().decode(),
        verifier_key=node.vkey,
    )
    return msgspec.structs.replace(told, signature=node.log.signer.sign(told.signed_text()).decode())


def read(content: bytes, known: Mapping[str, Keys] | None = None) -> Statement:
    """A statement, if it is as its node's ledger signed it, and so is the state of the ledger in it.

    `known`: node to the keys of its ledger, as the reader knows them; of a node that is in it, no other counts, and
    each for its own time. Raises BadStatement.
    """
    try:
        if len(content) > MOST_BYTES:
            raise ValueError
        told = msgspec.json.decode(content, type=Statement)
        if told.format != FORMAT:
            raise ValueError
        verifier = Verifier.parse(told.verifier_key)
        signed = verifier.open(told.signature.encode())
        origin = Checkpoint.open(told.checkpoint.encode(), verifier).origin
    except (ValueError, RecursionError, BadKey, BadNote):
        raise BadStatement("is not one, or is not signed", "无法识别或没有签名") from None
    if signed != told.signed_text():
        raise BadStatement("is not as it was signed", "与签名时不同")
    if node_of(origin) != told.node or not _is_by(told, (known or {}).get(told.node)):
        raise BadStatement(
            f"is not by the ledger of {told.node} that is known here", "不是此处所知的账本出具的"
        )
    return told


def _is_by(told: Statement, keys: Keys | None) -> bool:
    """Whether the keys, where somebody knows them, are those it was signed with."""
    if keys is None:
        return True
    try:
        keys.open(told.checkpoint.encode())
    except BadNote:
        return False
    return told.verifier_key in keys


def node_of(origin: str) -> str:
    """The id of the node whose ledger has this name: `hutong.REGION/NODE`."""
    return origin.rpartition("/")[2]


def _is_within(found: Recorded, since: datetime | None, until: datetime | None) -> bool:
    asked = found.entry.claimed_us
    return (since is None or asked >= to_us(since)) and (until is None or asked < to_us(until))


def _side(found: Recorded) -> Side | None:
    """Whether the entry says how a question was answered here, or what came back from elsewhere."""
    entry = found.entry
    # What waited in the spool had no place in the ledger yet that a receipt could have proved.
    is_spooled = (entry.subtype, entry.phase, entry.source) == ("disclose", "intent", "spool")
    if entry.subtype == "receipt" or is_spooled or (entry.subtype == "refuse" and entry.phase != "outcome"):
        return "answered"
    return "asked" if entry.phase == "outcome" and entry.subtype in ("receive", "refuse") else None


def _answered(peer: Card, found: Recorded, details: Details) -> Row | None:
    entry = found.entry
    if peer.organisation(entry.organisation) is None and (
        entry.organisation or details.told.get("peer") != peer.id
    ):
        return None
    return Row(
        side="answered",
        answer=found.id if entry.source != "spool" else "",
        entry=found.id,
        asked_us=entry.claimed_us,
        permit=entry.decision == "permit",
        emergency=entry.break_glass,
    )


def _asked(node: Node, peer: Card, found: Recorded, details: Details) -> Row | None:
    answer = _answer_in(details.told)
    holder = answer.get("holder") if answer else _intent_of(node, found).get("holder")
    if holder != peer.id:
        return None
    return Row(
        side="asked",
        answer=str(answer.get("entry", "")) if answer else "",
        entry=found.id,
        asked_us=found.entry.claimed_us,
        permit=found.entry.decision == "permit",
        emergency=found.entry.break_glass,
    )


def _question(node: Node, found: Recorded, details: Details, row: Row) -> tuple[str | int, ...]:
    """What the entries about one answer have in common: its id, unless each person's entry has one of its own.

    Then it is what was asked for, too: an asker that gives two questions the same id would hide one of them.
    """
    if row.answer and (row.side == "asked" or row.permit):
        return row.side, row.answer
    told = details.told if "request" in details.told else _intent_of(node, found)
    request = told.get("request", "")
    name = request.get("id", "") if isinstance(request, Mapping) else request
    entry = found.entry
    return row.side, str(name), entry.claimed_us, entry.patient, entry.purpose, entry.object_class


def _answer_in(told: Mapping[str, Any]) -> dict[str, Any] | None:
    text = told.get("answer")
    if not isinstance(text, str):
        return None
    found = msgspec.json.decode(text)
    return found if isinstance(found, dict) else None


def _intent_of(node: Node, found: Recorded) -> Mapping[str, Any]:
    """What was written down before: of a question that was never answered, it says to whom it went."""
    if not found.entry.intent:
        return {}
    return details_of(node.office, node.log.find(found.entry.intent)).told
