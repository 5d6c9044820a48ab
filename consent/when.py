"""Dates as FHIR writes them: every text is a stretch of time, from its first to its last microsecond.

`2026-01-09` is the whole local day, `2026` the whole year. A text without an offset is local time.
Source: HL7 FHIR 4.0.1 datatypes.html, "the end value includes any matching date/time".
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache, lru_cache

import msgspec

from consent.fhir import is_object

# An instant to the second, as programs write it: Python reads these itself, at a fraction of the time.
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)",
    re.ASCII,
)
_DATE_TIME = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)


class Moment(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a date text covers, both ends included."""

    first: datetime
    last: datetime


class Period(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """From `start` to `end`, both included; None is open. `said` keeps the texts as the consent has them."""

    start: Moment | None
    end: Moment | None
    said: tuple[str, str] = ("", "")

    def holds(self, at: datetime) -> bool:
        """Whether `at` lies inside."""
        return not self.is_over(at) and not self.is_ahead(at)

    def is_over(self, at: datetime) -> bool:
        """Whether the last day has passed."""
        return self.end is not None and at > self.end.last

    def is_ahead(self, at: datetime) -> bool:
        """Whether the first day is yet to come."""
        return self.start is not None and at < self.start.first

    def covers(self, moment: Moment) -> bool:
        """Whether every instant of `moment` lies inside."""
        return self.holds(moment.first) and self.holds(moment.last)

    def touches(self, moment: Moment) -> bool:
        """Whether any instant of `moment` lies inside."""
        return not self.is_over(moment.first) and not self.is_ahead(moment.last)

    def lies_within(self, other: "Period") -> bool:
        """Whether every instant inside is also inside `other`."""
        starts = other.start is None or (self.start is not None and self.start.first >= other.start.first)
        return starts and (other.end is None or (self.end is not None and self.end.last <= other.end.last))


@lru_cache(maxsize=4096)
def moment(text: str, hours_east: int) -> Moment:
    """The stretch of time a FHIR date, dateTime or instant covers. Raises ValueError.

    >>> moment("2026-01", 8).last.isoformat()
    '2026-01-31T23:59:59.999999+08:00'
    """
    if _INSTANT.fullmatch(text):
        first = datetime.fromisoformat(text)
        return Moment(first, first if "." in text else first.replace(microsecond=999_999))
    found = _DATE_TIME.fullmatch(text)
    if found is None:
        raise ValueError("not a FHIR date")
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    zone = _zone(offset) if offset else local(hours_east)
    begins = date(int(year), int(month or 1), int(day or 1))
    if hour is not None:
        return _within_a_day(begins, hour, minute, second, fraction, zone)
    ends = begins
    if day is None:
        until = int(month) if month else 12
        ends = date(begins.year, until, monthrange(begins.year, until)[1])
    return Moment(datetime.combine(begins, time.min, zone), datetime.combine(ends, time.max, zone))


@cache
def local(hours_east: int) -> timezone:
    """The zone of a text without an offset."""
    return timezone(timedelta(hours=hours_east))


def seen_in(zone: timezone, instant: datetime) -> datetime:
    """The instant by the clocks of `zone`; at either end of the calendar, which has no such time, as it is written."""
    try:
        return instant.astimezone(zone)
    except OverflowError:
        return instant


def period(value: object, hours_east: int) -> Period:
    """A FHIR Period. Raises ValueError where it is empty, unreadable or ends before it begins."""
    if not is_object(value) or not {"start", "end"} & set(value):
        raise ValueError("not a period")
    texts = (value.get("start", ""), value.get("end", ""))
    if not all(isinstance(text, str) for text in texts) or set(value) - {"id", "extension", "start", "end"}:
        raise ValueError("not a period")
    start, end = (moment(text, hours_east) if text else None for text in texts)
    if start and end and start.first > end.last:
        raise ValueError("a period that ends before it begins")
    return Period(start, end, texts)


def age(born: date, on: date) -> int:
    """Completed years of life; somebody born on 29 February completes a year on 1 March.

    >>> age(date(2007, 6, 1), date(2025, 5, 31)), age(date(2007, 6, 1), date(2025, 6, 1))
    (17, 18)
    """
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _within_a_day(
    day: date, hour: str, minute: str, second: str | None, fraction: str | None, zone: timezone
) -> Moment:
    if second is None:
        first = datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=zone)
        return Moment(first, first.replace(second=59, microsecond=999_999))
    micros = int(fraction.ljust(6, "0")[:6]) if fraction else 0
    first = datetime(day.year, day.month, day.day, int(hour), int(minute), int(second), micros, zone)
    return Moment(first, first if fraction else first.replace(microsecond=999_999))


# One object for one offset: times in the same zone are then compared without working out their difference.
@cache
def _zone(offset: str) -> timezone:
    if offset == "Z":
        return UTC
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6])))
