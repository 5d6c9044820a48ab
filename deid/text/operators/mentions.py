"""A name as it stands in a text, taken apart: which characters are surname, which given, which only hide one."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from deid.text.folding import fold
from deid.text.operators.written import pinyin, simplified, syllables
from deid.text.patterns import any_of
from deid.text.words import WORDS

Script = Literal["han", "dotted", "latin", "other"]
Role = Literal["surname", "given", "initial", "particle", "both"]

HIDDEN = "*"
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_MASKS = re.compile(r"[某*×xX〇□_]")
_BETWEEN = re.compile(r"[\s,.·'-]")
_RUN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")  # of any alphabet
_TITLE_BEHIND = re.compile(any_of(WORDS.names["titles"]) + "$")
_FOR_SURNAMES = "老小阿"
# What is joined to a name by mistake.
SMALL_WORDS = frozenset(
    "可的与和来诉等在因男女已未今昨现及并自从由为是有无就称系让请给被把向对陪送带经后前同"
)
_WORD_BEHIND_MASK = re.compile(rf"(?<=[*])[{''.join(sorted(SMALL_WORDS))}]+$")
_LONGEST_PLAIN = 3  # characters of a Chinese name with a single surname


@dataclass(frozen=True, slots=True)
class Part:
    """Characters `start` to `end` of a mention are of the `role`; `index` counts within it, from 0."""

    start: int
    end: int
    role: Role
    index: int = 0


@dataclass(frozen=True, slots=True)
class Mention:
    """A name taken apart. `surname` and `given` are simplified or in small letters; "" where not there.

    In `given`, `*` is a character the text hides. What no part covers stays as it is written: blanks, dots, masks,
    and the 老 of 老王.
    """

    raw: str
    script: Script
    parts: tuple[Part, ...]
    surname: str
    given: str

    @property
    def is_whole(self) -> bool:
        """Whether it has a surname and a given name, and hides nothing of it."""
        return bool(self.surname and self.given) and HIDDEN not in self.given and not self._has_initial

    @property
    def _has_initial(self) -> bool:
        return self.script == "latin" and len(self.given) == 1


def read_mention(raw: str) -> Mention:
    """Take a name apart. Never fails: what is no name one knows is `other`."""
    plain = fold(raw)
    runs = _RUN.findall(plain)
    if not runs:
        return _latin(raw, plain)
    if len(runs) > 1 and re.search(r"[·.]", plain) and not re.search("[A-Za-z0-9]", plain):
        return _dotted(raw, plain)
    places = [at for at, char in enumerate(plain) if not _BETWEEN.match(char)]
    name = _without_title("".join(_char(plain[at]) for at in places))
    places = places[: len(name)]
    if "?" in name or name[0] == HIDDEN:
        return Mention(raw, "other", (), "", simplified(plain))
    if name[0] in _FOR_SURNAMES and len(name) in (2, 3):
        affixed = _han(raw, name[1:], places[1:])
        if not (affixed.surname and affixed.given):
            return affixed
    return _han(raw, name, places)


def _without_title(name: str) -> str:
    """沈女士 is a surname and a title, whoever found them together."""
    title = _TITLE_BEHIND.search(name, 1) or _WORD_BEHIND_MASK.search(name)
    return name[: title.start()] if title else name


def _char(char: str) -> str:
    if _MASKS.match(char):
        return HIDDEN
    return simplified(char) if _HAN.match(char) else "?"


def _han(raw: str, name: str, places: list[int]) -> Mention:
    long = _surname_length(name)
    parts = tuple(
        Part(at, at + 1, "surname", number) if number < long else Part(at, at + 1, "given", number - long)
        for number, at in enumerate(places)
        if name[number] != HIDDEN
    )
    return Mention(raw, "han", parts, name[:long], name[long:])


def _surname_length(name: str) -> int:
    if name[:2] in WORDS.names["compounds"]:
        return 2
    return int(name[0] in WORDS.surnames and len(name) <= _LONGEST_PLAIN)


def _dotted(raw: str, plain: str) -> Mention:
    parts = tuple(
        Part(match.start(), match.end(), "given", number) for number, match in enumerate(_RUN.finditer(plain))
    )
    names = [simplified(plain[part.start : part.end]) for part in parts]
    return Mention(raw, "dotted", parts, "", "·".join(names))


def _latin(raw: str, plain: str) -> Mention:
    words = list(_WORD.finditer(plain))
    if not words:
        return Mention(raw, "other", (), "", plain)
    spoken = [match[0].lower() for match in words]
    roles = _roles(spoken, comma="," in plain)
    counts: dict[str, int] = {}
    parts = []
    for match, role in zip(words, roles, strict=True):
        parts.append(Part(match.start(), match.end(), role, counts.get(role, 0)))
        counts[role] = counts.get(role, 0) + 1
    said = {
        wanted: [w for w, role in zip(spoken, roles, strict=True) if role in wanted]
        for wanted in ("surname", "given")
    }
    given = said["given"] or [w for w, role in zip(spoken, roles, strict=True) if role == "initial"][:1]
    return Mention(raw, "latin", tuple(parts), " ".join(said["surname"]), " ".join(given))


def _roles(words: list[str], *, comma: bool) -> list[Role]:
    """Smith, John A.; John van Smith; Wang Xiuying; a word alone is a surname unless it is a known given name."""
    if len(words) == 1:
        return ["given" if words[0] in _known_given() else "surname"]
    first = comma or (is_pinyin(words) and words[0] in _pinyin_surnames())
    at = 0 if first else len(words) - 1
    while at < len(words) - 1 and words[at] in NAMES["latin"]["particles"]:
        at += 1
    roles: list[Role] = []
    for number, word in enumerate(words):
        if number == at:
            roles.append("surname")
        elif word in NAMES["latin"]["particles"]:
            roles.append("particle")
        else:
            roles.append("initial" if len(word) == 1 else "given")
    return roles


def is_pinyin(words: list[str]) -> bool:
    """Whether all of `words` are pinyin, and the first or the last is a Chinese surname."""
    if not all(syllables(re.sub("['-]", "", word)) for word in words):
        return False
    return bool(_pinyin_surnames() & {words[0], words[-1]})


@cache
def _pinyin_surnames() -> frozenset[str]:
    return frozenset("".join(read) for one in WORDS.surnames if (read := pinyin(one)))


@cache
def _known_given() -> frozenset[str]:
    latin = NAMES["latin"]
    listed = (*latin["female"], *latin["male"], *latin["either"])
    return frozenset((*(one.lower() for one in listed), *latin["known-female"], *latin["known-male"]))


def _read_names() -> Mapping[str, Mapping[str, list[str]]]:
    text = files("deid.text.operators").joinpath("names.toml").read_text("utf-8")
    return {
        part: {name: _listed(part, name, words) for name, words in table.items()}
        for part, table in tomllib.loads(text).items()
    }


def _listed(part: str, name: str, words: str) -> list[str]:
    """Words between blanks; in lists of characters, each of them."""
    return list("".join(words.split())) if part == "han" and name != "compounds" else words.split()


NAMES = _read_names()
