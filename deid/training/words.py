"""Words of two characters that no name is: taken from the dictionary of the word cutter (jieba's, MIT licence)."""

from functools import cache

import rjieba

from deid.training.naming import known_characters, surname_characters

_DOING = frozenset("v vn vd vi d ad p c".split())


@cache
def surname_words() -> tuple[str, ...]:
    """Words that begin with a character that is also a surname: 高热, 黄色, 何时."""
    first = frozenset(surname_characters())
    return tuple(word for word in any_words() if word[0] in first)


@cache
def any_words() -> tuple[str, ...]:
    """All words of two common characters but the names of people."""
    cutter = _cutter()
    known = known_characters()
    pairs = (one + two for one in known for two in known)
    return tuple(word for word in pairs if cutter.has_word(word) and not _is_name(cutter, word))


@cache
def verbs() -> tuple[str, ...]:
    """Words that say what somebody does, or how: they follow a person and are nobody's name."""
    cutter = _cutter()
    return tuple(word for word in any_words() if cutter.tag(word, False)[0][1] in _DOING)


def stays_whole(before: str, word: str) -> bool:
    """Whether `word` written behind `before` is still cut off as itself: no accidental word across the seam."""
    words = _cutter().cut(before + word, False)
    return words[-1] == word


@cache
def _cutter() -> rjieba.Jieba:
    return rjieba.Jieba()


def _is_name(cutter: rjieba.Jieba, word: str) -> bool:
    return cutter.tag(word, False)[0][1].startswith("nr")
