"""Numbers nobody can explain: six or more digits in a run do not stay, unless they measure something."""

import re
from collections.abc import Iterator

from deid.text.spans import LEFT_OVER, Span

_RUN = re.compile(
    r"(?<![0-9A-Za-z_.])"
    r"(?:[A-Za-z]{1,4}\d{2,9}[-/]\d{3,12}|\d{4,12}[-/]\d{4,12}|[0-9A-Za-z][0-9A-Za-z_]{5,})"
    r"(?![0-9A-Za-z_])"
)
_UNIT = (
    r"(?:[kmμunp]?(?:g|mol|l|L|IU|U|kat|Eq|Pa|Gy|Sv|Bq|m|s)|cfu|CFU|copies|cps|kcal|bpm|mmHg"
    r"|×|\*|%|‰|℃|°|/(?:L|l|ml|mL|ul|uL|μL|HP|LP|h|d|min|kg)|次|个|元|毫|微|万|单位|步|片|粒)(?![A-Za-z])"
)
_UNIT_BEHIND = re.compile(" ?" + _UNIT)
_MEASURED = re.compile(r"\d+" + _UNIT)
_MEASURE_BEFORE = re.compile(r"(?:[<>=≤≥~±×^]|参考[值范围区间]{0,4}[ :]?) ?$")
_LEAST_DIGITS = 5


def find_leftovers(text: str) -> Iterator[Span]:
    """Spans in a folded text; also finds what another finder knows better, which then goes first."""
    for match in _RUN.finditer(text):
        digits = sum(char.isdecimal() for char in match[0])
        if digits < _LEAST_DIGITS:
            continue
        if _MEASURED.fullmatch(match[0]):
            continue
        if match[0].isdecimal() and (
            _UNIT_BEHIND.match(text, match.end())
            or _MEASURE_BEFORE.search(text, max(0, match.start() - 8), match.start())
        ):
            continue
        yield Span(match.start(), match.end(), "MRN", LEFT_OVER)
