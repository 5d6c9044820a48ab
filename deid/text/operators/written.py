"""Characters as they are written: full width or plain, Simplified or Traditional, and how a name is read in pinyin."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_FULL_WIDTH = range(0xFF01, 0xFF5F)
_TO_PLAIN = 0xFEE0


def simplified(text: str) -> str:
    """`text` in Simplified script, character for character."""
    return text.translate(_scripts()[0])


def traditional(text: str) -> str:
    """`text` in Traditional script, character for character; one of several where there are several."""
    return text.translate(_scripts()[1])


def is_traditional(text: str) -> bool:
    """Whether a character stands in `text` that is only written so in Traditional script."""
    return simplified(text) != text


def is_mostly_traditional(text: str) -> bool:
    """Whether more characters of `text` are Traditional only than Simplified only."""
    return sum(a != b for a, b in zip(simplified(text), text, strict=True)) > sum(
        a != b for a, b in zip(traditional(text), text, strict=True)
    )


def like(new: str, old: str) -> str:
    """`new`, ASCII, in full width where `old` is: by place if both are as long, else wholly or not at all."""
    if len(new) == len(old):
        return "".join(_widened(n) if ord(o) in _FULL_WIDTH else n for n, o in zip(new, old, strict=True))
    return "".join(map(_widened, new)) if any(ord(char) in _FULL_WIDTH for char in old) else new


def _widened(char: str) -> str:
    return chr(ord(char) + _TO_PLAIN) if "!" <= char <= "~" else char


def pinyin(name: str) -> tuple[str, ...] | None:
    """The syllables of a Chinese name, in small letters; None where a character is not known."""
    read = [_readings().get(char, "") for char in simplified(name)]
    return tuple(read) if all(read) else None


def syllables(word: str) -> tuple[str, ...] | None:
    """A word of small letters as pinyin, in the fewest syllables; None if it is no pinyin."""
    known = _syllables()
    best: list[tuple[str, ...] | None] = [()]
    for end in range(1, len(word) + 1):
        ways = [
            (*before, word[start:end])
            for start in range(max(0, end - 6), end)
            if (before := best[start]) is not None and word[start:end] in known
        ]
        best.append(min(ways, key=len, default=None))
    return best[-1] or None


@cache
def _data() -> Mapping[str, Any]:
    text = files("deid.text.operators").joinpath("characters.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _readings() -> Mapping[str, str]:
    return {char: syllable for syllable, chars in _data()["pinyin"].items() for char in chars}


@cache
def _syllables() -> frozenset[str]:
    return frozenset(_data()["pinyin"])


@cache
def _scripts() -> tuple[Mapping[int, str], Mapping[int, str]]:
    simple, full = ("".join(_data()["traditional"][name].split()) for name in ("simplified", "traditional"))
    return _mapped(full, simple), _mapped(simple, full)


def _mapped(some: Iterable[str], others: Iterable[str]) -> Mapping[int, str]:
    return {ord(one): other for one, other in zip(some, others, strict=True)}
