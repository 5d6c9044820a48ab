"""Numbers and dates that a line end cuts in two, as in notes printed to a fixed width.

Around each line end between two figures the two lines are read as one, and what is found across the cut
is found in the text.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from deid.text.spans import Span

_FIGURES = "0-9OoIl年月日〇零一二三四五六七八九十廿"
_CUT = re.compile(
    rf"(?<=[{_FIGURES}./:*@-]) ?\n {{0,4}}(?=[{_FIGURES}元Xx*]|[A-Z]\d)"
    r"|(?<=[a-z.@]) ?\n {0,4}(?=[a-z])|(?<=(?:19|20)\d\d[-/]\d\d)\n {0,4}(?=[-/]\d\d(?!\d))"
)
# A line that begins anew: 1. or 2、 of a list, a date with its year, a time of day, perhaps misread.
_ANEW = re.compile(
    r"\d{1,2}[、)]|\d{1,2}\.(?!\d)|\d{1,2}\. |(?:19|20)\d\d[-/.年]|[0-2]?\d:[0-5O][\dO](?!\d)"
    r"|(?<!19\n)(?<!20\n)\d\d([-/.])(?:1[0-2]|0?[1-9])\1(?:3[01]|[12]\d|0?[1-9])(?![0-9./-])"
)
_REACH = 40


def across_lines(text: str, finders: Iterable[Callable[[str], Iterable[Span]]]) -> Iterator[Span]:
    """What `finders` find across a line end. `text` is folded."""
    finders = tuple(finders)
    for cut in _CUT.finditer(text):
        before, behind = cut.span()
        if _ANEW.match(text, behind) or (
            text[before - 1].islower() and "@" not in text[before - _REACH : before]
        ):
            continue
        start = max(text.rfind("\n", 0, before) + 1, before - _REACH)
        stop = text.find("\n", behind)
        rest = text[behind : min(behind + _REACH, stop if stop >= 0 else len(text))]
        # A blank at the cut may be one of the text or of the print.
        for joint in ("", " ")[: 1 + (behind - before > 1)]:
            line = text[start:before] + joint + rest
            edge, shift = before - start, behind - before - len(joint)
            for span in (span for finder in finders for span in finder(line)):
                if span.start < edge and span.end > edge + len(joint):
                    yield Span(start + span.start, start + span.end + shift, span.type, span.score)
