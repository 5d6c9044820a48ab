"""The words the text engine knows by heart, read once from words.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

Lists = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Words:
    """`labels`: label in small letters -> type of the number behind it; `hints`: word in a label -> the type.

    The others: list -> its words.
    """

    labels: Mapping[str, str]
    hints: Mapping[str, str]
    numbers: Lists
    dates: Lists
    surnames: frozenset[str]
    names: Lists
    places: Lists
    english: Lists


def _read() -> Words:
    source: dict[str, Any] = tomllib.loads(files("deid.text").joinpath("words.toml").read_text("utf-8"))
    labels, hints = (
        {word: kind for kind, text in source[part].items() for word in _words(text)}
        for part in ("labels", "hints")
    )
    lists = {
        part: {name: _words(text) for name, text in source[part].items()}
        for part in ("numbers", "dates", "names", "places", "english")
    }
    single = frozenset("".join(lists["names"].pop("surnames")))
    surnames = single | frozenset(lists["names"]["compounds"])
    return Words(labels=labels, hints=hints, surnames=surnames, **lists)


def _words(text: str) -> tuple[str, ...]:
    """Words between blanks; a no-break space inside stands for a blank of the word itself."""
    split = (word for line in text.split("\n") for word in line.split(" "))
    return tuple(word.replace("\N{NO-BREAK SPACE}", " ") for word in split if word)


WORDS = _read()
