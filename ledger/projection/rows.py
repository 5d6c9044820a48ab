"""What of an entry one can look it up by, and the digest over the rows of a whole stretch of the log."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from uuid import UUID

from ledger.entry import Entry, Recorded

# Raised whenever the same entry would give another row: what an older program wrote is then made anew.
FORM = 2
# Of these there are as many as there are patients, people and accesses; of the others a few hundred.
NAMES = ("patient", "actor", "intent")
WORDS = ("organisation", "purpose", "decision", "why", "type", "region")
COLUMNS = NAMES + WORDS
VALUES: Mapping[str, Callable[[Entry], str]] = {column: attrgetter(column) for column in COLUMNS}

_HEX = re.compile(r"[0-9a-f]{32}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)

# Place in the log, break-glass, and the values of COLUMNS.
Row = tuple[int, bool, tuple[str, ...]]
_values: Callable[[Entry], tuple[str, ...]] = attrgetter(*COLUMNS)


def packed(text: str) -> bytes:
    """A pseudonym or id in few bytes; every text has one form, and no two share one. "" stays empty."""
    if _HEX.fullmatch(text):
        return b"\x01" + bytes.fromhex(text)
    if _UUID.fullmatch(text):
        return b"\x02" + bytes.fromhex(text.replace("-", ""))
    return b"\x00" + text.encode() if text else b""


def unpacked(stored: bytes) -> str:
    """The text that was packed. Raises ValueError where these bytes are not its one form: no search would find them."""
    kind, rest = stored[:1], stored[1:]
    text = rest.hex() if kind == b"\x01" else str(UUID(bytes=rest)) if kind == b"\x02" else rest.decode()
    if packed(text) != stored:
        raise ValueError("packed in another form")
    return text


def row_of(found: Recorded) -> Row:
    """The row of an entry."""
    return found.index, found.entry.break_glass, _values(found.entry)


def digest_of(rows: Iterable[Row]) -> str:
    """Hex SHA-256 over rows in the order of the log, each column with its length before it."""
    whole = hashlib.sha256(b"hutong projection %d\n" % FORM)
    for place, break_glass, values in rows:
        texts = [value.encode() for value in values]
        whole.update(b"%d %d " % (place, break_glass) + b"".join(b"%d:%b" % (len(t), t) for t in texts))
    return whole.hexdigest()
