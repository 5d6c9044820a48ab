"""FHIR Periods in records, as evidence goes by them: one that cannot be read holds nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from consent.when import moment, period

HOURS_EAST = 8


def within(value: object, at: datetime) -> bool:
    """Whether a Period holds `at`. One that cannot be read holds nothing."""
    try:
        return period(value, HOURS_EAST).holds(at)
    except ValueError:
        return False


def not_outside(record: Mapping[str, Any], name: str, at: datetime) -> bool:
    """The same of the element `name`, for which saying nothing sets no limit."""
    return name not in record or within(record[name], at)


def that_day(text: object, at: datetime) -> bool:
    """Whether `at` is on the day of this FHIR date or time, in China."""
    try:
        first = moment(str(text), HOURS_EAST).first
    except ValueError:
        return False
    zone = moment("2000-01-01", HOURS_EAST).first.tzinfo
    midnight = first.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight <= at < midnight + timedelta(days=1)


def began_within(text: object, time: timedelta, at: datetime) -> bool:
    """Whether what began then has lasted no longer than `time`."""
    try:
        return at - moment(str(text), HOURS_EAST).first <= time
    except ValueError:
        return False
