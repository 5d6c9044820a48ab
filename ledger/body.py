"""Write an entry down in exactly one way, and believe only what is written that way.

A body is canonical JSON (RFC 8785, narrowed to ASCII keys, integers and NFC text). The stored bytes are what
is hashed; one is believed only if it is what its own contents would be written as, so two readers can never
see two meanings in it.
"""

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any, get_origin

import msgspec

from ledger.entry import Entry, Recorded
from ledger.errors import EntryRefused
from ledger.identity import time_us_of

VERSION = 1
# RFC 7493 section 2.2: larger integers do not survive every JSON reader.
LARGEST_INTEGER = 2**53 - 1


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is hashed: the entry, and what the committer adds to it. `sealed_sha256` is of the ciphertext."""

    entry: Entry
    id: str
    index: int
    previous: str
    sealed_sha256: str
    sequence: int
    time_us: int
    version: int


class _Written(msgspec.Struct, frozen=True, kw_only=True):
    """The same with its entry already in canonical form. The fields stand in sorted order."""

    entry: msgspec.Raw
    id: str
    index: int
    previous: str
    sealed_sha256: str
    sequence: int
    time_us: int
    version: int = VERSION


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that was checked and put into canonical form, with its sealed details."""

    entry: Entry
    text: msgspec.Raw
    sealed: bytes
    sealed_sha256: str


