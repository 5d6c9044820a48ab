"""Days in a text, moved with all days of the patient and written as they were written.

A month without a day moves with its middle; a day without a year is taken to lie in the year the text last told, and
去年 is told anew. What is no day of the calendar, and days that stand for "not known", do not move: they are masked.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from deid.ages import TOP_AGE
from deid.text.folding import fold, has_han
from deid.text.operators.dated import CLOCK, LONG, MONTHS, Day, Told, days_in, is_told
from deid.text.operators.numerals import to_han
from deid.text.operators.written import like

_SAID_YEARS = {"大前": -3, "前": -2, "去": -1, "昨": -1, "今": 0, "本": 0, "当": 0, "同": 0, "明": 1, "次": 1}
_SAY_YEARS = {-2: "前年", -1: "去年", 0: "今年", 1: "明年"}

_WEEKDAYS = "一二三四五六日"
_WEEKDAY = re.compile(r"(?:星期|周|礼拜)([一二三四五六日天])")
_EN_WEEKDAY = re.compile(r"(?i)\b(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun)(day)?\b")
_EN_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_FEASTS = re.compile(
    "农历|阴历|腊月|正月|春节|除夕|大年|元旦|元宵|清明|端午|七夕|中元|中秋|重阳|国庆|五一节|劳动节|冬至|初[一二三四五六七八九十]"
)
_FIGURE = re.compile("[0-9一二三四五六七八九十廿卅〇零]")
_MISREAD_0 = re.compile(r"(?<=[\d:/.-])[Oo](?![A-Za-z])|(?<![A-Za-z])[Oo](?=\d)")
_MISREAD_1 = re.compile(r"(?<=[\d:/.-])[lI|](?![A-Za-z])|(?<![A-Za-z])[lI|](?=\d)")
# A year alone says too little to move (deid/dates.py).
_A_YEAR = re.compile(r"\s*(?:\d{4} ?年?|[〇零一二三四五六七八九]{4}年)\s*")
_MIDDLE = 15
_NO_YEAR = 2023  # of a day whose year nobody tells; 29 February lies in the next
MASK = "*"


def told_before(spans: Iterable[str], today: date, *, year_first: bool) -> Iterator[Told]:
    """For each date of a text, in order, what year and month the text has told up to it, itself among them."""
    told = Told()
    for raw in spans:
        for found in days_in(_plain(raw), today.year, year_first=year_first):
            told = told.then(found)
        yield told


def moved(raw: str, *, days: int, told: Told, today: date, year_first: bool = True) -> str:
    """The dates in `raw`, `days` later, written as they were; where that fails, without the blanks in them.

    `told`: where a day without a year lies. `today`: from when a year counts as one that tells an age above 89.
    """
    if _FEASTS.search(fold(raw)):
        return masked(raw)
    ways = [_moved_in(text, days, told, today, year_first) for text in _ways_to_read(raw)]
    # One day is likelier than a month and a day of it.
    best, _ = min(ways, key=lambda way: (MASK in way[0], way[1]))
    return best if best != raw or _A_YEAR.fullmatch(fold(raw)) else masked(raw)


def only_years(raw: str, today: date, *, year_first: bool = True) -> str:
    """Of each date in `raw` its year; "" where it tells none."""
    han = has_han(raw)
    for text in _ways_to_read(raw):
        found = days_in(_plain(text), today.year, year_first=year_first)
        years = [one.year for one in found if one.year and is_told(one, today)]
        if years:
            return ("至" if han else "-").join(dict.fromkeys(_year_said(one, han, today) for one in years))
    return ""


def masked(raw: str) -> str:
    """`raw` with a `*` for every figure, Chinese ones too; where it has none, or is a feast, said generally."""
    plain = _FIGURE.sub(MASK, fold(raw))
    general = "某日" if has_han(raw) else "a day"
    return general if plain == fold(raw) or _FEASTS.search(fold(raw)) else plain


def _ways_to_read(raw: str) -> Iterable[str]:
    """As it stands; without line ends; and, as Chinese needs none, without blanks."""
    whole = re.sub(r"\s*\n\s*", "", raw)
    return dict.fromkeys((raw, whole, re.sub(r"\s+", "", raw) if has_han(raw) else whole))


def _plain(raw: str) -> str:
    """`raw` folded, and misread figures beside others put right; as long as `raw`."""
    text = fold(raw)
    for _ in range(2):
        text = _MISREAD_0.sub("0", text)
        text = _MISREAD_1.sub("1", text)
    return text


def _moved_in(raw: str, days: int, told: Told, today: date, year_first: bool) -> tuple[str, int]:
    """The text with its days moved, and how many there are."""
    done: list[tuple[Day, tuple[str, date] | None]] = []
    for alone in days_in(_plain(raw), today.year, year_first=year_first):
        found = alone.after(told)
        made = _moved(found, raw, days, found.year or told.year or _NO_YEAR, today)
        done.append((found, made))
        told = told.then(found)
    return _joined(raw, done), len(done)


def _joined(raw: str, done: list[tuple[Day, tuple[str, date] | None]]) -> str:
    """`raw` with what was made of each day; a day of the week before the first follows the first."""
    out: list[str] = []
    at = 0
    new = next((made[1] for _, made in done[:1] if made), None)
    for found, made in done:
        start, end = found.match.span()
        out.append(_between(raw, at, start, new))
        out.append(like(made[0], raw[start:end]) if made else masked(found.match[0]))
        new, at = (made[1] if made else None), end
    return "".join((*out, _between(raw, at, len(raw), new)))


def _between(raw: str, start: int, end: int, new: date | None) -> str:
    """What stands between dates: times of day stay, days of the week follow, other figures are masked."""
    plain, at, out = _plain(raw), start, []
    while at < end:
        clock = CLOCK.match(plain, at, end)
        if clock and clock.end() > at and start:
            out.append(raw[at : clock.end()])
            at = clock.end()
        elif found := _WEEKDAY.match(plain, at, end):
            out.append(raw[at : found.start(1)] + (_WEEKDAYS[new.weekday()] if new else MASK))
            at = found.end()
        elif found := _EN_WEEKDAY.match(plain, at, end):
            name = _EN_DAYS[new.weekday()] if new else MASK
            out.append(name if found[2] or not new else name[:3])
            at = found.end()
        else:
            out.append(MASK if _FIGURE.match(plain[at]) else raw[at])
            at += 1
    return "".join(out)


def _moved(found: Day, raw: str, days: int, year: int, today: date) -> tuple[str, date] | None:
    """The date written anew, and the day it is; None where it is no day."""
    if found.month is None:
        return _moved_part(found, year)
    base = found.year or year + _SAID_YEARS.get(found.said, 0)
    try:
        old = _date(base, found.month, found.day or _MIDDLE, sure=found.year is not None)
        new = old + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    if not is_told(found, today):
        return None
    if found.year and found.year < today.year - TOP_AGE + 1:
        return _old_year(found.match[0], today), new
    return _written(found, raw, new, year, days), new


def _moved_part(found: Day, year: int) -> tuple[str, date] | None:
    """A year alone stays: it says too little to move (deid/dates.py). A day alone does not."""
    return (found.match[0], date(found.year, 7, 1)) if found.year and found.day is None and year else None


def _date(year: int, month: int, day: int, *, sure: bool) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        if sure or (month, day) != (2, 29):
            raise
        return date(year + -year % 4, month, day)


def _written(found: Day, raw: str, new: date, year: int, days: int) -> str:
    match = found.match
    swapped = found.day_first
    values = {
        "y": new.year - found.reign,
        "m": new.day if swapped else new.month,
        "d": new.month if swapped else new.day,
    }
    out, at = [], match.start()
    groups = sorted((name for name in "ymds" if match.groupdict().get(name)), key=match.start)
    padded = _padded(match)
    if not match.groupdict().get("m") and "d" in groups and found.month:
        return f"{new.month}月{new.day}"  # 5日至8日 may end in another month
    for name in groups:
        out.append(raw[at : match.start(name)])
        old = match[name]
        if name == "s":
            # The text is read in the year its other days moved into.
            now = date(year, 7, 1) + timedelta(days=days)
            out.append(_SAY_YEARS.get(new.year - now.year, f"{new.year}年").removesuffix("年"))
        else:
            out.append(_figure(values[name], old, padded=padded))
        at = match.end(name)
    text = "".join((*out, raw[at : match.end()]))
    if swapped or "d" in groups:
        text = re.sub(r"(?<=\d)(?:st|nd|rd|th)(?![a-z])", _ordinal(new.day), text)
    return text


def _padded(match: re.Match[str]) -> bool:
    parts = [match[name] for name in ("m", "d") if match.groupdict().get(name)]
    if any(part[0] == "0" for part in parts):
        return True
    plain = all(len(part) == 2 for part in parts if part.isdecimal())
    return plain and not re.search("[年月. ]", match[0])


def _figure(value: int, old: str, *, padded: bool) -> str:
    if old[:1].isalpha() and old[:3].lower() in MONTHS:
        name = LONG[value - 1] if len(old) > 4 else LONG[value - 1][:3]
        return name.upper() if old.isupper() else name
    if not all(char.isdecimal() or char == "'" for char in old):
        return to_han(value, old)
    digits = old.lstrip("'")
    text = (
        f"{value % 100:02d}" if len(digits) == 2 and value > 99 else f"{value:02d}" if padded else str(value)
    )
    return "'" * (len(old) - len(digits)) + text


def _ordinal(day: int) -> str:
    return "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _year_said(year: int, han: bool, today: date) -> str:
    if year < today.year - TOP_AGE + 1:
        return _old_year("年" if han else "", today)
    return f"{year}年" if han else str(year)


def _old_year(old: str, today: date) -> str:
    """For a year that tells an age above 89 (deid/ages.py)."""
    cap = today.year - TOP_AGE
    return f"{cap}年或更早" if has_han(old) else f"{cap} or earlier"
