"""Months of China's calendar, as 2026-01. Only those that are over are counted: what is still coming in would show."""

from datetime import datetime, timedelta

from exchange.instants import CHINA

LENGTH = len("2026-01")


def month_of(moment: datetime) -> str:
    """The month an instant lies in, in China's time."""
    return moment.astimezone(CHINA).isoformat()[:LENGTH]


def month_in(fhir_date: str) -> str:
    """The month of a FHIR date or dateTime; "" where it names a year only, or is none."""
    if len(fhir_date) < LENGTH:
        return ""
    if "T" not in fhir_date:
        return fhir_date[:LENGTH]
    try:
        moment = datetime.fromisoformat(fhir_date)
        return month_of(moment if moment.tzinfo else moment.replace(tzinfo=CHINA))
    except (ValueError, OverflowError):  # the first and the last day of the calendar lie outside it elsewhere
        return ""


def first_of(month: str) -> datetime:
    """Its first instant. Raises ValueError for what is no month."""
    return datetime.strptime(month, "%Y-%m").replace(tzinfo=CHINA)


def before(month: str) -> str:
    """The month before it."""
    return month_of(first_of(month) - timedelta(days=1))


def after(month: str) -> str:
    """The month after it."""
    return month_of(first_of(month) + timedelta(days=31))
