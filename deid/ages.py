"""Ages: nobody is older than "90 or older", and statistics know people only by bands of five years.

HIPAA 45 CFR 164.514(b)(2)(i)(C): ages over 89, and every date element (the year included) that would tell
such an age, become one single category of age 90 or older.
"""

from datetime import date

TOP_AGE = 90
BAND_YEARS = 5


def age_on(born: date, day: date) -> int:
    """Whole years lived on `day`; a birthday on 29 February is kept on 1 March of other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def capped_birth_year(birth_date: str, last_day: str) -> str | None:
    """The year to give instead of `birth_date` for somebody older than 89 on `last_day`; None for others.

    It is the year of `last_day` less 90 and means "in this year or earlier". Both are FHIR dates; where the
    day of birth is not known, the oldest age it allows counts. Raises ValueError for what is not a date.
    """
    last = date.fromisoformat(last_day)
    cap = last.year - TOP_AGE
    if len(birth_date) < 10:
        return f"{cap:04d}" if int(birth_date[:4]) < cap else None
    return f"{cap:04d}" if age_on(date.fromisoformat(birth_date[:10]), last) >= TOP_AGE else None


def band(number: int) -> int:
    """The lowest value of the five-year band `number` lies in.

    >>> [band(n) for n in (0, 4, 5, 63, 1987)]
    [0, 0, 5, 60, 1985]
    """
    return number - number % BAND_YEARS
