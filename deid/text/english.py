"""What says who in English text: names, dates, hospitals and addresses, numbers."""

import re
from collections.abc import Iterator

from deid.text.english_addresses import find_addresses
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
    for start, end in _without_han(text):
        lines = text[start:end]
        for span in (*find_english_dates(lines), *find_english_numbers(lines)):
            yield Span(start + span.start, start + span.end, span.type, span.score)
    if not _ENGLISH.search(text):
        return
    institutions = list(find_institutions(text))
    yield from institutions
    yield from find_town_behind(text, institutions)
    yield from find_addresses(text)
    names = [*find_names(text), *find_odd_names(text)]
    yield from names
    yield from find_named_again(text, names)
