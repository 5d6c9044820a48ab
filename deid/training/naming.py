"""People who do not exist, with names of every kind that is met in Chinese hospitals."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import rjieba

from deid.training.chance import Chance, Weighted, ranked

_SOURCE: dict[str, Any] = tomllib.loads(files("deid.training").joinpath("names.toml").read_text("utf-8"))
_DOTS = "··········•・‧∙.●•"
# GB 2312, level one: the characters a schoolchild knows; the tail of what parents choose from.
_KNOWN = tuple(bytes((high, low)).decode("gb2312") for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFF))
_RARE = tuple(bytes((high, low)).decode("gb2312") for high in range(0xD8, 0xF7) for low in range(0xA1, 0xFF))
_NEVER = frozenset(
    "的了吗呢吧啊死病痛伤癌尸毒屎尿屁奸贼鬼杀骂血癣痔疮痰脓肛阴粪哪么这那她它您咱呀哦嗯啦嘛你我他个们"
)


def _characters(name: str) -> list[str]:
    """The characters of a list, each once, in order."""
    return list(dict.fromkeys(_SOURCE[name].replace("\n", "")))


def _words(name: str, part: str = "") -> list[str]:
    source = _SOURCE[part] if part else _SOURCE
    return list(source[name].split())


@cache
def _given_words() -> list[str]:
    """Given names that are words of the dictionary too, as about one in ten is: 明月, 德才, 海洋."""
    cutter, given = rjieba.Jieba(), given_characters()
    return [one + two for one in given for two in given if cutter.has_word(one + two)]


@dataclass(frozen=True, slots=True)
class Person:
    """`full` as it is written; `surname` and `given` empty where the name has no such parts."""

    full: str
    surname: str = ""
    given: str = ""


class People:
    """Draws people. `known` is the share of surnames and characters that may be drawn, for what is held out.

    `side` 0 draws from all; 1 and 2 share nothing but the commonest surnames with each other.
    """

    def __init__(self, side: int = 0) -> None:
        self._side = side
        self._surnames = ranked(_characters("surnames"), flat=18)
        self._flat = _characters("surnames")[60:]
        self._compounds = _words("compounds")
        self._given = {
            name: ranked(self._ours(_characters(name)), flat=25)
            for name in ("old-men", "old-women", "men", "women", "young-men", "young-women")
        }
        self._tail = [one for one in self._ours(_KNOWN) if one not in _NEVER]
        self._rare = self._ours(_RARE)
        self._groups = {name: self._ours(_words(name, "minority")) for name in _SOURCE["minority"]}
        self._foreign = {name: self._ours(_words(name, "foreign")) for name in _SOURCE["foreign"]}
        self._words = self._ours(_words("words"))
        self._given_words = self._ours(_given_words())
        self._word_names = self._ours(_words("word-names"))
        self._nicknames = self._ours(_words("nicknames"))
        self._kinds = Weighted(
            ["han", "flat", "compound", "word", "minority", "foreign", "double"],
            [70, 9, 4, 7, 7.5, 1.5, 1],
        )

    def _ours(self, words: Sequence[str]) -> list[str]:
        if not self._side:
            return list(words)
        return [
            word
            for word in words
            if sum(map(ord, word)) * 7 % 3 == 0 or sum(map(ord, word)) * 7 % 3 == self._side
        ]

    def draw(self, chance: Chance, *, han: bool = False) -> Person:
        """Anybody; where `han`, somebody with a surname."""
        kind = "han" if han and chance.maybe(0.85) else self._kinds.draw(chance)
        if han and kind in ("minority", "foreign"):
            kind = "flat"
        if kind == "minority":
            return Person(self._minority(chance))
        if kind == "foreign":
            return self._from_abroad(chance)
        if kind == "word":
            whole = chance.pick(self._word_names)
            return Person(whole, whole[0], whole[1:])
        return self._han(kind, chance)

    def _han(self, kind: str, chance: Chance) -> Person:
        surname = self._surnames.draw(chance)
        if kind == "flat":
            surname = chance.pick(self._flat)
        elif kind == "compound":
            surname = chance.pick(self._compounds)
        elif kind == "double":
            surname += self._surnames.draw(chance)
        given = self._given_name(chance, single=kind in ("han", "flat", "compound"))
        return Person(surname + given, surname, given)

    def _given_name(self, chance: Chance, *, single: bool) -> str:
        if chance.maybe(0.02):
            return chance.pick(self._words)
        if chance.maybe(0.1):
            return chance.pick(self._given_words)
        pool = self._given[chance.pick(tuple(self._given))]
        if single and chance.maybe(0.27):
            return self._character(pool, chance)
        first, second = self._character(pool, chance), self._character(pool, chance)
        return first * 2 if chance.maybe(0.04) else first + second

    def _character(self, pool: Weighted, chance: Chance) -> str:
        if chance.maybe(0.16):
            return chance.pick(self._tail)
        if chance.maybe(0.02):
            return chance.pick(self._rare)
        return pool.draw(chance)

    def _minority(self, chance: Chance) -> str:
        group = chance.pick(tuple(self._groups))
        one, two = chance.pick(self._groups[group]), chance.pick(self._groups[group])
        if group.startswith("uyghur") or group == "kazakh":
            father = chance.pick(self._groups["uyghur-men" if group != "kazakh" else "kazakh"])
            return one if chance.maybe(0.15) else one + chance.pick(_DOTS) + father
        if group == "tibetan":
            return (
                one if chance.maybe(0.2) else one + (chance.pick(_DOTS) if chance.maybe(0.15) else "") + two
            )
        if group == "yi":
            return one + (chance.pick(_DOTS) if chance.maybe(0.2) else "") + two
        if group in ("zhuang", "hui"):
            return one + self._given_name(chance, single=True)
        return one

    def _from_abroad(self, chance: Chance) -> Person:
        if chance.maybe(0.2):
            surname = chance.pick(self._foreign["japanese"])
            given = chance.pick(self._foreign["japanese-given"])
            return Person(surname + given, surname, given)
        if chance.maybe(0.2):
            whole = chance.pick(self._foreign["korean"])
            return Person(whole, whole[0], whole[1:])
        given, family = chance.pick(self._foreign["given"]), chance.pick(self._foreign["family"])
        if chance.maybe(0.15):
            return Person(family)
        return Person(given + chance.pick(_DOTS) + family)

    def by_husband(self, chance: Chance) -> Person:
        """An old woman who has no given name in the papers: 王李氏."""
        surname = self._surnames.draw(chance)
        given = ("" if chance.maybe(0.2) else self._surnames.draw(chance)) + "氏"
        return Person(surname + given, surname, given)

    def nickname(self, chance: Chance) -> str:
        """What somebody is called at home."""
        return chance.pick(self._nicknames)


def surname_characters() -> list[str]:
    """Every character that is a surname, the common first."""
    return _characters("surnames")


def compound_surnames() -> list[str]:
    """Surnames of two characters."""
    return _words("compounds")


def given_characters() -> list[str]:
    """Characters that parents like to choose."""
    names = ("old-men", "old-women", "men", "women", "young-men", "young-women")
    return sorted({char for name in names for char in _characters(name)})


def known_characters() -> tuple[str, ...]:
    """The 3,755 characters of GB 2312, level one."""
    return tuple(_KNOWN)
