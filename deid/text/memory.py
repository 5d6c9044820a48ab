"""Once a text has named somebody, the name counts everywhere in it: whole, spaced, broken over two lines.

What is also a word of the dictionary is not carried, nor what was only guessed, and two characters not into the
middle of a word: those that stand in 高兴 or 提高 would take the text apart.
"""

import re
from collections.abc import Iterable, Iterator

from deid.text.namefinder.features import is_word
from deid.text.spans import LIKELY, Span
from deid.text.words import WORDS

_HAN_NAME = re.compile("[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]+(?:[·.][\u3400-\u9fff]+)+")
_LATIN_NAME = re.compile(r"[A-Z][A-Za-z'-]+\d{0,4}(?:[ ,.]+[A-Z][A-Za-z'.-]*\d{0,4}){1,3}")
_LEAST_LATIN = 4
_FIRST_HAN = "\u3400"
_BLANKS = " \t\n\r"
_MOST_BLANKS = 3
_WITH_GIVEN_NAME = 3
_SHORT = 2


def find_again(text: str, found: Iterable[Span]) -> Iterator[Span]:
    """Every other place where a name of `found` stands. `text` is folded."""
    names: dict[str, set[str]] = {}
    for span in found:
        if span.type == "NAME" and span.score >= LIKELY:
            for name in _carried(text[span.start : span.end]):
                names.setdefault(name[0], set()).add(name)
    for first, begun in names.items():
        at = text.find(first)
        while at >= 0:
            ends = (_end(text, at, name) for name in begun)
            end = max((one for one in ends if one and _is_whole(text, at, one)), default=0)
            if end:
                yield Span(at, end, "NAME", LIKELY)
            at = text.find(first, at + 1)


def _end(text: str, at: int, name: str) -> int:
    """Where `name` ends if it begins at `at`, with at most a few blanks between its characters; or 0."""
    if text.startswith(name, at):
        return at + len(name)
    if name[0] < _FIRST_HAN:
        return 0
    for number, char in enumerate(name):
        blanks = 0
        while number and blanks < _MOST_BLANKS and at < len(text) and text[at] in _BLANKS:
            at, blanks = at + 1, blanks + 1
        if not text.startswith(char, at):
            return 0
        at += 1
    return at


def _is_whole(text: str, start: int, end: int) -> bool:
    """A Latin name counts only as whole words; two Han characters only where neither belongs to a word beside."""
    if text[start] < _FIRST_HAN:
        return not re.search("[A-Za-z]", text[max(0, start - 1) : start] + text[end : end + 1])
    if end - start > _SHORT:
        return True
    return not (is_word(text[max(0, start - 1) : start + 1]) or is_word(text[end - 1 : end + 1]))


def _carried(name: str) -> Iterator[str]:
    word = re.sub(r"\s", "", name)
    if _HAN_NAME.fullmatch(word):
        if not _is_everyday(word):
            yield word
        if len(word) == _WITH_GIVEN_NAME and word[:2] not in WORDS.surnames and not _is_everyday(word[1:]):
            yield word[1:]
    elif _LATIN_NAME.fullmatch(name):
        yield name
        yield from (part for part in re.split(r"[ ,.]+", name) if len(part) >= _LEAST_LATIN)


def _is_everyday(word: str) -> bool:
    return word in WORDS.names["everyday"] or is_word(word)
