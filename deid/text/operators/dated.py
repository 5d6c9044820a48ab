"""Days as they stand in a text: in figures, in Chinese figures, in English, whole or in part."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from deid.text.operators.numerals import of_han

_HAN_DIGITS = "〇零一二三四五六七八九O0"
_N = r"\d{1,2}"
_Y = r"(?:1[89]|2[01])\d\d"
_H = "(?:元|[一二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|卅一?|初?[一二三四五六七八九])"
_EITHER = f"(?:{_N}|{_H})"
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
LONG = "January February March April May June July August September October November December".split()
_NAMED = "(?:" + "|".join(f"{one[:3]}(?:{one[3:]})?" for one in LONG) + "|Sept)"
_ORD = "(?:st|nd|rd|th)?"
# In this order: the fuller first. y, m and d are figures, Chinese figures or an English month.
_SHAPES = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        r"(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)(?=[0-2]\d[0-5]\d(?:[0-5]\d)?(?!\d)|(?!\d))",
        rf"(?P<y>\d{{4}}|(?<!\d)'?\d\d) ?[年/.-] ?(?P<m>{_N}) ?[月/.-] ?(?P<d>{_N})(?!\d)(?: ?[日号])?",
        rf"(?P<m>{_N}) ?[/.-] ?(?P<d>{_N}) ?[/.-] ?(?P<y>\d{{4}}|\d\d)(?!\d)",
        rf"(?P<r>民[国國]) ?(?P<y>\d{{1,3}}|[{_HAN_DIGITS}]{{2,3}}) ?年 ?(?P<m>{_EITHER}) ?月(?:(?P<d>{_EITHER})日)?",
        rf"(?<!\d)(?P<y>1[0-3]\d) ?年 ?(?P<m>{_N}) ?月(?: ?(?P<d>{_N}) ?[日号])?",
        rf"(?<!\d)(?P<y>1[0-3]\d)[/.-](?P<m>{_N})[/.-](?P<d>{_N})(?!\d)",
        rf"(?P<y>[{_HAN_DIGITS}]{{4}}|[{_HAN_DIGITS}]{{2}})年(?P<m>{_H})月(?P<d>{_H})(?:[日号]|(?!\w))",
        rf"(?P<m>{_NAMED})[. ]{{1,2}}(?P<d>{_N}){_ORD},? ?(?P<y>{_Y})(?!\d)",
        rf"(?P<d>{_N}){_ORD}[ /-](?:of )?(?P<m>{_NAMED})[.,]?[ /-]?(?P<y>{_Y}|'?\d\d)(?!\d)",
        rf"(?P<y>{_Y})[ /-](?P<m>{_NAMED})[ /-](?P<d>{_N})(?!\d)",
        rf"(?P<s>大?[前去昨今本当同明次])年 ?(?P<m>{_N}|{_H}) ?月(?: ?(?P<d>{_N}|{_H}) ?(?=[日号]))?",
        rf"(?P<y>\d{{4}}(?= ?[年/.-])|(?<!\d)'?\d\d(?= ?年)) ?[年/.-] ?(?P<m>{_N})(?: ?月)?(?!\d)",
        rf"(?P<y>[{_HAN_DIGITS}]{{4}}|[{_HAN_DIGITS}]{{2}})年(?P<m>{_H})月",
        rf"(?P<m>{_NAMED})[.,]?[ /-](?P<y>{_Y})(?!\d)",
        rf"(?P<m>1[0-2]|0?[1-9])[/.-](?P<y>{_Y})(?!\d)",
        rf"(?P<m>{_N}|{_H}) ?月 ?(?P<d>{_N}|{_H})(?= ?[日号]|(?![\d十]))",
        rf"(?P<m>{_NAMED})[. ]{{1,2}}(?P<d>{_N}){_ORD}(?!\d)",
        rf"(?P<d>{_N}){_ORD}[ /-](?:of )?(?P<m>{_NAMED})",
        rf"(?P<m>{_N}) ?[/.-] ?(?P<d>{_N})(?!\d)",
        r"(?P<y>(?:1[89]|20)\d\d)(?: ?年)?(?!\d)",
        rf"(?P<y>[{_HAN_DIGITS}]{{4}})年",
        rf"(?P<m>{_N}|{_H}) ?月(?=[份底初中上下]|\W|$)",
        rf"(?P<d>{_N}|{_H}) ?(?=[日号])",
    )
)
# Behind a day: 14:20, 上午9时, 2:20 pm, 1420 and, joined to eight figures, 142005.
CLOCK = re.compile(
    r"[ T,，(]{0,2}(?:上午|下午|中午|晚上?|夜间|凌晨|早上?|at )? ?"
    r"(?:[01]?\d|2[0-4])(?:[:：][0-5]\d(?:[:：][0-5]\d)?|[时点](?:[0-5]?\d分?|半|整)?)(?: ?[AaPp]\.?[Mm]\.?)?"
    r"|[ T]{1,2}(?:[01]\d|2[0-3])\.?[0-5]\d(?: ?h(?:rs?|ours)?)?(?![\d.])"
    r"|(?<=\d{8})(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?(?!\d)"
)
# Days that stand for "not known" or "for ever" (deid/dates.py).
_STAND_INS = frozenset(((1800, 1, 1), (1900, 1, 1), (1970, 1, 1), (2099, 12, 31)))
_EARLIEST = 1800
_LEAP_YEAR = 2024
_BEFORE_MINGUO = 1911
_SHORT_YEAR_FIRST = re.compile(r"\d\d/")
_AHEAD = 50  # years: no appointment and no expiry lies further ahead


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it stands in a text: the match, and its parts as numbers, None where they are not told."""

    match: re.Match[str]
    year: int | None
    month: int | None
    day: int | None
    said: str = ""
    day_first: bool = False  # 25/12/2024
    reign: int = 0  # years before the first of the reign it is told in: 民国113年

    @classmethod
    def of(cls, match: re.Match[str], this_year: int) -> "Day":
        """The day in `match`; a year of two figures lies in the hundred years up to the next."""
        parts = match.groupdict()
        year, month, day = (_number(parts.get(name)) for name in "ymd")
        reign = _BEFORE_MINGUO if year is not None and (parts.get("r") or 100 <= year < 200) else 0
        if reign or year is None:
            year = year and year + reign
        elif year < 100:
            year += 2000 if year <= (this_year + 1) % 100 else 1900
        swapped = bool(
            month and day and month > 12 >= day and not match[0].startswith(parts.get("y") or "年")
        )
        if swapped:
            month, day = day, month
        return cls(match, year, month, day, parts.get("s") or "", swapped, reign)

    @property
    def is_possible(self) -> bool:
        """Whether the calendar has such a day."""
        try:
            date(self.year or _LEAP_YEAR, self.month or 1, self.day or 1)
        except ValueError:
            return False
        return True

    def after(self, last: "Told") -> "Day":
        """The same with what the text told last: 2024年3月5日至8日."""
        if self.said or self.year:
            return self
        month = self.month or (last.month if self.day else None)
        return replace(self, year=last.year, month=month)


