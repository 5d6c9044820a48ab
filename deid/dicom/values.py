"""One value made safe by its type (PS3.5 section 6.2): what it must look like to stay, and what stands in for it.

A value that is not what its type promises does not pass: anybody can type a name where a number belongs.
Values are bytes as they stand in the file; text is UTF-8 by then.
"""

import re
from collections.abc import Callable

from deid import dates
from deid.ages import TOP_AGE

TEXT = frozenset(("LO", "SH", "ST", "LT", "UT", "UC"))
LONG_TEXT = frozenset(("ST", "LT", "UT"))  # one text: a backslash is part of it
DATES = frozenset(("DA", "DT", "TM"))
BULK = frozenset(("OB", "OW", "OF", "OD", "OL", "OV"))
BINARY = frozenset(("AT", "US", "SS", "UL", "SL", "UV", "SV", "FL", "FD"))
_WIDTH = {"US": 2, "SS": 2, "AT": 4, "UL": 4, "SL": 4, "FL": 4, "UV": 8, "SV": 8, "FD": 8}

REMOVED = "REMOVED"
# What stands in for a value that must not be empty; whoever reads it sees that it is none.
_STAND_INS = {
    "DA": b"19000101", "TM": b"000000", "DT": b"19000101000000", "AS": b"000Y", "CS": b"OTHER", "IS": b"0", "DS": b"0",
    "PN": REMOVED.encode(), "AE": REMOVED.encode(), "OB": b"\0\0", "UR": b"about:blank",
} | dict.fromkeys(TEXT, REMOVED.encode()) | {vr: bytes(width) for vr, width in _WIDTH.items()}  # fmt: skip

_DATE = re.compile(r"(\d{4})[.-]?(0[1-9]|1[0-2])[.-]?(0[1-9]|[12]\d|3[01])", re.ASCII)
_TIME_OF_DAY = r"(?:[01]\d|2[0-3])(?:[0-5]\d(?:(?:[0-5]\d|60)(?:\.\d{1,6})?)?)?"
_TIME = re.compile(rf"{_TIME_OF_DAY}|(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{{1,6}})?)?", re.ASCII)
_ZONE = r"[+-](?:0\d|1[0-4])[0-5]\d"
_INSTANT = re.compile(rf"(\d{{4}})(?:(\d\d)(?:(\d\d)((?:{_TIME_OF_DAY})?))?)?({_ZONE})?", re.ASCII)
_OFFSET = re.compile(_ZONE)
_AGE = re.compile(r"(\d{3})([DWMY])", re.ASCII)
_DAYS = {"D": 1, "W": 7, "M": 30.4375, "Y": 365.25}
_SHAPES = {
    "CS": re.compile(r"[A-Z0-9 _-]{0,16}"),
    "IS": re.compile(r"[+-]?\d{1,12}", re.ASCII),
    "DS": re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII),
}
_LONGEST = 24  # of a figure; the standard says 16, scanners write more


def stand_in(vr: str) -> bytes | None:
    """What replaces a value of this type; None where nothing can."""
    return _STAND_INS.get(vr)


def plain(vr: str, raw: bytes) -> bytes | None:
    """The value, if it looks as its type promises; ages above 89 become 90. None otherwise."""
    if vr in BINARY:
        return raw if len(raw) % _WIDTH[vr] == 0 else None
    text = _ascii(raw)
    if text is None:
        return None
    if vr == "AS":
        return _each(text, _age)
    shape = _SHAPES.get(vr)
    return raw if shape and all(_has(shape, one.strip()) for one in text.split("\\")) else None


def moved(vr: str, raw: bytes, days: int) -> bytes | None:
    """A date `days` later, or a time of day as it is; None for what is neither. A month becomes its year."""
    text = _ascii(raw)
    if text is None:
        return None
    if vr == "DA":
        return _each(text, lambda one: _moved_date(one, days))
    if vr == "DT":
        return _each(text, lambda one: _moved_instant(one, days))
    if vr == "TM":
        return _each(text, lambda one: one if _TIME.fullmatch(one) else None)
    return raw if vr == "SH" and _OFFSET.fullmatch(text) else None


def padded(vr: str, raw: bytes) -> bytes:
    """The value filled up to an even length, as PS3.5 wants it."""
    return raw if len(raw) % 2 == 0 else raw + (b"\0" if vr in BULK or vr == "UI" else b" ")


def _ascii(raw: bytes) -> str | None:
    return raw.decode("ascii").strip("\0 ") if raw.isascii() else None


def _has(shape: re.Pattern[str], text: str) -> bool:
    """Whether it is empty or has the shape; how long it is comes first, for a pattern may be slow on what is long."""
    return not text or (len(text) <= _LONGEST and shape.fullmatch(text) is not None)


def _each(text: str, change: Callable[[str], str | None]) -> bytes | None:
    out = [change(one.strip()) if one.strip() else "" for one in text.split("\\")]
    return None if None in out else "\\".join(one for one in out if one is not None).encode()


def _age(text: str) -> str | None:
    match = _AGE.fullmatch(text)
    if match is None:
        return None
    return f"{TOP_AGE:03d}Y" if int(match[1]) * _DAYS[match[2]] >= TOP_AGE * _DAYS["Y"] else text


def _moved_date(text: str, days: int) -> str | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    day = dates.shift("-".join(match.groups()), days)
    return day and (f"{day}0101" if len(day) == 4 else day.replace("-", ""))


def _moved_instant(text: str, days: int) -> str | None:
    match = _INSTANT.fullmatch(text)
    if match is None:
        return None
    year, month, day, time, zone = match.groups()
    if day is None:
        return year
    date = _moved_date(f"{year}{month}{day}", days)
    return date and f"{date}{time}{zone or ''}"
