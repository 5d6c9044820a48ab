"""Shift dates: hide when something happened, keep how far apart things happened.

Every date of one patient moves by the same secret number of days, so the days between an admission and a
readmission survive and the calendar does not. Instants keep their time of day and their offset.
See docs/explanation/deidentification.md for what this does not protect.
"""

import hashlib
import hmac
import re
from datetime import date, timedelta

MAX_SHIFT_DAYS = 365

# FHIR date, dateTime and instant (HL7 FHIR 4.0.1, datatypes.html). Nothing else is a date here.
_ZONE = r"(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?"
_TIME = r"T(?:[01]\d|2[0-3]):[0-5]\d(?::(?:[0-5]\d|60)(?:\.\d{1,9})?)?" + _ZONE
_DATE = re.compile(rf"(\d{{4}})(?:-(?:0[1-9]|1[0-2])(?:-(?:[0-2]\d|3[01])(?:{_TIME})?)?)?", re.ASCII)
# Days that stand for "not known" or "for ever". Everybody knows them, so a moved one would tell the shift.
_STAND_INS = frozenset(("0001-01-01", "1800-01-01", "1900-01-01", "1970-01-01", "2099-12-31"))
_FOR_EVER = 9000


def shift_date(day: date, *, patient_id: str, key: bytes) -> date:
    """Move `day` by the offset that belongs to `patient_id`.

    >>> admitted, discharged = date(2024, 3, 1), date(2024, 3, 9)
    >>> moved = [shift_date(d, patient_id="p1", key=b"k" * 32) for d in (admitted, discharged)]
    >>> (moved[1] - moved[0]).days
    8
    """
    return day + timedelta(days=offset_days(patient_id, key))


def offset_days(patient_id: str, key: bytes) -> int:
    """A number from 1 to MAX_SHIFT_DAYS, with a sign, that only the key holder can work out. Never zero."""
    digest = hmac.digest(key, b"date-shift:" + patient_id.encode("utf-8", "surrogatepass"), hashlib.sha256)
    magnitude = 1 + int.from_bytes(digest[:8]) % MAX_SHIFT_DAYS
    return magnitude if digest[8] & 1 else -magnitude


def shift(text: str, days: int) -> str | None:
    """The FHIR date, dateTime or instant `text`, `days` later; None if it is none of these.

    A year alone stays as it is: it says too little to move. A month becomes its year, because a month
    cannot move by days and, unmoved, would give the calendar away. So does a day that stands for "not known".
    """
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    if len(text) < 10:
        return match[1]
    try:
        day = date.fromisoformat(text[:10])
        if day.year >= _FOR_EVER or text[:10] in _STAND_INS:
            return match[1]
        return (day + timedelta(days=days)).isoformat() + text[10:]
    except (ValueError, OverflowError):
        return None


def year_of(text: str) -> str | None:
    """The year of a FHIR date, dateTime or instant; None if `text` is none of these."""
    match = _DATE.fullmatch(text)
    return match[1] if match else None
