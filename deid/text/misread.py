"""Figures a scanner read as letters, 2OO9年l1月 and O716-84l7: what they were, one for one, and what is found then."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator

from deid.text.spans import Span

# A run of figures and of letters that look like figures, with a figure in it, not beside a letter of another kind.
_RUN = re.compile(r"(?<![A-Za-z0-9])[0-9OolI]{2,}+(?![A-Za-z])")
_FIGURES = str.maketrans("OolI", "0011")
# Shorter things are grades and isotopes: O2, I-131.
_LEAST = 6
_LEAST_FIGURES = 4


def find_misread(text: str, finders: Iterable[Callable[[str], Iterable[Span]]]) -> Iterator[Span]:
    """What `finders` find in a folded text once the letters in its figures are figures, where one of those is in it."""
    changed = [match.span() for match in _RUN.finditer(text) if _is_mixed(match[0])]
    if not changed:
        return
    plain = list(text)
    for start, end in changed:
        plain[start:end] = text[start:end].translate(_FIGURES)
    read = "".join(plain)
    for finder in finders:
        for span in finder(read):
            if _is_worth(read[span.start : span.end]) and _holds_one(span, changed):
                yield span


def _is_worth(found: str) -> bool:
    return len(found) >= _LEAST and sum(char.isdecimal() for char in found) >= _LEAST_FIGURES


def _is_mixed(run: str) -> bool:
    return not run.isdecimal() and not run.isalpha()


def _holds_one(span: Span, changed: list[tuple[int, int]]) -> bool:
    at = bisect_left(changed, (span.end, 0)) - 1
    return at >= 0 and changed[at][1] > span.start