class BodyWrong(Exception):
    """A stored body is not an entry in canonical form, or not with these sealed details."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.zh = zh


_FIELDS = sorted(fields(Entry), key=attrgetter("name"))
_NAMES = tuple(field.name for field in _FIELDS)
_TYPES: list[Any] = [get_origin(field.type) or field.type for field in _FIELDS]
_values: Callable[[Entry], tuple[Any, ...]] = attrgetter(*_NAMES)
# An entry with its fields in sorted order: written as it is declared, at half the cost of sorting it each time.
_Sorted = msgspec.defstruct("_Sorted", [(field.name, field.type) for field in _FIELDS], frozen=True)
_SortedBody: Any = msgspec.defstruct(
    "_SortedBody",
    [("entry", _Sorted), *((name, kind) for name, kind in Body.__annotations__.items() if name != "entry")],
    frozen=True,
    forbid_unknown_fields=True,
)
_write_sorted = msgspec.json.Encoder(order="sorted").encode
_write_as_declared = msgspec.json.Encoder().encode
_NOT_AN_ENTRY = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_parse = msgspec.json.Decoder(Body).decode
_parse_sorted = msgspec.json.Decoder(_SortedBody).decode


def prepare(entry: Entry, sealed: bytes = b"") -> Prepared:
    """All of the writing that can be done before the place in the log is known. Raises EntryRefused."""
    values = _values(entry)
    if list(map(type, values)) != _TYPES:
        _require_types(values)
    _require_texts("obligations", entry.obligations)
    _require_texts("consents", entry.consents)
    try:
        text = _write_as_declared(_Sorted(*values))
    except UnicodeEncodeError:
        text = b"\xff"  # the check below names the field
    _require_values(entry, text)
    return Prepared(entry=entry, text=msgspec.Raw(text), sealed=sealed, sealed_sha256=digest_of(sealed))


def record(
    prepared: Prepared, *, entry_id: str, index: int, previous: str, sequence: int, time_us: int
) -> Recorded:
    """The entry in its place, as it will be stored."""
    body = _write_as_declared(
        _Written(
            entry=prepared.text,
            id=entry_id,
            index=index,
            previous=previous,
            sealed_sha256=prepared.sealed_sha256,
            sequence=sequence,
            time_us=time_us,
        )
    )
    return Recorded(
        index=index,
        id=entry_id,
        time_us=time_us,
        sequence=sequence,
        previous=previous,
        entry=prepared.entry,
        sealed=prepared.sealed,
        body=body,
    )


def read(stored: bytes, sealed: bytes) -> Recorded:
    """The entry stored as `stored`. Raises BodyWrong unless body and ciphertext are as they were written."""
    body = _read(stored)
    if body.sealed_sha256 != digest_of(sealed):
        raise BodyWrong("has other sealed details than were written with it", "密封内容与写入时不同")
    return _recorded(body, sealed, stored)


def read_unsealed(stored: bytes) -> Recorded:
    """The entry of a body that comes without its sealed details. Raises BodyWrong."""
    return _recorded(_read(stored), b"", stored)


def skim(stored: bytes, sealed: bytes) -> Body:
    """The same in half the time, for who reads all entries: believed exactly when `read` believes it.

    `entry` of what is given has the fields of an Entry and is none. Raises BodyWrong.
    """
    try:
        body: Body = _parse_sorted(stored)
    except _NOT_AN_ENTRY:
        raise BodyWrong("is not an entry", "不是有效条目") from None
    _require_sound(body, stored, _write_as_declared)
    if body.sealed_sha256 != digest_of(sealed):
        raise BodyWrong("has other sealed details than were written with it", "密封内容与写入时不同")
    return body


def digest_of(sealed: bytes) -> str:
    """Hex SHA-256 of the ciphertext; "" where there is none."""
    return hashlib.sha256(sealed).hexdigest() if sealed else ""


def _read(stored: bytes) -> Body:
    try:
        body = _parse(stored)
    except _NOT_AN_ENTRY:
        raise BodyWrong("is not an entry", "不是有效条目") from None
    _require_sound(body, stored, _write_sorted)
    return body


def _require_sound(body: Body, stored: bytes, write: Callable[[Body], bytes]) -> None:
    try:
        _require_values(body.entry, stored)
    except EntryRefused:
        raise BodyWrong("is not an entry", "不是有效条目") from None
    if write(body) != stored:
        raise BodyWrong("is not in canonical form", "不是规范形式")
    if not (
        0 <= body.index <= LARGEST_INTEGER
        and 0 <= body.sequence <= LARGEST_INTEGER
        and 0 <= body.time_us <= LARGEST_INTEGER
    ):
        raise BodyWrong("has a number that is too large", "含有过大的数字")
    if body.version != VERSION:
        raise BodyWrong("is of a version nobody here can read", "版本无法识别")
    if time_us_of(body.id) != body.time_us:
        raise BodyWrong("has an id that is not of its time", "编号与时间不符")


def _recorded(body: Body, sealed: bytes, stored: bytes) -> Recorded:
    return Recorded(
        index=body.index,
        id=body.id,
        time_us=body.time_us,
        sequence=body.sequence,
        previous=body.previous,
        entry=body.entry,
        sealed=sealed,
        body=stored,
    )


def _require_types(values: tuple[Any, ...]) -> None:
    for name, value, kind in zip(_NAMES, values, _TYPES, strict=True):
        # Text may be an enumeration's; a truth value must not pass for a number.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise EntryRefused(name, "is of the wrong kind", "类型不对")


def _require_texts(name: str, codes: tuple[object, ...]) -> None:
    for code in codes:
        if not isinstance(code, str):
            raise EntryRefused(name, "holds something other than text", "含有非文本内容")


def _require_values(entry: Entry, text: bytes) -> None:
    if not 0 <= entry.count <= LARGEST_INTEGER:
        raise EntryRefused("count", "is negative or too large", "为负数或过大")
    if not 0 <= entry.claimed_us <= LARGEST_INTEGER:
        raise EntryRefused("claimed_us", "is negative or too large", "为负数或过大")
    if text.isascii():
        return
    for name, value in zip(_NAMES, _values(entry), strict=True):
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, str):
                _require_nfc(name, one)


def _require_nfc(name: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise EntryRefused(name, "is not Unicode text", "不是有效的 Unicode 文本") from None
    if not unicodedata.is_normalized("NFC", text):
        raise EntryRefused(name, "is not in Unicode normal form C", "不是 Unicode 规范形式 C")