@dataclass(frozen=True, slots=True)
class Told:
    """The year and the month a text told last; None where it told none."""

    year: int | None = None
    month: int | None = None

    def then(self, found: Day) -> "Told":
        """The same once `found` was read."""
        return Told(found.year or self.year, found.month or self.month)


def days_in(plain: str, this_year: int, *, year_first: bool = True) -> Iterator[Day]:
    """Every day in a folded text, in order; a time of day behind one is none.

    `year_first`: 08/12/19 is in the year 2008, as in Chinese; else in 2019.
    """
    at = 0
    while at < len(plain):
        clock = CLOCK.match(plain, at)
        if clock and at:
            at = clock.end()
            continue
        # In the middle of a number nothing begins.
        inside = at and plain[at].isdecimal() and plain[at - 1].isdecimal()
        found = None if inside else _day_at(plain, at, this_year, year_first)
        if found is None:
            at += 1
            continue
        yield found
        at = found.match.end()


def _day_at(plain: str, at: int, this_year: int, year_first: bool) -> Day | None:
    """The fullest day of the calendar that begins at `at`; else the fullest that is none."""
    matches = [match for shape in _SHAPES if (match := shape.match(plain, at))]
    if not year_first:
        matches.sort(key=lambda match: bool(_SHORT_YEAR_FIRST.match(match[0])) and match.re is _SHAPES[1])
    days = [Day.of(match, this_year) for match in matches]
    longest = max((match.end() for match in matches), default=at)
    # A part of what is no day (12-31 of 9999-12-31) must not pass for one.
    return next(
        (day for day in days if day.is_possible and day.match.end() >= longest), days[0] if days else None
    )


def is_told(found: Day, today: date) -> bool:
    """Whether the year says when something was; some years, and some days, stand for "not known"."""
    told = found.year is None or _EARLIEST <= found.year <= today.year + _AHEAD
    return told and (found.year, found.month, found.day) not in _STAND_INS


def _number(text: str | None) -> int | None:
    if not text:
        return None
    small = text[:3].lower()
    if small in MONTHS:
        return MONTHS.index(small) + 1
    return int(text.lstrip("'")) if text.lstrip("'").isdecimal() else of_han(text)
