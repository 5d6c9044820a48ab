"""What the name finder sees of each character: itself, the dictionary word it stands in, and whether names have it.

Three numbers a character, for three tables of the network.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import rjieba
from numpy.typing import NDArray

Codes = NDArray[np.int32]

UNKNOWN = 1
_FIRST_CHARACTER = 8
# Space 2, new line 3, digits 4, capitals 5, small letters 6, anything else outside of Han is looked up or unknown.
_DIGIT, _CAPITAL, _SMALL = 4, 5, 6
_SPECIAL = {" ": 2, "\t": 2, "\u3000": 2, "\n": 3, "\r": 3}
_TAGS = {
    tag: number
    for number, tags in enumerate(
        (
            "nr nrt nrfg",
            "ns nt nz",
            "n ng nl nw",
            "v vn vg vd vi vq",
            "a an ad ag",
            "d df dg",
            "p c",
            "m q mq mg",
            "r rr rz rg",
            "u uj ul uz ud ug uv y e o",
            "f s t tg b",
            "l i j z zg h k g",
            "eng",
        ),
        start=1,
    )
    for tag in tags.split()
}
_KINDS_OF_WORDS = 1 + max(_TAGS.values())
# The first, an inner, the last and the only character of a word.
_FIRST, _INNER, _LAST, _ONLY = range(4)

_PLACES = ("first", "inner", "last", "only")
_NAMES = frozenset(("nr", "nrt", "nrfg"))
# The kind of word that is somebody's name in the dictionary.
AS_NAME = _TAGS["nr"]

WORD_CODES = 4 * _KINDS_OF_WORDS
NAME_CODES = 12
_FIRST_SURNAME = 3
_FEW = 4


@dataclass(frozen=True)
class Alphabet:
    """The characters the model knows, in order, and those that surnames and given names are made of."""

    characters: str
    surnames: str
    rare_surnames: str
    compound_surnames: tuple[str, ...]
    given: str

    @property
    def size(self) -> int:
        """How many different character codes there are."""
        return _FIRST_CHARACTER + len(self.characters)

    @cached_property
    def _codes(self) -> Mapping[str, int]:
        codes = dict(_SPECIAL)
        codes |= {chr(code): _DIGIT for code in range(0x30, 0x3A)}
        codes |= {chr(code): _CAPITAL for code in range(0x41, 0x5B)}
        codes |= {chr(code): _SMALL for code in range(0x61, 0x7B)}
        return codes | {char: number for number, char in enumerate(self.characters, _FIRST_CHARACTER)}

    @cached_property
    def _table(self) -> tuple[Codes, Codes]:
        """Code of every character of the basic plane, and how it may stand in a name."""
        codes = np.full(0x10000, UNKNOWN, np.int32)
        for char, code in self._codes.items():
            codes[ord(char)] = code
        names = np.zeros(0x10000, np.int32)
        names[0x3400:0xA000] = 1
        for char in self.given:
            names[ord(char)] = 2
        for weight, chars in ((3, self.rare_surnames), (6, self.surnames)):
            for char in chars:
                names[ord(char)] = names[ord(char)] % 3 + weight
        for surname in self.compound_surnames:
            first = ord(surname[0])
            names[first] = names[first] % 3 + 9 if names[first] < 6 else names[first]
        return codes, names

    def encode(self, text: str) -> tuple[Codes, Codes, Codes]:
        """Codes of characters, of the words they stand in, and of how they may stand in a name."""
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        points = np.where(points < 0x10000, points, 0xFFFF)
        codes, names = self._table
        return codes[points], word_codes(text), names[points]


_CUTTER = rjieba.Jieba()


def word_codes(text: str) -> Codes:
    """Kind of word and place in it, for each character; words come from the dictionary only, none is guessed."""
    if not text:
        return np.zeros(0, np.int32)
    words, tags = zip(*_CUTTER.tag(text, False), strict=True)
    kinds = np.array([_TAGS.get(tag, 0) for tag in tags], np.int32)
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    ends = np.cumsum(lengths)
    places = np.full(len(text), _INNER, np.int32)
    places[ends - 1] = _LAST
    places[ends - lengths] = np.where(lengths == 1, _ONLY, _FIRST)
    return np.repeat(kinds, lengths) * 4 + places


def place_in_word(code: int) -> str:
    """Whether a character is the first, an inner, the last or the only one of its word."""
    return _PLACES[code % 4]


def is_word(text: str) -> bool:
    """Whether `text` is a word of the dictionary, and not one that is only a name."""
    return len(text) > 1 and _CUTTER.has_word(text) and _CUTTER.tag(text, False)[0][1] not in _NAMES


def may_be_surname(code: int) -> bool:
    """Whether a character with this name code is a surname or begins one."""
    return code >= _FIRST_SURNAME


def may_begin_names(codes: tuple[Codes, Codes, Codes]) -> NDArray[np.bool_]:
    """Surnames that are no part of a longer word, or begin a name of the dictionary or a few characters alone."""
    _, words, names = codes
    place = words % 4
    alone = (place == _ONLY) | ((words // 4 == AS_NAME) & (place == _FIRST))
    surname = names >= _FIRST_SURNAME
    edges = np.flatnonzero(np.diff(names > 0, prepend=False, append=False))
    starts, ends = edges[::2], edges[1::2]
    few = starts[(ends - starts >= 2) & (ends - starts <= _FEW)]
    alone[few] = True
    begins: NDArray[np.bool_] = alone & surname
    return begins
