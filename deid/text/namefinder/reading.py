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
_NEVER_BEGINS = re.compile(any_of(WORDS.names["never-names"]))
_NEVER_INSIDE = re.compile(f"[{WORDS.names['never-inside'][0]}]")
_CALLED = "小老阿大"
# Behind a name, what is called after somebody long dead: 吉兰-巴雷综合征, 墨菲征, 克氏针.
_EPONYM = re.compile(
    r"综合[征症]|氏[^ \n,。;:、)]|征[^求得询收用]|病(?![情史人例房区重危历案床])|试验|评分|量表|现象|三联"
)
_TITLE = re.compile(any_of((*WORDS.names["titles"], *WORDS.names["polite"])))
# The last characters of who somebody is: 护士, 患者, 女儿, 联系人.
_PERSONS = frozenset("者人员师士生儿亲父母夫妻子女兄弟姐妹嫂婶姨姑舅叔伯婆公爷奶姆属友学医长交接助刀")
# 患儿, 患者, 护士, 医师
_PATIENTS = frozenset("儿者士师")
# In front of a name of a single character that nothing is behind: 记录: 金, 值班医师俞
_BEFORE_ONE = frozenset((*" \n\t:(,、师士生员者班", ""))
_FEW, _MANY = 3, 4
_NEVER = 1.1
_WORTH_ADDING = 0.04
_SURE = 0.9


@dataclass(frozen=True, slots=True)
class Bars:
    """How sure the network must be of a name, from 0 to 1."""

    any: float = 0.15
    plain: float = 0.25
    in_sentence: float = 0.8
    before_title: float = 0.6
    one_character: float = 0.6
    called: float = 0.9
    no_surname: float = 0.85
    after_person: float = 0.6
    word: float = 0.75
    word_alone: float = 0.7
    word_in_sentence: float = 0.99
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
        end = before_title(text, start, _grown(text, start, until, codes[1], scores))
        odds = float(mean(name[start:end]))
        if _is_of_the_clinic(text, start, end):
            continue
        if odds >= _bar(text, start, end, codes, bars):
            called = end - start == 1 and start > 0 and text[start - 1] in _CALLED
            yield Found(start - called, end, odds)


def mean(values: Matrix) -> np.float32:
    """What `values.mean()` is, in a third of the time: of a few numbers it asks at length what they are."""
    total: np.float32 = np.add.reduce(values) / np.float32(len(values))
    return total


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


def _grown(text: str, start: int, end: int, words: Codes, scores: Matrix) -> int:
    """Where a name really ends that stops at its surname, or one character too early."""
    if end - start == 1 and not _TITLE.match(text, end):
        if scores[start, BEGINS] > _SURE and (word := _next_word(text, end, words)):
            return word
        while end - start < _FEW and _may_go_on(text, end, scores):
            end += 1
    if " " in text[start:end] and (rest := _ON_NEXT_LINE.match(text, end)):
        return rest.end("char")
    if end - start == _FEW - 1 and _may_go_on(text, end, scores) and _is_no_han(text[end + 1 : end + 2]):
        end += 1
    return end


def _next_word(text: str, at: int, words: Codes) -> int:
    """The end of the word of two characters that begins at `at`, or 0: 郎|永生 is one name."""
    if (
        at + 1 < len(text)
        and place_in_word(int(words[at])) == "first"
        and place_in_word(int(words[at + 1])) == "last"
    ):
        return at + 2
    return 0


def before_title(text: str, start: int, end: int) -> int:
    """Where a name ends that a title was taken for a part of: 吴医生."""
    title = _TITLE.search(text, start + 1, end + 3)
    return title.start() if title and title.start() < end else end


def _is_of_the_clinic(text: str, start: int, end: int) -> bool:
    """Whether it begins like a word of the clinic, holds what only medicine has, or names a disease."""
    if _NEVER_BEGINS.match(text, start) or _NEVER_INSIDE.search(text, start, end):
        return True
    return _EPONYM.match(text, end) is not None


def could_be_name(text: str, start: int, end: int, words: Codes) -> bool:
    """Whether what another finder takes for a name is no known word of the clinic, nor cut out of one, nor long."""
    if _is_of_the_clinic(text, start, end) or cuts_a_word(words[start:end]):
        return False
    return end - start <= _MANY or "·" in text[start:end]


def _may_go_on(text: str, at: int, scores: Matrix) -> bool:
    return at < len(text) and not _is_no_han(text[at]) and float(scores[at, GOES_ON]) > _WORTH_ADDING


def _bar(text: str, start: int, end: int, codes: tuple[Codes, Codes, Codes], bars: Bars) -> float:
    """How sure the network must be of this one; more than 1 where it cannot be."""
    name, words = text[start:end], codes[1][start:end]
    if len(name) == 1:
        return _bar_of_one(text, start, bars)
    if cuts_a_word(words):
        return bars.cuts_a_word
    if _is_one_word(words):
        return _bar_of_word(text, start, end, bars)
    if not (may_be_surname(int(codes[2][start])) or name[0] == name[1]):
        return bars.after_person if text[start - 1 : start] in _PATIENTS else bars.no_surname
    if len(name) > _MANY and not any(char in "·. \n" for char in name):
        return bars.long
    return bars.in_sentence if _is_in_sentence(text, start, end) else bars.plain


def _is_in_sentence(text: str, start: int, end: int) -> bool:
    """Whether Han characters stand on both sides, and neither says that this is a person."""
    before, behind = text[start - 1 : start] if start else "", text[end : end + 1]
    if _is_no_han(before) or _is_no_han(behind) or before in _PERSONS:
        return False
    return not _TITLE.match(text, end)


def _bar_of_word(text: str, start: int, end: int, bars: Bars) -> float:
    """A word of the dictionary is a name where something says so; in the midst of a sentence it is a word."""
    if text[end : end + 1] == ":":
        return _NEVER
    before, behind = _is_no_han(text[start - 1 : start]), _is_no_han(text[end : end + 1])
    if before and behind:
        return bars.word_alone
    said = text[start - 1 : start] in _PERSONS or _TITLE.match(text, end)
    return bars.word if before or behind or said else bars.word_in_sentence


def _bar_of_one(text: str, at: int, bars: Bars) -> float:
    """A single character is a name before a title, between what is no Han, or behind 小 and 老."""
    before = text[at - 1 : at] if at else ""
    if _TITLE.match(text, at + 1):
        return bars.before_title
    if _is_no_han(text[at + 1 : at + 2]) and before in _BEFORE_ONE:
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
