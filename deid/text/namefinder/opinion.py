"""What the network thinks of a text: the names it sees, and whether it would let one pass that a rule sees."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from threadpoolctl import ThreadpoolController

from deid.text.namefinder.features import Codes
from deid.text.namefinder.model import our_model
from deid.text.namefinder.network import OUTSIDE, Matrix
from deid.text.namefinder.reading import Bars, read_names
from deid.text.patterns import any_of
from deid.text.spans import LIKELY, Span

BARS = Bars()


@dataclass(frozen=True, slots=True)
class Opinion:
    """Of one folded text: `scores` and each of `codes` have a row for each of its characters."""

    text: str
    codes: tuple[Codes, Codes, Codes]
    scores: Matrix

    def names(self) -> Iterator[Span]:
        """Where the network sees names."""
        for found in read_names(self.text, self.codes, self.scores, BARS):
            yield Span(found.start, found.end, "NAME", LIKELY)

    def odds(self, start: int, end: int) -> float:
        """How likely, from 0 to 1, the characters `start` to `end` are a name, taken together."""
        return float(1 - self.scores[start:end, OUTSIDE].mean())


def look(text: str) -> Opinion:
    """The network's opinion of a folded text."""
    model = our_model()
    codes = model.alphabet.encode(text)
    with _threads().limit(limits=1, user_api="blas"):
        return Opinion(text, codes, model.network.scores(codes))


def find_names(text: str, *, staff: frozenset[str] = frozenset()) -> Iterator[Span]:
    """Names in a folded text. `staff`: names a hospital knows, found wherever they stand."""
    yield from look(text).names()
    if staff:
        for match in _any_of(staff).finditer(text):
            yield Span(match.start(), match.end(), "NAME", LIKELY)


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


@lru_cache(maxsize=8)
def _any_of(staff: frozenset[str]) -> re.Pattern[str]:
    return re.compile(any_of(staff))
