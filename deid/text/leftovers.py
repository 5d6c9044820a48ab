"""Numbers nobody can explain: six or more digits in a run do not stay, unless they measure something."""

import re
from collections.abc import Iterator

from deid.text.measures import is_code, is_measured, is_named, measures
from deid.text.spans import LEFT_OVER, Span

_RUN = re.compile(
    r"[0-9A-Za-z](?<![0-9A-Za-z_./][0-9A-Za-z])"
    r"(?:(?<=[A-Za-z])[A-Za-z]{0,4}\d{0,4}(?:-[0-9A-Z]{2,8}){2,4}|(?<=[A-Za-z])[A-Za-z]{0,3}\d{2,9}(?:-\d{2,12}|/\d{3,12})|(?<=[A-Z])[A-Z]{0,5}-\d{5,12}(?:-\d{1,6})?|(?<=\d)\d{3,11}[-/]\d{4,12}|[0-9A-Za-z_]{5,})"
    r"(?![0-9A-Za-z_])"
)
_LEAST_DIGITS = 5
_LEAST_IN_PARTS = 4
# 0800-1600, 2019-2024, 20240305-20240312, CT2024-03-05, G2P0010: times, years, days and births, not numbers.
_NO_NUMBER = re.compile(
    r"(?:[01]\d|2[0-4])[0-5]\d-(?:[01]\d|2[0-4])[0-5]\d|G\d{1,2}P\d{1,4}|(?:19|20)\d\d[-/](?:19|20)\d\d|(?:19|20)\d{6}-(?:19|20)\d{6}|[A-Z]{1,5}(?:19|20)\d\d-[01]\d-[0-3]\d"
)
_DECIMAL = re.compile(r"\.\d{1,4}(?![0-9.])")
_LABEL = re.compile(r"(?:ID|Id|SN|NO|No|MRN|[Tt]el|TEL)(?=\d+$)")


def find_leftovers(text: str) -> Iterator[Span]:
    """Spans in a folded text; also finds what another finder knows better, which then goes first."""
    for match in _RUN.finditer(text):
        run = match[0]
        least = _LEAST_IN_PARTS if run.count("-") > 1 else _LEAST_DIGITS
        if sum(map(str.isdecimal, run)) < least or _is_harmless(text, match):
            continue
        if "/" in run and run[0].isdecimal():  # 88123456/88123457: two, and the stroke is of neither
            middle = match.start() + run.index("/")
            yield Span(match.start(), middle, "MRN", LEFT_OVER)
            yield Span(middle + 1, match.end(), "MRN", LEFT_OVER)
            continue
        label = _LABEL.match(run)
        yield Span(match.start() + (label.end() if label else 0), match.end(), "MRN", LEFT_OVER)


def _is_harmless(text: str, match: re.Match[str]) -> bool:
    run, start, end = match[0], match.start(), match.end()
    if measures(run) or is_named(run) or _NO_NUMBER.fullmatch(run):
        return True
    if run[0].isdecimal() and run[-1].isdecimal() and not run.isalnum():
        return is_measured(text, start, end) or is_code(text, start)
    if run.isdecimal() and (_DECIMAL.match(text, end) or is_measured(text, start, end)):
        return True
    return is_code(text, start)
