"""From what the network says of each character to the names of a text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deid.text.namefinder.features import AS_NAME, Codes, may_be_surname, place_in_word
from deid.text.namefinder.network import BEGINS, GOES_ON, OUTSIDE, Matrix
from deid.text.patterns import any_of
from deid.text.words import WORDS

_FIRST_HAN = "\u3400"
_BLANKS = " \t\n\r\u3000"
# Besides Han characters: dots, blanks, and what stands for a character that somebody has hidden.
_IN_NAMES = frozenset("·. \t\n*Xx×〇")
# The last character of a name whose characters stand apart, broken off to the next line.
_ON_NEXT_LINE = re.compile(r"[ \t]{0,2}\n[ \t]{0,2}(?P<char>[\u3400-\u9fff])(?=[ \t]{2}|[ \t]?[\n,:(。]|$)")
_CALLED = "小老阿大"
_TITLE = re.compile(any_of((*WORDS.names["titles"], *WORDS.names["polite"])))
_FEW, _MANY = 3, 4
_NEVER = 1.1
_WORTH_ADDING = 0.04


@dataclass(frozen=True, slots=True)
class Bars:
    """How sure the network must be of a name, from 0 to 1."""

    any: float = 0.25
    plain: float = 0.4
    before_title: float = 0.6
    one_character: float = 0.8
    called: float = 0.9
    no_surname: float = 0.8
    word: float = 0.75
    word_alone: float = 0.7
    cuts_a_word: float = 0.9
    long: float = 0.9


@dataclass(frozen=True, slots=True)
class Found:
    """Characters `start` to `end` are a name, as sure as `odds`."""

    start: int
    end: int
    odds: float


def read_names(text: str, codes: tuple[Codes, Codes, Codes], scores: Matrix, bars: Bars) -> Iterator[Found]:
    """Names in a folded text; `codes` are those of its characters."""
    name = 1 - scores[:, OUTSIDE]
    runs = _runs(text, name > bars.any, scores[:, BEGINS] > scores[:, GOES_ON])
    for first, behind in _joined(text, runs):
        start, until = _without_blanks(text, first, behind)
        if start >= until or text[start] < _FIRST_HAN:
            continue
        end = _grown(text, start, until, scores)
        odds = float(name[start:end].mean())
        if odds >= _bar(text, start, end, codes, bars):
            called = end - start == 1 and start > 0 and text[start - 1] in _CALLED
            yield Found(start - called, end, odds)


def _without_blanks(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _BLANKS:
        start += 1
    while start < end and text[end - 1] in _BLANKS:
        end -= 1
    return start, end


def _runs(text: str, inside: NDArray[np.bool_], begins: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Rows of characters that are `inside`, a new one at each that `begins`."""
    start = last = -2
    for at in np.flatnonzero(inside).tolist():
        if _is_no_han(text[at]) and text[at] not in _IN_NAMES:
            continue
        if at != last + 1 or begins[at]:
            if start >= 0:
                yield start, last + 1
            start = at
        last = at
    if start >= 0:
        yield start, last + 1


def _joined(text: str, runs: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Runs, but one character and what follows it at once are one name: no surname stands alone there."""
    before: tuple[int, int] | None = None
    for run in runs:
        if before and _is_one_name(text, before, run):
            before = (before[0], run[1])
            continue
        if before:
            yield before
        before = run
    if before:
        yield before


def _is_one_name(text: str, before: tuple[int, int], run: tuple[int, int]) -> bool:
    """Whether `run` goes on at once where `before`, a single character, stops."""
    return before[1] == run[0] and run[1] - before[0] <= _MANY and len(text[slice(*before)].strip()) == 1


def _grown(text: str, start: int, end: int, scores: Matrix) -> int:
    """Where a name really ends that stops at its surname, or one character before something that is no Han."""
    if end - start == 1 and not _TITLE.match(text, end):
        while end - start < _FEW and _may_go_on(text, end, scores):
            end += 1
    if " " in text[start:end] and (rest := _ON_NEXT_LINE.match(text, end)):
        return rest.end("char")
    if end - start == _FEW - 1 and _may_go_on(text, end, scores) and _is_no_han(text[end + 1 : end + 2]):
        end += 1
    return end


def _may_go_on(text: str, at: int, scores: Matrix) -> bool:
    return at < len(text) and not _is_no_han(text[at]) and float(scores[at, GOES_ON]) > _WORTH_ADDING


def _bar(text: str, start: int, end: int, codes: tuple[Codes, Codes, Codes], bars: Bars) -> float:
    """How sure the network must be of this one; more than 1 where it cannot be."""
    name, words = text[start:end], codes[1][start:end]
    if len(name) == 1:
        return _bar_of_one(text, start, bars)
    if cuts_a_word(words):
        return bars.cuts_a_word
    alone = _is_no_han(text[start - 1 : start]) and _is_no_han(text[end : end + 1])
    if _is_one_word(words):
        return _NEVER if text[end : end + 1] == ":" else bars.word_alone if alone else bars.word
    if not (may_be_surname(int(codes[2][start])) or name[0] == name[1]):
        return bars.no_surname
    if len(name) > _MANY and not any(char in "·. \n" for char in name):
        return bars.long
    return bars.plain


def _bar_of_one(text: str, at: int, bars: Bars) -> float:
    """A single character is a name before a title, between what is no Han, or behind 小 and 老."""
    before = text[at - 1 : at]
    if _TITLE.match(text, at + 1):
        return bars.before_title
    if _is_no_han(text[at + 1 : at + 2]) and _is_no_han(before):
        return bars.one_character
    if before and before in _CALLED:
        return bars.called
    return _NEVER


def _is_no_han(char: str) -> bool:
    return not (_FIRST_HAN <= char <= "\u9fff" or char >= "\U00020000")


def cuts_a_word(words: Codes) -> bool:
    """Whether the first or the last character lies inside a word of the dictionary."""
    first, last = place_in_word(int(words[0])), place_in_word(int(words[-1]))
    return first in ("inner", "last") or last in ("first", "inner")


def _is_one_word(words: Codes) -> bool:
    """Whether the whole is one word of the dictionary that is not somebody's name."""
    places = [place_in_word(int(word)) for word in words]
    return int(words[0]) // 4 != AS_NAME and places == ["first", *["inner"] * (len(places) - 2), "last"]
