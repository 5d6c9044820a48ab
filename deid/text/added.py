"""Finders made of what a hospital writes down: behind a label, of a shape, or from a list of words."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from deid.text.finding import Finder
from deid.text.folding import fold
from deid.text.patterns import any_of
from deid.text.spans import LABELLED, SHAPED, Span

# In these types the value is words, up to the next mark; in the others letters and figures with a figure in it.
_IN_WORDS = frozenset(("NAME", "HOSPITAL", "ORG", "ADDRESS", "ETHNICITY", "RELIGION"))
_BETWEEN = r"(?:号码|编码|编号|号)?[ \t]{0,4}[:=#]?[ \t]{0,4}"
_WORDS = r"(?P<v>[^\s,;:。、()\[\]<>|]{1,60})"
_FIGURES = r"(?P<v>[A-Za-z0-9](?:[A-Za-z0-9_*]|[-/.](?=[A-Za-z0-9])){1,63})"
# So long a Chinese word is also written with blanks between its characters.
_SPACED = 3


def after_label(kind: str, words: Iterable[str]) -> Finder:
    """Finds what stands behind one of `words`: words up to the next mark for names and places, else figures."""
    value = _WORDS if kind in _IN_WORDS else _FIGURES
    regex = re.compile(any_of(map(fold, words)) + _BETWEEN + value, re.IGNORECASE)
    figures = kind not in _IN_WORDS

    def find(text: str) -> Iterator[Span]:
        for match in regex.finditer(text):
            if not figures or any(char.isdecimal() for char in match["v"]):
                yield Span(match.start("v"), match.end("v"), kind, LABELLED)

    return find


def of_shape(kind: str, pattern: str) -> Finder:
    """Finds what matches `pattern` in the syntax of RE2. Raises re2.error."""
    regex = compiled(pattern)

    def find(text: str) -> Iterator[Span]:
        for match in regex.finditer(text):
            if match.end() > match.start():
                yield Span(match.start(), match.end(), kind, SHAPED)

    return find


def of_words(kind: str, words: Iterable[str]) -> Finder:
    """Finds each of `words` wherever it stands; a Latin one only as a whole word, in any case."""
    listed = sorted({form for word in words for form in _forms(fold(word).lower())})
    automaton = AhoCorasick(listed, matchkind=MatchKind.LeftmostLongest)

    def find(text: str) -> Iterator[Span]:
        small = text.lower()
        # Some letters have more than one when small; then the places would no longer be true.
        for _, start, end in automaton.find_matches_as_indexes(small if len(small) == len(text) else text):
            if not (_joined(text, start) or _joined(text, end)):
                yield Span(start, end, kind, SHAPED)

    return find


def _forms(word: str) -> Iterator[str]:
    """A Chinese word of two or three characters is also written with blanks: 王 伟."""
    yield word
    if len(word) <= _SPACED and not word.isascii() and " " not in word:
        yield " ".join(word)


def _joined(text: str, at: int) -> bool:
    """Whether a Latin word or a number goes on at `at`."""
    return 0 < at < len(text) and all(char.isascii() and char.isalnum() for char in text[at - 1 : at + 1])


def compiled(pattern: str) -> Any:
    """`pattern` as RE2, which takes a time that grows with the text and no faster. Raises re2.error."""
    import re2

    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options=options)
