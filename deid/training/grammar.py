"""Sentences out of rules: a text full of `{rule}` and `[this|or this]` becomes one of very many.

A file of rules has `@name` on a line and one alternative on each line below. `{name}` stands for one of them,
`[a|b|]` for a or b or nothing, `{#3-90}` for a number, `{P}` and the like for a person (see notes.py), `~` for
a new line, and `_` for a blank at the end of a line.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Protocol

from deid.training.chance import Chance

_PIECE = re.compile(r"\{([^{}\[\]|]+)\}|([\[\]|])|([^{}\[\]|]+)")
_NUMBER = re.compile(r"#(\d+)-(\d+)(?:\.(\d+))?")
_DEEPEST = 24


class Sink(Protocol):
    """Where what was chosen is written, piece by piece."""

    def text(self, piece: str) -> None:
        """Write `piece`."""

    def slot(self, name: str) -> bool:
        """Write what `name` stands for, if it is no rule; whether it was known."""


@dataclass(slots=True)
class _Choice:
    """One of several sequences of pieces."""

    ways: list[list["str | _Slot | _Choice"]] = field(default_factory=lambda: [[]])


@dataclass(frozen=True, slots=True)
class _Slot:
    name: str


class Grammar:
    """Rules, and what can be said with them."""

    def __init__(self, rules: Mapping[str, Iterable[str]]) -> None:
        self._rules = {name: _Choice([[compile_text(one)] for one in ways]) for name, ways in rules.items()}

    def __contains__(self, name: str) -> bool:
        return name in self._rules

    def say(self, choice: "_Choice", sink: Sink, chance: Chance, depth: int = 0) -> None:
        """Write one of the ways of `choice` to `sink`."""
        if depth > _DEEPEST:
            return
        for piece in chance.pick(choice.ways):
            if isinstance(piece, str):
                sink.text(piece)
            elif isinstance(piece, _Choice):
                self.say(piece, sink, chance, depth + 1)
            elif number := _NUMBER.fullmatch(piece.name):
                sink.text(_number(number, chance))
            elif piece.name in self._rules:
                self.say(self._rules[piece.name], sink, chance, depth + 1)
            elif not sink.slot(piece.name):
                raise KeyError(piece.name)


def _number(number: re.Match[str], chance: Chance) -> str:
    low, high = int(number[1]), int(number[2])
    whole = str(low + chance.below(high - low + 1))
    return whole + ("." + "".join(str(chance.below(10)) for _ in range(int(number[3]))) if number[3] else "")


def compile_text(text: str) -> _Choice:
    """What a text with `{}` and `[|]` may become."""
    stack = [_Choice()]
    for match in _PIECE.finditer(text.replace("~", "\n").replace("_", " ")):
        slot, sign, plain = match.groups()
        if sign == "[":
            inner = _Choice()
            stack[-1].ways[-1].append(inner)
            stack.append(inner)
        elif sign == "|" and len(stack) > 1:
            stack[-1].ways.append([])
        elif sign == "]" and len(stack) > 1:
            stack.pop()
        else:
            stack[-1].ways[-1].append(_Slot(slot) if slot else plain or sign)
    if len(stack) != 1:
        raise ValueError(f"[ without ]: {text[:40]}")
    return stack[0]


def read_rules(folder: str = "grammar", beginning: str = "words") -> dict[str, list[str]]:
    """The rules of all files of `folder` whose name begins so."""
    rules: dict[str, list[str]] = {}
    for text in _read(folder, beginning):
        name = ""
        for line in text.splitlines():
            if line.startswith("@"):
                name = line[1:].strip()
                rules.setdefault(name, [])
            elif line and not line.startswith("#"):
                rules[name].append(line)
    return rules


def read_lists(folder: str = "grammar", beginning: str = "lists") -> dict[str, list[str]]:
    """Rules of plain words, written with blanks between them."""
    return {
        name: [word for line in lines for word in line.split()]
        for name, lines in read_rules(folder, beginning).items()
    }


def read_notes(folder: str = "grammar", beginning: str = "notes") -> dict[str, list[str]]:
    """Kind of note -> what such notes look like; parted by a line `=====`, the first line naming the kind."""
    kinds: dict[str, list[str]] = {}
    for text in _read(folder, beginning):
        for note in text.split("\n=====\n"):
            kind, _, body = note.strip("\n").partition("\n")
            kinds.setdefault(kind.lstrip("# "), []).append(body)
    return kinds


def _read(folder: str, beginning: str) -> list[str]:
    shelf = files("deid.training").joinpath(folder)
    found = sorted((one for one in shelf.iterdir() if one.name.startswith(beginning)), key=lambda f: f.name)
    return [one.read_text("utf-8") for one in found]
