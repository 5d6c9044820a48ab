"""All finders on one text, and one cover out of what they found."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import Literal, Protocol

from deid.text.calendar import find_dates
from deid.text.closing import Closed, close_up, close_wholly, spaced_out
from deid.text.contacts import find_contacts
from deid.text.english import find_english
from deid.text.folding import fold, has_han
from deid.text.labels import find_labelled
from deid.text.leftovers import find_leftovers
from deid.text.memory import find_again
from deid.text.misread import find_misread
from deid.text.numbers import find_numbers
from deid.text.patterns import any_of
from deid.text.people import find_people
from deid.text.places import find_places
from deid.text.spans import LIKELY, SHAPED, Span, cover
from deid.text.traits import find_traits
from deid.text.unwrapped import across_lines

Finder = Callable[[str], Iterable[Span]]
Profile = Literal["fast", "strict"]

TYPES = (
    "NAME DATE HOSPITAL ORG ADDRESS POSTCODE PHONE EMAIL URL IP ID_CARD PASSPORT PERMIT BIRTH_CERT MRN"
    " HEALTH_CARD INSURANCE BANK_CARD PLATE DEVICE_ID WECHAT_QQ ETHNICITY RELIGION AGE"
).split()
_SHAPES: tuple[Finder, ...] = (find_numbers, find_contacts, find_labelled, find_dates)


def _find_across_lines(text: str) -> Iterable[Span]:
    return across_lines(text, _SHAPES)


_BOTH: tuple[Finder, ...] = (
    *_SHAPES,
    _find_across_lines,
    find_traits,
    find_english,
    find_leftovers,
)
# For every text, and for one with a Han character in it: a note in English has no use for the Chinese
# finders, a Chinese one often has English in it. `strict` may take ten times as long as `fast`.
FINDERS: dict[Profile, tuple[tuple[Finder, ...], tuple[Finder, ...]]] = {
    "fast": (_BOTH, (partial(find_people, thorough=False), find_places)),
    "strict": (_BOTH, (find_people, find_places)),
}


class Recognizers(Protocol):
    """What a hospital adds of its own (deid/text/recognizers.py). Two that are equal find the same."""

    @property
    def digest(self) -> str:
        """Changes with any of them."""

    @property
    def finders(self) -> tuple[Finder, ...]:
        """Run on every text beside ours; what they are given is folded."""

    @property
    def allowed(self) -> frozenset[str]:
        """Terms, folded, that identify nobody: what was only guessed inside one of them stays in the text."""


def find_all(text: str, profile: Profile = "strict", recognizers: Recognizers | None = None) -> list[Span]:
    """What identifies in `text`, in order, no two spans overlapping; offsets in code points of `text`."""
    folded = fold(text)
    both, chinese = FINDERS[profile]
    ours = (*both, *chinese) if has_han(text) else both
    theirs = recognizers.finders if recognizers else ()
    found = [span for finder in (*ours, *theirs) for span in finder(folded)]
    found += find_misread(folded, _SHAPES)
    for start, end in spaced_out(folded):
        # A heading that is spaced out holds no name, and in `fast` nobody looks at the lines around it again.
        again = chinese if profile == "strict" else (find_places,)
        found += _over_gaps(close_up(folded, start, end), again)
        found += _over_lines(close_wholly(folded, start, end))
    found += find_again(folded, found)
    if recognizers and recognizers.allowed:
        found = list(_without(found, folded, recognizers.allowed))
    return cover(found)


def _over_gaps(closed: Closed, finders: Iterable[Finder]) -> Iterator[Span]:
    """What stands where a text was spaced out."""
    for finder in finders:
        for span in finder(closed.text):
            if closed.crosses(span.start, span.end):
                yield Span(*closed.spread(span.start, span.end), span.type, span.score)


def _over_lines(closed: Closed) -> Iterator[Span]:
    """Of a scanned page, places over any gap; names would be made of columns that stand side by side."""
    for span in _over_gaps(closed, (find_places,)):
        if span.score > LIKELY:
            yield span


def _without(found: list[Span], folded: str, allowed: frozenset[str]) -> Iterator[Span]:
    """`found` less what was only guessed and lies wholly inside an allowed term.

    A guess is what grammar, a model or the memory of the text says. What a label, a shape or a check digit
    says stays found: no term of a list outweighs it.
    """
    terms = [match.span() for match in _terms(allowed).finditer(folded)]
    for span in found:
        at = bisect_right(terms, span.start, key=_start) - 1
        if span.score >= SHAPED or at < 0 or terms[at][1] < span.end:
            yield span


def _start(term: tuple[int, int]) -> int:
    return term[0]


@lru_cache(maxsize=8)
def _terms(allowed: frozenset[str]) -> re.Pattern[str]:
    return re.compile(any_of(allowed))
