"""Dates in words and figures, Chinese and English; a year alone is not one.

Every group of figures that could begin a date is looked at once; what stands between its figures says
which pattern it is tried against. What follows it in the same breath belongs to it: a time of day, the
other end of a range.
"""

import re
from collections.abc import Iterator

from deid.text.english_dates import find_with_months
from deid.text.lunar import find_in_characters
from deid.text.measures import is_code
from deid.text.month_days import month_day, single_day
from deid.text.spans import LABELLED, SHAPED, Span
from deid.text.words import WORDS

YEAR = r"(?:1[89]\d\d|20\d\d)"
MONTH = r"(?:1[0-2]|0?[1-9])"
DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_GAP = " {0,3}"
_TO = " ?(?:--?|~|至|到|→) ?"
_NO_MORE = r"(?!\d|[./-]\d)"

# What may begin a date: up to four digits and a word of the calendar or a mark with a digit behind it.
_CANDIDATE = re.compile(r"\d(?<!\d\d)\d{0,3}(?: {0,3}([年月日号])| {0,2}([-/.、。\\ ]) {0,2}(?=\d))")
_BEFORE_FIGURES = "0123456789."

_WITH_YEAR = re.compile(
    rf"(?:{YEAR}|\d\d|1[0-2]\d(?={_GAP}年{_GAP}{MONTH}{_GAP}月{_GAP}{DAY}{_GAP}[日号])){_GAP}年{_GAP}(?:"
    rf"{MONTH}{_GAP}月{_GAP}{DAY}(?!\d)(?:{_GAP}[日号])?"
    rf"|{MONTH}(?: ?[-~至到、] ?{MONTH}){{0,3}}{_GAP}月(?:[上中下]旬|[初底末份])?"
    rf"|{MONTH}[-/.]{DAY}{_NO_MORE}(?: ?[日号])?)"
)
_DURATION_BEFORE = re.compile("(?:史|约|近|已|达|共|婚龄|工龄|病程|服药|随访)[: ]?$")
_DURATION_BEHIND = re.compile("[余多前后来]|左右|个|[病]?史")
_MONTH_DAY = re.compile(
    rf"{MONTH}{_GAP}月(?:{_GAP}{DAY}(?: ?[-~至到、及和] ?{DAY}){{0,4}}{_GAP}[日号]"
    rf"|{_GAP}{DAY}(?!\d|\.\d| ?(?:{'|'.join(map(re.escape, WORDS.dates['no-days']))}|[A-Za-z%/-]))"
    rf"|份|[上中下]旬|[初底末](?!次|梢|端))"
)
_MONTH_ALONE = re.compile(rf"{MONTH}月(?![余龄大前后内婴以左时个份初底中末]|\d)")
_MARK = r"[-/.、。\\]"
_YEAR_FIRST = re.compile(
    rf"{YEAR}(?: {{0,2}}{_MARK} {{0,2}}{MONTH} {{0,2}}{_MARK} {{0,2}}{DAY}(?!\d)(?: ?[日号])?"
    r"|( {1,2})(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d|\.\d))"
)
# 2024-01-1724分: the value behind the day without a blank.
_RUN_ON = re.compile(rf"{YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_YEAR_FIRST_SPACED = re.compile(rf"{YEAR} {MONTH} {DAY}(?![0-9.])")
_YEAR_MONTH = re.compile(
    rf"{YEAR}(?:[-/]{MONTH}(?![0-9/-])|\.(?:0[1-9]|1[0-2])(?![0-9.]| ?[a-zA-Z%×*^/])"
    rf"|\.{MONTH}(?=起|开始|因|行|于|在|~|至|-{YEAR}))"
)
_YEAR_MONTH_LABELLED = re.compile(rf"{YEAR}\.{MONTH}(?![0-9.])")
_SHORT_YEAR = re.compile(rf"\d\d([-/.]){MONTH}\1{DAY}(?![0-9/-]|\.\d)日?")
_YEAR_LAST = re.compile(rf"(?:{MONTH}([/-]){DAY}\1|{DAY}([./-]){MONTH}\2){YEAR}(?![0-9/-])")
_SHORT_YEAR_LAST = re.compile(rf"{MONTH}([/-]){DAY}\1\d\d(?![0-9/-]|\.\d)")
# 113/02/05: a year of the Republic, as Taiwan counts.
_REPUBLIC = re.compile(r"1[0-2]\d([/.-])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?![0-9A-Za-z/]|\.\d)")
_SCORES = re.compile(r"(?i)(?:apgar|score|评分|视力|肌力)[^\n0-9]{0,8}$")

_COMPACT = re.compile(
    r"[12](?<![0-9A-Za-z._]\d)(?:9|0)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"(?:T?(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?)?(?![0-9A-Za-z])日?"
)
_LABEL_BEFORE = re.compile(f"(?i)(?:{'|'.join(WORDS.dates['labels'])})[ \t]?[:=(]?[ \t]{{0,4}}$")
_SHORT = re.compile(r"\d(?<![0-9A-Za-z./-]\d)(?:\d{7}|\d{5}|\d{3})(?![0-9A-Za-z./-])")
_SHORT_FORMS = re.compile(
    r"(?:\d\d)?\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:19|20)\d\d(?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
)
_PART = "(?:上午|下午|中午|晚上|夜间|凌晨|清晨|早上|早晨|傍晚|晨|晚|早|夜)"
_HAN_TIME = "(?:[二三四五]?十[一二三四五六七八九]?|[零一二两三四五六七八九])"
# 3月5日下午, but not 3月5日晚餐 and 夜尿.
_PART_ALONE = (
    "(?:[上下]午|中午|午后|凌晨|清晨|早[上晨]|傍晚|晚上|晚间|夜间|夜里|半夜"
    "|[晚早晨夜](?![期餐饭点孕产搏尿班查秋春饱盲间醒]))"
)
_HOUR = r"(?:[01]?\d|2[0-4])"
_ZONE = r"(?: ?(?:Z(?![A-Za-z])|[+-](?:0\d|1[0-4]):?[0-5]\d(?!\d)))?"
_CLOCK = re.compile(
    rf"(?:[ \t]{{0,2}}[(]?(?:星期|周|礼拜)[一二三四五六日天]\)?)?(?:[ \t]{{0,2}}{_PART})?(?:"
    rf"(?:[ \tT,;]{{0,3}}|[ \t]?\n|[ \t]?\(|[.])"
    rf"(?:{_HOUR} ?:(?: ?[0-5]\d(?::[0-5]\d(?:\.\d{{1,6}})?{_ZONE})?)\)?[分时]?"
    rf"|{_HOUR} ?[时点](?: ?[0-5]?\d ?分(?: ?[0-5]?\d ?秒)?|半|整|许|多|[一三]刻|[0-5]\d(?!\d))?"
    rf"|{_HAN_TIME}[时点](?!间|钟)(?:{_HAN_TIME}分|半|许|多|整|[一三]刻)?)"
    r"(?: ?[AaPp]\.?[Mm]\.?(?![A-Za-z]))?"
    r"|[ T](?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?(?![0-9A-Za-z%×/*-]|\.\d| ?[元万次个人例步年])"
    r"|[ ,]{1,2}(?:1[0-2]|0?[1-9]) ?[AaPp]\.?[Mm](?![A-Za-z])"
    r"|(?<=[日号])(?:[01]\d|2[0-3])\.[0-5]\d(?=[\u4e00-\u9fff])(?![元万倍分度])"
    r"|-(?:[01]\d|2[0-3])-[0-5]\d(?:-[0-5]\d)?(?![0-9-]))"
    rf"|[ \t]{{0,2}}{_PART_ALONE}"
)
# 08:00-09:00, 8点至9点半
_CLOCK_END = re.compile(rf" ?[-~至到] ?{_HOUR} ?(?::[0-5]\d(?!\d)|[时点](?!间|钟)(?:[0-5]?\d ?分|半)?)")
_OTHER_END = re.compile(
    rf"{_TO}(?:20\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?!\d)"
    rf"|{YEAR}{_GAP}[年./-]{_GAP}{MONTH}(?:{_GAP}月)?(?:[./-]?{_GAP}{DAY}(?!\d)(?: ?[日号])?)?(?!\d)"
    rf"|{MONTH} ?月(?: ?{DAY}(?!\d)(?: ?[日号])?)?|{MONTH}[-/.]{DAY}(?![0-9]|[./-]\d)(?: ?[日号])?"
    rf"|{DAY} ?[日号](?!型|床)|(?<=[0-9][-~]){DAY}(?![0-9./:×%]| ?[A-Za-z天周年个次时岁点]))"
    rf"|[、及和] ?(?:{DAY} ?[日号](?!型|床)|{MONTH} ?月(?! ?{DAY} ?[日号])|{MONTH}[-/]{DAY}(?=[)、,;。\n ]|$))"
)


# 2O12.1O.26: O and l among the figures of a date.
_MISREAD = re.compile(
    r"[OolI](?:(?<=[0-9./:].)[OolI]?(?=[0-9./:年月日时分 ]|$)|(?<![A-Za-z].)(?=\d[./:-]\d))"
)
_DIGITS = str.maketrans("OolI", "0011")


def _as_digits(match: re.Match[str]) -> str:
    return match[0].translate(_DIGITS)


def find_dates(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    if _MISREAD.search(text):
        text = _MISREAD.sub(_as_digits, text)
    at = 0
    for match in _CANDIDATE.finditer(text):
        if match.start() < at:
            continue
        start, end = _dated(text, match)
        if end:
            at = _whole(text, end)
            yield Span(start, at, "DATE", SHAPED)
    yield from _compact(text)
    for start, end in find_in_characters(text):
        yield Span(start, _whole(text, end), "DATE", SHAPED)
    for named in find_with_months(text):
        yield Span(named.start, _whole(text, named.end), "DATE", named.score)


def _whole(text: str, end: int) -> int:
    """The end of what belongs to the date that ends at `end`: a time of day, further days, the other end."""
    end = _after_clock(text, end)
    for _ in range(4):
        more = _OTHER_END.match(text, end)
        if not more:
            return end
        end = _after_clock(text, more.end())
    return end


def _after_clock(text: str, end: int) -> int:
    clock = _CLOCK.match(text, end)
    if not clock:
        return end
    until = _CLOCK_END.match(text, clock.end())
    return until.end() if until else clock.end()


def _dated(text: str, candidate: re.Match[str]) -> tuple[int, int]:
    """Where a date begins and ends that begins with `candidate`; no end if it is none."""
    start, word = candidate.start(), candidate[1]
    before = text[max(0, start - 12) : start]
    if word == "年":
        return _year_first(text, start, before)
    if word == "月":
        return _month_first(text, start, before)
    if word:
        return single_day(text, start, before)
    if before[-1:] == "." and before[-2:-1].isdecimal():
        return start, 0
    end = _in_figures(text, start, before)
    return (start - 1 if end and before[-1:] == "'" else start), end


def _year_first(text: str, start: int, before: str) -> tuple[int, int]:
    match = _WITH_YEAR.match(text, start)
    if not match or before.endswith(tuple(_BEFORE_FIGURES)):
        return start, 0
    short = not match[0][2:4].isdecimal()
    whole = match[0].rstrip()[-1:] in "日号" or match[0][-1:].isdecimal()
    if short and not whole and (_DURATION_BEFORE.search(before) or _DURATION_BEHIND.match(text, match.end())):
        return start, 0
    return _from_prefix(start, before), match.end()


def _month_first(text: str, start: int, before: str) -> tuple[int, int]:
    if match := _MONTH_DAY.match(text, start):
        return _from_prefix(start, before), match.end()
    named = before.endswith(tuple(WORDS.dates["some-year"]))
    if named or (before.endswith(("于", "自", "从")) and not before.endswith(tuple(WORDS.dates["no-leads"]))):
        match = _MONTH_ALONE.match(text, start)
        return _from_prefix(start, before), match.end() if match else 0
    return start, 0


def _from_prefix(start: int, before: str) -> int:
    """Where the date begins when a word in front belongs to it: 去年3月, 农历3月5日, 民国90年5月."""
    for word in WORDS.dates["some-year"]:
        if before.endswith(word):
            return start - len(word)
    return start


def _in_figures(text: str, start: int, before: str) -> int:
    after_letter = before[-1:].isascii() and before[-1:].isalpha()
    if match := _YEAR_FIRST.match(text, start):
        return match.end()
    if after_letter:
        return 0
    if before[-1:] not in ("-", "/", "_") and (match := _RUN_ON.match(text, start)):
        return match.end()
    if match := _YEAR_MONTH.match(text, start):
        return match.end()
    labelled = _LABEL_BEFORE.search(before)
    if labelled and (
        match := _YEAR_FIRST_SPACED.match(text, start) or _YEAR_MONTH_LABELLED.match(text, start)
    ):
        return match.end()
    if before[-1:] in ("/", "-") and before[-2:-1].isalnum():
        return 0
    if match := _YEAR_LAST.match(text, start):
        return match.end()
    if (match := _REPUBLIC.match(text, start)) and (labelled or match[1] != "-"):
        return match.end()
    if not _SCORES.search(before) and (
        match := _SHORT_YEAR.match(text, start) or _SHORT_YEAR_LAST.match(text, start)
    ):
        return match.end()
    return month_day(text, start, before, labelled=labelled is not None)


def _compact(text: str) -> Iterator[Span]:
    """20240305, 20240305143000, and shorter ones behind the label of a date."""
    for match in _COMPACT.finditer(text):
        if not is_code(text, match.start()):
            yield Span(match.start(), _whole(text, match.end()), "DATE", SHAPED)
    for match in _SHORT.finditer(text):
        if _SHORT_FORMS.fullmatch(match[0]) and _LABEL_BEFORE.search(
            text, max(0, match.start() - 14), match.start()
        ):
            yield Span(match.start(), _whole(text, match.end()), "DATE", LABELLED)
