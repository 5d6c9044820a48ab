"""What the network thinks of a text: the names it sees, and whether it would let one pass that a rule sees."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from deid.text.namefinder.features import Codes, may_begin_names
from deid.text.namefinder.model import our_model
from deid.text.namefinder.network import CLASSES, OUTSIDE, REACH, Matrix
from deid.text.namefinder.reading import Bars, mean, read_names
from deid.text.patterns import any_of
from deid.text.spans import LIKELY, Span

BARS = Bars()
_LONGEST = 3
# A name the network is not quite sure of: it is taken out where it stands, and looked for nowhere else.
GUESSED = 0.5
_SURE = 0.9


@dataclass(frozen=True, slots=True)
class Opinion:
    """Of one folded text: `scores` and each of `codes` have a row for each of its characters."""

    text: str
    codes: tuple[Codes, Codes, Codes]
    scores: Matrix

    def names(self) -> Iterator[Span]:
        """Where the network sees names."""
        for found in read_names(self.text, self.codes, self.scores, BARS):
            yield Span(found.start, found.end, "NAME", LIKELY if found.odds >= _SURE else GUESSED)

    def odds(self, start: int, end: int) -> float:
        """How likely, from 0 to 1, the characters `start` to `end` are a name, taken together."""
        return float(1 - mean(self.scores[start:end, OUTSIDE]))


def look(text: str) -> Opinion:
    """The network's opinion of a folded text."""
    model = our_model()
    codes = model.alphabet.encode(text)
    with _threads().limit(limits=1, user_api="blas"):
        return Opinion(text, codes, model.network.scores(codes))


def glance(text: str, at: Iterable[Span]) -> Opinion:
    """The same, three times as fast: only around what may begin a name, and around the spans `at`.

    Elsewhere it thinks that nothing is a name. What it misses so are names whose first characters are a word.
    """
    model = our_model()
    codes = model.alphabet.encode(text)
    near = _spread(may_begin_names(codes), at)
    rows = np.flatnonzero(near)
    scores = np.zeros((len(text), CLASSES), np.float32)
    scores[:, OUTSIDE] = 1
    with _threads().limit(limits=1, user_api="blas"):
        scores[rows] = model.network.scores((codes[0][rows], codes[1][rows], codes[2][rows]))
    return Opinion(text, codes, scores)


def _spread(begins: NDArray[np.bool_], at: Iterable[Span]) -> NDArray[np.bool_]:
    """The characters so near to one that begins, or to a span, that the network needs them to decide."""
    length = len(begins)
    starts = np.flatnonzero(begins)
    spans = np.array([(span.start, span.end) for span in at], np.int64).reshape(-1, 2)
    low = np.maximum(np.concatenate((starts, spans[:, 0])) - REACH, 0)
    high = np.minimum(np.concatenate((starts + _LONGEST, spans[:, 1])) + REACH, length)
    edges = np.bincount(low, minlength=length + 1) - np.bincount(high, minlength=length + 1)
    near: NDArray[np.bool_] = np.cumsum(edges)[:-1] > 0
    return near


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
