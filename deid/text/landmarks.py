"""One pass over a text for every word the place finders go by: names of places, ends of names, labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from ahocorasick_rs import AhoCorasick, MatchKind

from deid.text.divisions import DIVISIONS
from deid.text.words import WORDS

Kind = Literal[
    "full",
    "province",
    "prefecture",
    "doubtful",
    "abroad",
    "known",
    "surely",
    "works",
    "hospital",
    "org",
    "home",
    "employer",
    "",
]


@dataclass(frozen=True, slots=True)
class Landmark:
    """Characters `start` to `end` are a word of `kind`; "" is one that only looks like a place."""

    start: int
    end: int
    kind: Kind


def landmarks(text: str) -> list[Landmark]:
    """Every word of a folded text the finders of places go by, the longest at each place, none overlapping."""
    automaton, kinds = _known()
    return [Landmark(start, end, kinds[word]) for word, start, end in automaton.find_matches_as_indexes(text)]


@cache
def _known() -> tuple[AhoCorasick, tuple[Kind, ...]]:
    kinds = dict(_words())
    automaton = AhoCorasick(tuple(kinds), matchkind=MatchKind.LeftmostLongest)
    return automaton, tuple(kinds.values())


def _words() -> Iterator[tuple[str, Kind]]:
    """Each word and its kind; of a word that is here twice, the later counts."""
    lists: tuple[tuple[Kind, frozenset[str] | tuple[str, ...]], ...] = (
        ("abroad", WORDS.places["abroad"]),
        ("doubtful", DIVISIONS.doubtful),
        ("doubtful", WORDS.places["cities"]),
        ("prefecture", DIVISIONS.prefectures),
        ("full", DIVISIONS.full),
        ("province", DIVISIONS.provinces),
        ("known", WORDS.places["known-hospitals"]),
        ("works", WORDS.places["known-employers"]),
        ("surely", WORDS.places["sure-hospitals"]),
        ("hospital", WORDS.places["hospitals"]),
        ("home", WORDS.places["address-labels"]),
        ("employer", WORDS.places["employer-labels"]),
        ("org", WORDS.places["organisations"]),  # 学校 is a label only with a colon behind
        ("", WORDS.places["no-places"]),
    )
    for kind, words in lists:
        yield from ((word, kind) for word in sorted(words))
