"""What says who in English text: names, dates, hospitals and addresses, numbers."""

import re
from collections.abc import Iterator

from deid.text.english_addresses import codes_apart, find_addresses
from deid.text.english_anchors import lead_before
from deid.text.english_dates import find_english_dates
from deid.text.english_memory import find_named_again
from deid.text.english_names import find_names
from deid.text.english_numbers import find_english_numbers
from deid.text.english_odd_names import find_odd_names
from deid.text.english_places import find_institutions
from deid.text.english_towns import find_town_behind
from deid.text.spans import Span

# Without one word like this in it, a text has no English names: many Chinese notes.
_ENGLISH = re.compile(r"[A-Z][A-Za-z']|name ?:|by ?:")
_HAN = re.compile("[\u3400-\u9fff]")
_LATIN = re.compile("[A-Za-z]")
_A_WORD_OR_TWO = 16  # of a Chinese line
# English inside a Chinese note: a word with a capital and what stands around it up to the next Han characters.
_STRETCH = re.compile("[^\u3400-\u9fff]{6,}")
# Barthel, Rumack-Matthew, Pillsbury III, Hb Bart.
_ONE_WORD = re.compile(r"(?:[A-Z][a-z]? )?[A-Za-z]+(?:-[A-Za-z]+)?(?:'s)?(?: [IVX]{1,4})?")
_WORD = re.compile(r"[A-Z][a-z]{2}|[A-Z]{2,},? [A-Z]|[a-z]{5}|[a-z]@")


def _without_han(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of whole lines without a Han character: 5/28 and No mean other things beside one."""
    if not _HAN.search(text):
        yield 0, len(text)
        return
    start = at = 0
    for line in text.splitlines(keepends=True):
        if _HAN.search(line):
            if start < at:
                yield start, at
            start = at + len(line)
        at += len(line)
    if start < at:
        yield start, at


def find_english(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    han = len(_HAN.findall(text))
    if not han or len(_LATIN.findall(text)) > han + _A_WORD_OR_TWO:
        yield from _figures(text)
        yield from _words(text)
        return
    for start, end in _without_han(text):
        yield from (_moved(span, start) for span in _figures(text[start:end]))
    for stretch in _STRETCH.finditer(text):
        if _WORD.search(stretch[0]):
            found = list(_words(stretch[0]))
            yield from (_moved(span, stretch.start()) for span in found if not _is_eponym(stretch[0], span))


def _is_eponym(text: str, span: Span) -> bool:
    """Whether one Latin word of a Chinese note says who found out something: Wilkins评分, Patrick征(+).

    A person called so has two names there, or something in front: Dr. Kwan.
    """
    alone = span.type == "NAME" and _ONE_WORD.fullmatch(text[span.start : span.end])
    return bool(alone) and lead_before(text, span.start) is None


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by, span.type, span.score)


def _figures(text: str) -> Iterator[Span]:
    yield from find_english_dates(text)
    yield from find_english_numbers(text)


def _words(text: str) -> Iterator[Span]:
    if not _ENGLISH.search(text):
        return
    institutions = list(find_institutions(text))
    yield from institutions
    yield from codes_apart(text, (*find_town_behind(text, institutions), *find_addresses(text)))
    names = [*find_names(text), *find_odd_names(text)]
    yield from names
    yield from find_named_again(text, names)
