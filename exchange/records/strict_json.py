"""Read JSON the strict way: what two readers could understand differently is refused.

A key written twice, NaN, a byte order mark or bytes that are not UTF-8 make one program see another
record than the next (RFC 8259 section 4, RFC 7493). Nothing is repaired; the reason is given and the
place, never the value.
"""

import re

import msgspec
import orjson

_BOM = b"\xef\xbb\xbf"
_NOT_NUMBERS = ("NaN", "Infinity", "-Infinity")
_DOUBTS = (b'\\":', b':":', b',":', b'[":', b'{":')
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')


class NotStrict(ValueError):
    """JSON that cannot be taken as it stands; `reason` is a key of problems.REASONS."""

    def __init__(self, reason: str, *, line: int = 0, column: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.column = column


def parse(raw: bytes) -> tuple[object, bytes]:
    """The value in `raw`, and `raw` without the blanks between its tokens.

    Every token of the second is spelled as it came, so 1.00 stays 1.00. Raises NotStrict.
    """
    try:
        value = orjson.loads(raw)
        tight = compact(raw)
        kept = orjson.dumps(value)
    except orjson.JSONDecodeError as error:
        raise _explain(raw, error) from None
    except (orjson.JSONEncodeError, msgspec.DecodeError, RecursionError):
        # orjson writes 254 levels and no more: what could not be written again is not taken either.
        raise NotStrict("too-deep") from None
    # Written again the same, it cannot have had a key twice; most of what machines write is.
    if tight != kept and count_keys(tight) != count_keys(kept):
        raise NotStrict("duplicate-key")
    return value, tight


def compact(raw: bytes) -> bytes:
    """`raw` without the blanks between its tokens; no token is respelled."""
    return msgspec.json.format(raw, indent=-1)


def count_keys(tight: bytes) -> int:
    """How many object keys are written in `tight`, which is JSON without blanks between its tokens.

    A quote inside a string is escaped, so `":` ends a key, with two exceptions that are rare and are looked
    for: the quote opens a string that begins with a colon, or a backslash stands before it. There the strings
    are taken out first; what is left has one colon for each key.
    """
    if any(doubt in tight for doubt in _DOUBTS) or tight.startswith(b'":'):
        return _STRING.sub(b"", tight).count(b":")
    return tight.count(b'":')


def _explain(raw: bytes, error: orjson.JSONDecodeError) -> NotStrict:
    if raw.startswith(_BOM):
        return NotStrict("byte-order-mark", line=1)
    try:
        raw.decode()
    except UnicodeDecodeError as wrong:
        return NotStrict("not-utf8", line=raw.count(b"\n", 0, wrong.start) + 1)
    if error.doc.startswith(_NOT_NUMBERS, error.pos) or "infinity" in error.msg:
        return NotStrict("not-a-number", line=error.lineno, column=error.colno)
    if "depth" in error.msg:
        return NotStrict("too-deep", line=error.lineno)
    return NotStrict("not-json", line=error.lineno, column=error.colno)
