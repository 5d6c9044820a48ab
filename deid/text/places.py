"""Hospitals, employers and addresses: what the words of one pass over the text make of it."""

from collections.abc import Iterator

from deid.text.institutions import find_institutions
from deid.text.landmarks import landmarks
from deid.text.placelabels import find_labelled_places
from deid.text.spans import Span
from deid.text.whereabouts import Taken, find_whereabouts

_PLACES = ("full", "province", "prefecture", "doubtful")


def find_places(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    marks = landmarks(text)
    places = {mark.start: mark.end for mark in marks if mark.kind in _PLACES}
    institutions = list(find_institutions(text, marks, places))
    taken = Taken(institutions)
    yield from institutions
    yield from find_whereabouts(text, marks, taken)
    yield from find_labelled_places(text, marks, taken)
