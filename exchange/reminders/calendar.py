"""Birthdays and anniversaries, as the law and the decision point count them."""

from calendar import monthrange
from datetime import date, timedelta

LAST_YEAR = date.max.year


def birthday(born: date, years: int) -> date:
    """The day on which somebody completes `years` of life (Civil Code 17: counted in full years).

    Somebody born on 29 February completes a year on 1 March where there is no such day, as consent.when.age has it.

    >>> birthday(date(2008, 2, 29), 18), birthday(date(2008, 2, 29), 20)
    (datetime.date(2026, 3, 1), datetime.date(2028, 2, 29))
    """
    year = min(born.year + years, LAST_YEAR)
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def months_after(day: date, months: int) -> date:
    """The same day `months` later, or the last of a shorter month.

    >>> months_after(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > LAST_YEAR:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def anniversaries(since: date, months: int, today: date) -> tuple[date | None, date]:
    """The newest full turn of `months` since then that has come, None before the first, and the next one."""
    turns = max(0, ((today.year - since.year) * 12 + today.month - since.month) // months)
    if turns and months_after(since, turns * months) > today:
        turns -= 1
    return months_after(since, turns * months) if turns else None, months_after(since, (turns + 1) * months)


def days_after(day: date, days: int) -> date:
    """So many days later, or the last day there is.

    >>> days_after(date(2026, 12, 31), 1)
    datetime.date(2027, 1, 1)
    """
    return day + timedelta(days=min(days, (date.max - day).days))
