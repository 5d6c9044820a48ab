"""Ages above 89, ethnic group and religion: few share them, so they point at people."""

from collections.abc import Iterator

from deid.text.patterns import NO_LETTER_BEFORE, NO_LETTER_BEHIND, any_of, pattern
from deid.text.spans import LABELLED, LIKELY, SHAPED, Span
from deid.text.words import WORDS

_OLD = r"(?P<v>(?:9\d|1[0-4]\d)"  # closed by each pattern, with the unit inside
_OLD_HAN = "(?:九十[一二三四五六七八九]?|一?百(?:零[一二三四五六七八九]|一十[一二三四五六七八九]?|二十)?)"
_NO_DIGIT_BEFORE = r"(?<![0-9.])"
_NO_DIGIT_BEHIND = r"(?![0-9.])"
_BETWEEN = "[ :]{0,4}"

_PATTERNS = (
    pattern("AGE", SHAPED, _NO_DIGIT_BEFORE, _OLD, r" ?(?:周岁|虚岁|岁)(?:\d{1,2}个?月)?)"),
    pattern("AGE", SHAPED, f"(?<![零一二三四五六七八九十百])(?P<v>{_OLD_HAN}周?岁)"),
    pattern("AGE", LABELLED, "年龄", _BETWEEN, _OLD, ")", _NO_DIGIT_BEHIND),
    pattern(
        "AGE",
        SHAPED,
        _NO_DIGIT_BEFORE,
        _OLD,
        r"(?:[- ]?(?:years?|yrs?)[- ]?(?:old|of age)|[- ]?y/?o(?![a-z])))",
        any_case=True,
    ),
    pattern("AGE", SHAPED, NO_LETTER_BEFORE, "aged?[ :]{0,2}", _OLD, ")", _NO_DIGIT_BEHIND, any_case=True),
    pattern(
        "ETHNICITY",
        LABELLED,
        "民族",
        _BETWEEN,
        r"(?P<v>[\u4e00-\u9fff]{1,6}?族?)(?=[^\u4e00-\u9fff]|$|婚|职业|国籍|性别)",
    ),
    pattern("ETHNICITY", LIKELY, f"{any_of(WORDS.names['ethnic'])}族(?!谱|群|系)"),
    pattern(
        "RELIGION",
        LABELLED,
        "(?:宗教信仰|信仰|宗教|信奉|religion)",
        _BETWEEN,
        r"(?P<v>[\u4e00-\u9fff]{1,6}教|[A-Z][a-z]{3,14})",
        any_case=True,
    ),
    pattern("RELIGION", LIKELY, NO_LETTER_BEFORE, any_of(WORDS.names["religions"]), NO_LETTER_BEHIND),
)


def find_traits(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    for one in _PATTERNS:
        yield from one.spans(text)
