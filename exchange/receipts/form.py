"""The file a receipt is: the record people read, and for each entry it rests on a proof and what it committed to.

The record is bound by its digest, which the receipt's own entry committed to; what the consent says in it can be
made again from the consent, which the consent's entry committed to (docs/adr/0018).
"""

import base64
import hashlib
from typing import Any

import msgspec
import orjson

from exchange.receipts.errors import ReceiptWrong
from exchange.records.strict_json import NotStrict, parse
from ledger.merkle import leaf_hash
from ledger.proof import Proof

FORMAT = "hutong-consent-receipt-1"
MOST_BYTES = 4 << 20
CODE_BYTES = 10


class Opening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `ledger.sealing.opening` gives: salt (hex) and the details, canonical JSON as text."""

    salt: str
    details: str


class Proved(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry of the ledger, the path to a signed root, and what the entry committed to."""

    proof: Proof
    opening: Opening


class Shown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry of the ledger and the path to a signed root."""

    proof: Proof


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """`receipt` is the entry that tells of this receipt, `consent` that of the consent version it is about.

    `taken_back` is the entry by which a later version took the consent back, where there is one.
    """

    format: str
    code: str
    record: dict[str, Any]
    receipt: Proved
    consent: Proved
    taken_back: Shown | None = None


def write(receipt: Receipt) -> bytes:
    """The file."""
    return orjson.dumps(msgspec.to_builtins(receipt), option=orjson.OPT_INDENT_2) + b"\n"


def read(raw: bytes) -> Receipt:
    """The receipt in a file. Raises ReceiptWrong."""
    if len(raw) > MOST_BYTES:
        raise ReceiptWrong("it is too large", "文件过大")
    try:
        told, _ = parse(raw)
        receipt = msgspec.convert(told, Receipt)
    except (NotStrict, msgspec.ValidationError):
        raise ReceiptWrong("it is not a receipt this program writes", "不是本程序出具的凭证格式") from None
    if receipt.format != FORMAT:
        raise ReceiptWrong("it is of a form nobody here can read", "凭证格式无法识别")
    return receipt


def digest(record: dict[str, Any]) -> str:
    """Hex SHA-256 of the record in canonical form."""
    return hashlib.sha256(orjson.dumps(record, option=orjson.OPT_SORT_KEYS)).hexdigest()


def code_of(entry: str) -> str:
    """80 bits that stand for an entry of one ledger, to be typed or read aloud: ABCD-EFGH-JKLM-NPQR.

    Taken from the leaf hash of the entry's text, so it stands for the record too, whose digest the entry carries.
    """
    letters = base64.b32encode(leaf_hash(entry.encode())[:CODE_BYTES]).decode()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))
