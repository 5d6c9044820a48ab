"""Dates in words and figures, Chinese and English; a year alone is not one."""

from collections.abc import Iterator

from deid.text.patterns import NO_LETTER_BEFORE, NO_LETTER_BEHIND, NO_WORD_BEFORE, NO_WORD_BEHIND, pattern
from deid.text.spans import LIKELY, SHAPED, Span

_YEAR = r"(?:1[89]\d\d|20\d\d)"
_MONTH = r"(?:1[0-2]|0?[1-9])"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_CLOCK = (
    r"(?:[ T]{0,2}(?:上午|下午|晚|夜间|凌晨|早)? ?(?:[01]?\d|2[0-4])"
    r"(?::[0-5]\d(?::[0-5]\d)?|[时点](?:[0-5]?\d分?|半)?)(?: ?[AaPp][Mm])?)?"
)
_HAN_DIGIT = "[〇零O0一二三四五六七八九]"
_HAN_NUMBER = "(?:[一二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|卅一?|[一二三四五六七八九])"
_NAMED_MONTH = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    "|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_ORDINAL = "(?:st|nd|rd|th)?"
_NO_FIGURE_BEFORE = r"(?<![0-9A-Za-z./-])"
_NO_FIGURE_BEHIND = r"(?![0-9./-])"
_SOME_YEAR = "[去今明前同次当]年"

_IN_FIGURES = (
    # 2024年3月5日 14:20, 24年3月; 2024-03-05T14:20; 2024-03; 2024.03, but not the value 2024.03 mg
    pattern(
        "DATE", SHAPED, rf"(?<![0-9.])(?:{_YEAR}|'?\d\d) ?年 ?{_MONTH} ?月(?: ?{_DAY} ?[日号]?)?{_CLOCK}"
    ),
    pattern("DATE", SHAPED, rf"(?<![0-9A-Za-z.]){_YEAR} ?([-/.]) ?{_MONTH} ?\1 ?{_DAY}(?![0-9]){_CLOCK}"),
    pattern("DATE", SHAPED, rf"(?<![0-9A-Za-z.]){_YEAR}[-/]{_MONTH}(?![0-9/-])"),
    pattern("DATE", SHAPED, rf"(?<![0-9A-Za-z.-]){_YEAR}\.(?:0[1-9]|1[0-2])(?![0-9.]| ?[a-zA-Z%×*^/])"),
    # 20240305 and 202403051420
    pattern(
        "DATE",
        SHAPED,
        NO_WORD_BEFORE,
        r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?)?",
        NO_WORD_BEHIND,
    ),
    # 24-3-5; 3月5日; 去年3月
    pattern("DATE", SHAPED, _NO_FIGURE_BEFORE, rf"\d\d([-/.]){_MONTH}\1{_DAY}", _NO_FIGURE_BEHIND, _CLOCK),
    pattern("DATE", SHAPED, rf"(?<![0-9])(?:{_SOME_YEAR})?{_MONTH} ?月 ?{_DAY} ?[日号]{_CLOCK}"),
    pattern("DATE", LIKELY, rf"(?<![0-9]){_SOME_YEAR}{_MONTH}月[底初中]?"),
    # 二〇二四年三月五日; 三月五日
    pattern(
        "DATE",
        SHAPED,
        rf"(?:{_HAN_DIGIT}{{4}}|{_HAN_DIGIT}{{2}})年{_HAN_NUMBER}月(?:{_HAN_NUMBER}[日号]?)?",
    ),
    pattern("DATE", SHAPED, rf"(?<![一二三四五六七八九十]){_HAN_NUMBER}月{_HAN_NUMBER}[日号]"),
    # 03/05/2024 and 5.3.2024
    pattern(
        "DATE",
        SHAPED,
        _NO_FIGURE_BEFORE,
        rf"{_MONTH}([/-]){_DAY}\1(?:{_YEAR}|\d\d)(?![0-9/-])",
        _CLOCK,
    ),
    pattern("DATE", SHAPED, _NO_FIGURE_BEFORE, rf"{_DAY}([./-]){_MONTH}\1{_YEAR}(?![0-9/-])", _CLOCK),
)
_IN_ENGLISH = (
    pattern(
        "DATE",
        SHAPED,
        NO_LETTER_BEFORE,
        rf"{_NAMED_MONTH}\.? {_DAY}{_ORDINAL}(?:,? ?{_YEAR})?(?![0-9]|\.\d)",
        any_case=True,
    ),
    pattern(
        "DATE",
        SHAPED,
        rf"(?<![0-9A-Za-z.]){_DAY}{_ORDINAL}[ -](?:of )?{_NAMED_MONTH}\.?(?:,?[ -]{_YEAR}|[ -]\d\d(?!\d))?",
        NO_LETTER_BEHIND,
        any_case=True,
    ),
    pattern("DATE", SHAPED, NO_LETTER_BEFORE, rf"{_NAMED_MONTH}\.?,? {_YEAR}(?![0-9])", any_case=True),
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def find_dates(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    small = text.lower()
    in_english = _IN_ENGLISH if any(month in small for month in _MONTHS) else ()
    for one in (*_IN_FIGURES, *in_english):
        yield from one.spans(text)
