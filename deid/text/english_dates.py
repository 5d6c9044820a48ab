"""Dates as English prose writes them: in all orders, with or without a year, with the time behind.

Those with the name of a month are looked for in every text, those in figures where the line is English.
A weekday, a year or a month alone is none. Two figures with a stroke between are one only where a word or
a time beside them says so, or where they can hardly be a score or a fraction: 120/80, 5/5, 1/2 NS, T4/5 stay.
"""

import re
from collections.abc import Iterator

from deid.text.patterns import NO_LETTER_BEFORE, NO_LETTER_BEHIND, Pattern, pattern
from deid.text.spans import LIKELY, SHAPED, Span

_YEAR = r"(?:1[89]\d\d|2[01]\d\d)"
_SHORT_YEAR = r"(?:'\d\d|\d\d)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_MONTH = r"(?:1[0-2]|0?[1-9])"
_ORDINAL = "(?: ?(?:st|nd|rd|th))?"
_NAMED = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)(?![A-Za-z])(?:\.(?=,? ?['\d]))?"
)
_WEEKDAY = r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thur?s?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?,? {1,2}(?:the )?)?"
_ZONE = r"(?: ?(?:Z|UTC|GMT|BST|[ECMP][SD]T|SGT|HKT|AE[SD]T|\+\d\d:?\d\d)(?![A-Za-z]))?"
_COLONS = (
    r"(?:[01]?\d|2[0-4])[:.][0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?: ?(?:[AaPp]\.[Mm]\."
    r"|[AaPp][Mm]\b))?(?: ?(?:hrs?|h|hours)\b)?"
)
_PLAIN_HOURS = (
    r"(?:[01]\d|2[0-3])[0-5]\d(?: ?(?:hrs?|h|hours)\b)?(?![0-9/-]|[.,]\d| ?(?:[mk]?c?g|m?[lL]"
    r"|units?|U|IU|cc|k?cal|mEq|mmol|mm|cm|steps|ft|%)(?![A-Za-z]))"
)
_ROUND = r"(?:1[0-2]|0?[1-9]) ?(?:[AaPp]\.[Mm]\.|[AaPp][Mm]\b)"
_CLOCK = (
    rf"(?:(?:,? {{1,3}}(?:at |@ ?)?|T|,|\n(?=\d\d:)| - |:|@ ?)(?:{_COLONS}|{_ROUND}|{_PLAIN_HOURS}){_ZONE}"
    r"| ?@ ?(?:1[0-2]|[1-9])(?![0-9:/]|\.\d))?"
)
_NO_FIGURE_BEFORE = r"(?<![0-9A-Za-z./:-])"
_NO_FIGURE_BEHIND = r"(?![0-9]|[/-]\d|\.\d)"
_RANGE = rf"(?: ?(?:-|to|through|thru|and|&) ?{_DAY}{_ORDINAL}(?![0-9/.:%]))?"

_IN_WORDS: tuple[Pattern, ...] = (
    # March 5th, 2024; Mar '24 is below; Mar 5-8; May 5 at 10:30 am
    pattern(
        "DATE",
        SHAPED,
        NO_LETTER_BEFORE,
        rf"{_WEEKDAY}{_NAMED}[ -]{{0,2}}(?:the )?{_DAY}{_ORDINAL}{_RANGE}(?:,? ?{_YEAR}|[,-] "
        rf"?{_SHORT_YEAR}| '\d\d)?",
        rf"(?![0-9]|\.\d|[A-Za-z]{{1,2}}/|%){_CLOCK}",
        any_case=True,
    ),
    # the 5th of March 2024; 05-MAR-24; 5/Mar/2024; 05MAR2024; 5-8 March
    pattern(
        "DATE",
        SHAPED,
        rf"(?<![0-9A-Za-z.]){_WEEKDAY}{_DAY}{_ORDINAL}(?: ?(?:-|to|and|&) ?{_DAY}{_ORDINAL})?[ "
        rf"./-]{{0,2}}(?:of )?",
        rf"{_NAMED}(?:,?[ ./-]{{0,2}}{_YEAR}|[ /-]?{_SHORT_YEAR}(?!\d|:\d))?",
        NO_LETTER_BEHIND,
        _CLOCK,
        any_case=True,
    ),
    # March 2024; March of 2024; Mar '24; Mar-24
    pattern(
        "DATE",
        SHAPED,
        NO_LETTER_BEFORE,
        rf"{_NAMED}(?:,? ?(?:of )?{_YEAR}|/{_YEAR}| ?'\d\d|-(?:{_YEAR}|\d\d))(?![0-9]|[-/]\d)",
        any_case=True,
    ),
    # 2024 Mar 5
    pattern("DATE", SHAPED, rf"(?<![0-9A-Za-z]){_YEAR}[ -/]{_NAMED}[ -/]{_DAY}(?!\d)", _CLOCK, any_case=True),
)
_TENS = "(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
_ONES = "(?:one|two|three|four|five|six|seven|eight|nine)"
_SPELT_YEAR = (
    rf"(?:(?:nineteen|twenty|two thousand)(?: and)?(?: (?:{_TENS}(?:[ -]{_ONES})?|ten|eleven"
    rf"|twelve|[a-z]{{3,5}}teen|oh {_ONES}|{_ONES})))"
)
_SPELT_DAY = (
    "(?:(?:twenty|thirty)[ -])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
    "|tenth|eleventh|twelfth"
    "|[a-z]{3,5}teenth|twentieth|thirtieth)"
)
# the nineteenth of april nineteen fifty, as it is dictated
_SPELT: tuple[Pattern, ...] = (
    pattern(
        "DATE",
        SHAPED,
        NO_LETTER_BEFORE,
        rf"{_SPELT_DAY} (?:of )?{_NAMED}(?:,? {_SPELT_YEAR}|,? {_YEAR})?",
        any_case=True,
    ),
    pattern(
        "DATE",
        SHAPED,
        NO_LETTER_BEFORE,
        rf"{_NAMED}(?: the)? {_SPELT_DAY}(?:,? {_SPELT_YEAR})?|{_NAMED} {_SPELT_YEAR}",
        any_case=True,
    ),
)
_HOLIDAY = pattern(
    "DATE",
    SHAPED,
    NO_LETTER_BEFORE,
    r"(?:Christmas(?: Eve| Day)?|Xmas|Thanksgiving|Easter(?: Sunday| Monday)?|Halloween|New "
    r"Year's(?: Eve| Day)?|Labou?r Day"
    r"|Memorial Day|Independence Day|Boxing Day|Good Friday|Valentine's Day|Mother's Day|Father's "
    r"Day|Veterans Day|Hanukkah"
    r"|Ramadan|Diwali|Eid|Chinese New Year|Lunar New Year|Spring Festival|National Day"
    r"|Mid-Autumn(?: Festival)?|Anzac Day"
    rf"|Australia Day|Canada Day|Martin Luther King Day|MLK Day|Presidents' Day)(?:,? (?:of |in "
    rf")?{_YEAR})(?!\d)",
    any_case=True,
)
_MONTH_NAME = re.compile(
    r"(?<![A-Za-z])(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)"
    "(?:uary|ruary|ch|il|e|y|ust|tember|ober|ember)?(?![A-Za-z])",
    re.IGNORECASE,
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_ROOM = 40
_FEASTS = "mas giving easter hallow year day anuk ramadan diwali eid festival autumn friday".split()
# "may 5 mg", "he may 10 times": in small letters these are months only with a year.
_IS_A_VERB = re.compile(
    r"(?:may|mar|march|dec|sep|oct)[ -]\d{1,2}(?!\d|st|nd|rd|th|,? ?\d{4})|(?i:\w+\.? \d{1,2} "
    r"?(?:m?c?g|ml|units?|tabs?)\b)"
)
_IN_FIGURES: tuple[Pattern, ...] = (
    # 03/05/2024, 3-5-24, 5.3.2024
    pattern(
        "DATE",
        SHAPED,
        _NO_FIGURE_BEFORE,
        rf"(?:{_MONTH}(?P<a>[/-]){_DAY}(?P=a)|{_DAY}(?P<b>[/.-]){_MONTH}(?P=b))(?:{_YEAR}|\d\d)",
        _NO_FIGURE_BEHIND,
        _CLOCK,
    ),
    # 2024-03-05T10:00Z, 2024/3/5
    pattern(
        "DATE",
        SHAPED,
        rf"(?<![0-9A-Za-z.]){_YEAR}([-/.]){_MONTH}\1{_DAY}(?!\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{{1,6}})?)?"
        rf"[+-]\d\d:?\d\d|{_CLOCK})",
    ),
    # 05/2021 and 5-2021
    pattern("DATE", SHAPED, rf"{_NO_FIGURE_BEFORE}{_MONTH}[/-]{_YEAR}(?![0-9/-])"),
)

# 3/5, 21/2: whether they are a day and a month is for the words around them to say.
_TWO = re.compile(r"(?<![0-9A-Za-z./:+*^-])(\d{1,2})(/)(\d{1,2})(?![0-9A-Za-z/%^*+]|\.\d|-\d|'?\d?\")")
_TWO_BEHIND = re.compile(_CLOCK)
# What somebody scores out of, or the lower half of a fraction; 2/7, 3/52 and 4/12 are days, weeks, months.
_OUT_OF = frozenset((2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30))
_BEFORE_A_DATE = re.compile(
    r"(?:(?<![A-Za-z])(?:[a-z]{3,12}ed|test|on|since|from|until|till?|through|thru|by|of|dated?"
    r"|dos|doa|dod|dob|due"
    r"|seen|exam|visit|eff|as of|starting|beginning"
    r"|ending|started|stopped|admitted|adm|admit|discharged|removed|placed|done|last|next|prior"
    r"|previous|before|after|between|morning|evening|night"
    r"|afternoon|early|late|repeat|cx|bcx|ucx|cultures?|cxr|ct|mri|tte|tee|echo|ekg|ecg|us|eeg|lp"
    r"|labs?|cath|egd|colonoscopy|surgery|d|t|biopsy|bx|xr"
    r"|film|scan|review|reviewed|appt|appointment|f/u|return|rtc|lmp|edd|edc|rhogam|d/c|out|in"
    r"|off|set|again|s/p|scheduled|sched|planned|due|shot|given"
    r"|Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
    r"[ :.,(]{1,3}(?:the )?|@ ?)$",
    re.IGNORECASE,
)
_NO_DATE_BEFORE = re.compile(
    r"(?:(?<![A-Za-z])(?:exp|expiry|expires|recognition|recall|delayed|copy|memory|pain|score|scale|strength|grade"
    r"|gr|rating|reflexes|dtrs?|pulses|murmur"
    r"|sem|gcs|apgars?|day|cycle|week|wk|motor|mrc|power|vas|nrs"
    r"|phq|gad|mmse|moca|braden|bpp|bishop|sve|level|stage|station|x|vision|va|od|os|ou|vigou?r"
    r"|bi-?pap|cpap|ipap|epap|peep|ps|pressures?|settings?|blast|lymph|nodes?|ratio|about"
    r"|approximately|approx)"
    r"(?:-?\d)?[ :=(]{0,3}(?:is |of |was |at |are )?|[<>=~±]) ?$",
    re.IGNORECASE,
)
_NO_DATE_BEHIND = re.compile(
    r" ?(?:NS\b|strength|pain|murmur|SEM|HSM|systolic|in severity|severity|intensity|scale|power"
    r"|throughout|b/?l|bilat|bottles|sets|nodes|positive|pos\b|neg\b|cores?|of\b"
    r"|tablets?|tabs?|cup|pack|ppd|dose|mg|mL|ml|cc\b|cm|mm|inch|in\.|hrs?\b|hours|days|months"
    r"|years|yrs|yo\b|times|wks?\b|weeks|pulses|DP|PT\b|radial|reflex|all |-|\))",
)


# for 2/12, over 3/7: months and days as they are written for short; in 2/12 may be a month of a year
_LENGTH = re.compile(r"(?<![A-Za-z])(?:for|over|past|within|every|x) $", re.IGNORECASE)
_SO_LONG = re.compile(r"\d{1,2}/(?:7|12)")


_SCORE_BEFORE = re.compile(r"(?:apgars?|scores?)(?: (?:of|was|were))?[ :=]{0,3}$", re.IGNORECASE)


def find_english_dates(text: str) -> Iterator[Span]:
    """Spans in a folded text: all but those with the name of a month."""
    small = text.lower()
    if any(feast in small for feast in _FEASTS):
        yield from _HOLIDAY.spans(text)
    for one in _IN_FIGURES:
        for span in one.spans(text):
            if not _SCORE_BEFORE.search(text, max(0, span.start - 16), span.start):
                yield _with_weekday(text, span)
    for match in _DOTTED.finditer(text):
        clock = _TWO_BEHIND.match(text, match.end())
        yield Span(match.start(), clock.end() if clock else match.end(), "DATE", LIKELY)
    if "/" in text:
        yield from (_with_weekday(text, span) for span in _two_figures(text))


def find_with_months(text: str) -> Iterator[Span]:
    """Spans with the name of a month in a folded text: March 5th, 2024; 05-MAR-24; 2024 Mar 5."""
    small = text.lower()
    if not any(month in small for month in _MONTHS):
        return
    for start, end in _around_months(text):
        for one in (*_IN_WORDS, *_SPELT):
            for match in one.regex.finditer(text, start, end):
                if not _IS_A_VERB.match(text, match.start()):
                    yield Span(match.start(), match.end(), "DATE", one.score)


_WEEKDAY_BEFORE = re.compile(
    r"(?<![A-Za-z])(?:Mon|Tues?|Wed(?:nes)?|Thur?s?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?,? $", re.IGNORECASE
)


def _with_weekday(text: str, span: Span) -> Span:
    before = _WEEKDAY_BEFORE.search(text, max(0, span.start - 12), span.start)
    return Span(before.start(), span.end, span.type, span.score) if before else span


def _around_months(text: str) -> Iterator[tuple[int, int]]:
    """Where a month is named, with room for a day, a year and a time on both sides; none overlaps another."""
    start = end = -1
    for match in _MONTH_NAME.finditer(text):
        if match.start() - _ROOM > end:
            if end >= 0:
                yield start, end
            start = max(0, match.start() - _ROOM)
        end = match.end() + _ROOM
    if end >= 0:
        yield start, end


# 14.12 2250, 3.05 08:30: a time behind says that it is no value
_DOTTED = re.compile(
    r"(?<![0-9A-Za-z./:-])(?:3[01]|[12]\d|0?[1-9])\.(?:0[1-9]|1[0-2])(?= (?:[01]\d"
    r"|2[0-3]):?[0-5]\d(?![0-9]|[.,]\d| ?[A-Za-z%]))"
)
_AND = re.compile(r" ?(?:-|to|through|thru|and|&|,) ?")


def _two_figures(text: str) -> Iterator[Span]:
    last = -1
    for match in _TWO.finditer(text):
        first, second = int(match[1]), int(match[3])
        if not (1 <= first <= 12 and 1 <= second <= 31) and not (1 <= first <= 31 and 1 <= second <= 12):
            continue
        clock = _TWO_BEHIND.match(text, match.end())
        end = clock.end() if clock else match.end()
        listed = last >= 0 and _AND.fullmatch(text, last, match.start())
        if end > match.end() or listed or _is_date(text, match.start(), match.end(), first, second):
            yield Span(match.start(), end, "DATE", LIKELY)
            last = end


def _is_date(text: str, start: int, end: int, first: int, second: int) -> bool:
    before = text[max(0, start - 24) : start]
    if _NO_DATE_BEFORE.search(before):
        return False
    if _LENGTH.search(before) and _SO_LONG.fullmatch(text, start, end):
        return False
    if _BEFORE_A_DATE.search(before):
        return not _NO_DATE_BEHIND.match(text, end) or text[end : end + 1] in (")", "-")
    if _NO_DATE_BEHIND.match(text, end):
        return False
    if (first, second) == (24, 7):
        return False
    opens = not before.strip(" \t(-*#") or before.rstrip(" \t(-*#").endswith("\n")
    if opens and text.startswith((":", "-", " -"), end):
        return True
    return first > second > 0 if second in _OUT_OF else first != second
