"""English names, hospitals and addresses where something points at them: a title, a label, a suffix."""

import re
from collections.abc import Iterator

from deid.text.english_dates import find_english_dates
from deid.text.patterns import (
    NO_LETTER_BEFORE,
    NO_LETTER_BEHIND,
    NO_WORD_BEFORE,
    NO_WORD_BEHIND,
    any_of,
    pattern,
)
from deid.text.spans import LABELLED, LIKELY, SHAPED, Span
from deid.text.words import WORDS

# Digits at the end: generated records name people Sumiko254.
_WORD = r"(?:[A-Z][a-z]+(?:['-][A-Z]?[a-z]+)*|[A-Z]'[A-Z][a-z]+|Ma?c[A-Z][a-z]+)\d{0,4}"
_INITIAL = r"[A-Z]\."
_NAME = rf"{_WORD}(?: (?:{_INITIAL}|(?:van|von|de|der|da|di|del|la|bin|al|el)|{_WORD})){{0,3}}"
_SEVERAL = rf"{_WORD}(?: (?:{_INITIAL}|{_WORD})){{1,3}}"
_CAPITALS = r"[A-Z][A-Z'-]{1,30}(?:,? [A-Z][A-Z'.-]{0,30}){0,3}"
_TITLE = any_of(WORDS.english["titles"])
_KIN = any_of(WORDS.english["kin"])
_OWNER = r"(?:(?:[Hh]is|[Hh]er|[Tt]heir|[Tt]he|[Pp]atient's|[Pp]t's) |\()"
_PLACE = r"(?:St\.|[A-Z][A-Za-z.'&-]*|of|the|and|for)"

_PATTERNS = (
    pattern("NAME", SHAPED, NO_LETTER_BEFORE, rf"{_TITLE}\.? (?P<v>(?:{_INITIAL} ?){{0,2}}{_NAME})"),
    pattern(
        "NAME",
        LABELLED,
        NO_LETTER_BEFORE,
        rf"(?i:{any_of(WORDS.english['labels'])})[ \t]{{0,2}}[:=][ \t]{{0,4}}",
        rf"(?:{_TITLE}\.? )?(?P<v>{_WORD}, {_NAME}|{_NAME}|{_CAPITALS})",
    ),
    pattern(
        "NAME",
        SHAPED,
        NO_LETTER_BEFORE,
        rf"(?P<v>{_SEVERAL}),? {any_of(WORDS.english['degrees'])}",
        NO_LETTER_BEHIND,
    ),
    pattern("NAME", LIKELY, NO_LETTER_BEFORE, rf"{_OWNER}(?i:{_KIN}),? (?P<v>{_WORD}(?: {_WORD})?)"),
    pattern("NAME", LIKELY, NO_LETTER_BEFORE, rf"{_SEVERAL}(?=,? (?:is|was) an? \d{{1,3}}[- ]year)"),
    pattern(
        "HOSPITAL",
        LIKELY,
        NO_LETTER_BEFORE,
        rf"(?:{_PLACE} ){{1,6}}{any_of(WORDS.english['hospitals'])}",
        NO_LETTER_BEHIND,
    ),
    # 27 Harbour Lane, Apt 4, Westport, CT 06880
    pattern(
        "ADDRESS",
        SHAPED,
        NO_WORD_BEFORE,
        r"\d{1,6}[A-Za-z]? (?:(?:[NSEW]|North|South|East|West)\.? )?(?:[A-Z0-9][A-Za-z0-9'.-]* ){1,4}",
        rf"{any_of(WORDS.english['streets'])}\.?(?:,? (?:Apt|Unit|Suite|Ste|#)\.? ?[A-Za-z0-9-]{{1,8}})?",
        r"(?:, ?[A-Z][A-Za-z .'-]{1,30}?)?(?:,? [A-Z]{2}(?: \d{5}(?:-\d{4})?)?)?",
        NO_WORD_BEHIND,
    ),
    pattern(
        "ADDRESS",
        LIKELY,
        NO_LETTER_BEFORE,
        r"[A-Z][a-z]+(?: [A-Z][a-z]+)?, [A-Z]{2} \d{5}(?:-\d{4})?(?![0-9])",
    ),
    pattern(
        "ADDRESS",
        LABELLED,
        NO_LETTER_BEFORE,
        r"(?i:(?:home |mailing )?address)[ \t]{0,2}:[ \t]{0,4}(?P<v>[A-Za-z0-9][^\n;]{3,120})",
    ),
)
# Without one word like this in it, a text has no English names: most Chinese notes.
_ENGLISH = re.compile(r"[A-Z][a-z]{2}|[A-Z][a-z]\.? [A-Z]|[A-Z]{2,}, ?[A-Z]|(?i:name|patient|by) ?:")
# Capital letters behind a title or a label that are no name.
_NOT_NAMES = frozenset("The This Patient Unknown None History Date Name Not No See Same Self".split())


def find_english(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    yield from find_english_dates(text)
    if not _ENGLISH.search(text):
        return
    for one in _PATTERNS:
        for span in one.spans(text):
            if span.type != "NAME" or text[span.start : span.end].partition(" ")[0] not in _NOT_NAMES:
                yield span
