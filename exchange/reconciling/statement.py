"""What a node's ledger says about its exchange with one other node, signed: ids, times and yes or no, nothing personal.

Both ledgers know an answer by the same id: that of the entry the holder of the record proved or named in it.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from exchange.audit.details import details_of
from exchange.audit.search import Filter, search
from exchange.errors import ExchangeError
from exchange.federation.card import Card
from exchange.instants import to_us
from exchange.node.node import Node
from ledger import Recorded
from ledger.errors import BadKey, BadNote
from ledger.note import Verifier

FORMAT = "hutong-statement-1"
MOST_BYTES = 64 << 20
# Two clocks may differ, so a question can be written down before it was asked.
EARLIER = timedelta(hours=1)
_TITLE = "hutong statement 1"
Side = Literal["asked", "answered"]


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question between the two.

    `answer` is the id of the holder's entry ("" where no answer came), `entry` that of the writer's own. `asked_us` is
    when it was asked, by the asker's clock. `emergency`: the holder's entry may have waited in its spool.
    """

    side: Side
    answer: str
    entry: str
    asked_us: int
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
    rows: dict[tuple[Side, str, int], Row] = {}
    sealed = 0
    # By when it was asked, which both know alike; it is written down a little later, an emergency at times much later.
    for found in search(node.log, Filter(type="access", since=since and since - EARLIER)):
        row = _row(node, peer, found)
        if row is None or not _is_within(found, since, until):
            continue
        if row == _SEALED:
            sealed += 1
            continue
        # A question for several people is several accesses here, and one answer.
        rows.setdefault((row.side, row.answer, row.asked_us), row)
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


def read(content: bytes, vkey: str | None = None) -> Statement:
    """A statement, if it is as its node signed it; `vkey`: its key as the reader knows it. Raises BadStatement."""
    try:
        if len(content) > MOST_BYTES:
            raise ValueError
        told = msgspec.json.decode(content, type=Statement)
        if told.format != FORMAT:
            raise ValueError
        signed = Verifier.parse(told.verifier_key).open(told.signature.encode())
    except (ValueError, RecursionError, BadKey, BadNote):
        raise BadStatement("is not one, or is not signed", "无法识别或没有签名") from None
    if signed != told.signed_text():
        raise BadStatement("is not as it was signed", "与签名时不同")
    if vkey is not None and vkey != told.verifier_key:
        raise BadStatement(
            f"is not by the ledger of {told.node} that is known here", "不是此处所知的账本出具的"
        )
    return told


def _is_within(found: Recorded, since: datetime | None, until: datetime | None) -> bool:
    asked = found.entry.claimed_us
    return (since is None or asked >= to_us(since)) and (until is None or asked < to_us(until))


_SEALED = Row(side="asked", answer="", entry="", asked_us=-1, permit=False, emergency=False)


def _row(node: Node, peer: Card, found: Recorded) -> Row | None:
    """The row of an entry; None where it is not about `peer`, _SEALED where that cannot be told any more."""
    kind = found.entry.subtype
    if kind == "receipt" or (kind == "refuse" and found.entry.phase != "outcome"):
        return _answered(node, peer, found)
    if found.entry.phase == "outcome" and kind in ("receive", "refuse"):
        return _asked(node, peer, found)
    return None


def _answered(node: Node, peer: Card, found: Recorded) -> Row | None:
    entry = found.entry
    if peer.organisation(entry.organisation) is None:
        told = details_of(node.office, found).told
        if entry.organisation or told.get("peer") != peer.id:
            return None
    return Row(
        side="answered",
        answer=found.id,
        entry=found.id,
        asked_us=entry.claimed_us,
        permit=entry.decision == "permit",
        emergency=entry.break_glass,
    )


def _asked(node: Node, peer: Card, found: Recorded) -> Row | None:
    details = details_of(node.office, found)
    if not details.open:
        return _SEALED
    answer = _answer_in(details.told)
    holder = answer.get("holder") if answer else _holder_of(node, found)
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


def _answer_in(told: Any) -> dict[str, Any] | None:
    text = told.get("answer")
    if not isinstance(text, str):
        return None
    found = msgspec.json.decode(text)
    return found if isinstance(found, dict) else None


def _holder_of(node: Node, outcome: Recorded) -> str:
    """Whom a question went to that was never answered: its intent says so."""
    told = details_of(node.office, node.log.find(outcome.entry.intent)).told
    return str(told.get("holder", ""))
