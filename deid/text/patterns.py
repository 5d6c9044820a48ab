"""A pattern and what it finds, so that a finder can be a list of them.

Look-arounds, not word boundaries: between a Han character and a digit there is none. Every repeat is
bounded, so the time grows with the length of the text and no faster.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deid.text.spans import Span

HAN = "[\u3400-\u4dbf\u4e00-\u9fff]"
NO_WORD_BEFORE = r"(?<![0-9A-Za-z])"
NO_WORD_BEHIND = r"(?![0-9A-Za-z])"
NO_LETTER_BEFORE = r"(?<![A-Za-z])"
NO_LETTER_BEHIND = r"(?![A-Za-z])"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What matches is a `type`; where the pattern has a group `v`, only that part of it."""

    type: str
    score: float
    regex: re.Pattern[str]

    def spans(self, text: str) -> Iterator[Span]:
        group = "v" if "v" in self.regex.groupindex else 0
        for match in self.regex.finditer(text):
            yield Span(match.start(group), match.end(group), self.type, self.score)


def pattern(kind: str, score: float, *pieces: str, any_case: bool = False) -> Pattern:
    """A pattern from its pieces."""
    return Pattern(kind, score, re.compile("".join(pieces), re.IGNORECASE if any_case else 0))


def any_of(words: Iterable[str]) -> str:
    """A piece that matches any of `words`, the longest first."""
    return f"(?:{'|'.join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))})"
