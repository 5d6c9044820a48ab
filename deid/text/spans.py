"""A place in a text where something that identifies stands, and how several of them become one cover."""

from bisect import bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass

# How sure a finder is. Where two overlap, the surer one keeps its whole length.
CHECKED = 1.0  # a check digit fits
LABELLED = 0.9  # a label stands in front
SHAPED = 0.8  # the shape is that of nothing else
LIKELY = 0.6  # the grammar fits: a suffix, a title, a name seen elsewhere
LEFT_OVER = 0.4  # nobody knows what it is, so it does not stay


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (code points, end exclusive) are a `type`; `score` from 0 to 1."""

    start: int
    end: int
    type: str
    score: float


def cover(spans: Iterable[Span]) -> list[Span]:
    """The same characters, each covered once, in order: nothing any span covers is lost.

    Spans of one type that overlap become one. Of others the surer stays whole, then the longer, then the
    earlier, and what sticks out of the rest stays as a span of its own. The order of `spans` does not matter.
    """
    taken: list[Span] = []  # disjoint, in order
    for span in sorted(_merged(spans), key=lambda s: (-s.score, s.start - s.end, s.start, s.type)):
        for piece in _sticking_out(span, taken):
            insort(taken, piece, key=_start)
    return taken


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Overlapping spans of one type as one, as sure as the surest of them."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.type, s.start, s.end)):
        last = merged[-1] if merged else None
        if last and last.type == span.type and span.start < last.end:
            merged[-1] = Span(last.start, max(last.end, span.end), span.type, max(last.score, span.score))
        else:
            merged.append(span)
    return merged


def _start(span: Span) -> int:
    return span.start


def _sticking_out(span: Span, taken: list[Span]) -> list[Span]:
    """The pieces of `span` that no span of `taken` covers."""
    pieces: list[Span] = []
    at = span.start
    place = max(0, bisect_right(taken, span.start, key=_start) - 1)
    while at < span.end and place < len(taken) and taken[place].start < span.end:
        if at < taken[place].start:
            pieces.append(Span(at, taken[place].start, span.type, span.score))
        at = max(at, taken[place].end)
        place += 1
    if at < span.end:
        pieces.append(Span(at, span.end, span.type, span.score))
    return pieces
