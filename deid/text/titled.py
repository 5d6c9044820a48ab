"""Chinese names in front of a title: 张秀兰主任医师, 李医生, 王女士. A surname alone is a name there."""

import re
from collections.abc import Iterator

from deid.text.patterns import any_of
from deid.text.spans import LIKELY, Span
from deid.text.words import WORDS

_TITLE = re.compile(any_of(WORDS.names["titles"]))
_POLITE = frozenset(WORDS.names["polite"])
_LABELS = frozenset(WORDS.names["labels"])
_NO_NAMES = frozenset(WORDS.names["not-before-titles"])
_SMALL_WORDS = frozenset(WORDS.names["kin-rare"][0])
_COMES_BEFORE_YU = frozenset("由对关至属位等用在处基鉴善便忠勇终敢")
_LONGEST = 4
_LONGEST_GIVEN = 2


def find_titled(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    for match in _TITLE.finditer(text):
        if not _is_label(text, match.start(), match.end()):
            length = _name_length(text, match.start(), polite=match[0] in _POLITE)
            if length:
                yield Span(match.start() - length, match.start(), "NAME", LIKELY)


def _is_label(text: str, start: int, end: int) -> bool:
    """Whether the title belongs to a label: 申请医生, 交班护士."""
    return any(text[start - more : end] in _LABELS for more in range(1, min(5, start + 1)))


def _name_length(text: str, at: int, *, polite: bool) -> int:
    """How many characters in front of `at` are a name: surname and up to two more, or the surname alone."""
    for length in range(min(_LONGEST, at), 0, -1):
        name = text[at - length : at]
        surname = name[:2] if name[:2] in WORDS.surnames else name[:1]
        if surname not in WORDS.surnames or length - len(surname) > _LONGEST_GIVEN or not _is_han(name):
            continue
        if not polite and (name in _NO_NAMES or name[-2:] in _NO_NAMES):
            return 0
        if not _is_small_word(surname, name, text[max(0, at - length - 1) : at - length]):
            return length
    return 0


def _is_small_word(surname: str, name: str, before: str) -> bool:
    """经黄鑫主任, 由于医生: what looks like the surname is a word of the sentence."""
    if surname == "于" and before in _COMES_BEFORE_YU:
        return True
    return len(name) > 1 and surname in _SMALL_WORDS and name[1] in WORDS.surnames


def _is_han(name: str) -> bool:
    return all("\u3400" <= char <= "\u9fff" for char in name)
