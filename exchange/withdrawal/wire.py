"""The words in which one node tells another of a withdrawal, and hears back: closed schemas, read strictly.

They name entries and requests both nodes have on record, and nobody. Times are RFC 3339 with their offset.
"""

from typing import Annotated, Literal

import msgspec

from exchange.federation.messages import Aware, Id, NotAMessage, Salt
from exchange.records.strict_json import NotStrict, parse
from exchange.withdrawal.outgoing import MOST_ITEMS

# An acknowledgement is kept in the ledger, where nothing can be taken out again. A receipt is a few kilobytes.
MOST_BYTES = 1 << 20
Done = Literal["deleted", "retained-by-law", "stopped"]
# What is asked: stop the use; delete, unless the law demands that it is kept (PIPL 47).
Asked = Literal["stop-and-delete"]


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing received: the id of the recipient's request, and of the sender's entry."""

    request: Id
    entry: Id


class Withdrawn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="withdrawn", tag_field="kind"
):
    """What you received has been taken back. `notice` is the sender's entry; `revoked_at` its time."""

    notice: Id
    sender: Id
    recipient: Id
    revoked_at: Aware
    asked: Asked
    items: Annotated[tuple[Item, ...], msgspec.Meta(min_length=1, max_length=MOST_ITEMS)]
    sent_at: Aware
    salt: Salt


class Followed(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="followed", tag_field="kind"
):
    """What we did about your `notice`. `entry` is the sender's entry about it, `at` its time."""

    notice: Id
    sender: Id
    recipient: Id
    done: Done
    entry: Id
    at: Aware
    sent_at: Aware
    salt: Salt


class Acknowledged(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The message about `notice` is on record here, as `entry`; or `code` says why it is not accepted.

    `unknown` are requests this node never made. `receipt` proves that the entry stands in this node's ledger
    (ledger.proof); empty where nothing was accepted, and about what the other side did.
    """

    notice: Id
    sender: Id
    recipient: Id
    accepted: bool
    code: Literal["", "UNKNOWN_REQUEST", "UNKNOWN_NOTICE", "NOTICE_DIFFERS"]
    unknown: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST_ITEMS)]
    entry: Id
    receipt: str
    salt: Salt


Message = Withdrawn | Followed
# At either end of the calendar a time cannot be put into a ledger.
YEARS = range(2000, 3000)
_read_message = msgspec.json.Decoder(Withdrawn | Followed).decode
_read_acknowledged = msgspec.json.Decoder(Acknowledged).decode


def read_message(plain: bytes) -> Message:
    """The message in `plain`. Raises NotAMessage."""
    try:
        parse(plain)
        message: Message = _read_message(plain)
    except (NotStrict, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotAMessage from None
    happened = message.revoked_at if isinstance(message, Withdrawn) else message.at
    if not all(one.year in YEARS for one in (happened, message.sent_at)):
        raise NotAMessage
    return message


def read_acknowledged(plain: bytes) -> Acknowledged:
    """The acknowledgement in `plain`: either accepted, or with a code and no receipt. Raises NotAMessage."""
    if len(plain) > MOST_BYTES:
        raise NotAMessage
    try:
        parse(plain)
        said: Acknowledged = _read_acknowledged(plain)
    except (NotStrict, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotAMessage from None
    if said.accepted == bool(said.code) or (said.receipt and not said.accepted):
        raise NotAMessage
    return said


def encode(message: Message | Acknowledged) -> bytes:
    """The words as they are sealed and signed."""
    return msgspec.json.encode(message)
