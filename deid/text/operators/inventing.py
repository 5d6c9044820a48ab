"""Invent a name: Chinese, with a dot, or English, of the same length and sex, keyed by whose it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from deid.text.operators.keyed import Keyed
from deid.text.operators.mentions import NAMES
from deid.text.operators.written import pinyin

Sex = Literal["female", "male", "either"]

_HAN, _DOTTED, _LATIN = NAMES["han"], NAMES["dotted"], NAMES["latin"]
_SEXES: tuple[Literal["female", "male"], ...] = ("female", "male")
_TRIES = 200


@dataclass(frozen=True, slots=True)
class Invented:
    """A name that is nobody's in the text: Simplified script, or English words."""

    surname: str
    given: str


def sex_of(given: str) -> Sex:
    """What a given name, Simplified or in small letters, tells of the sex."""
    for word in given.split():
        for sex in _SEXES:
            if word in _LATIN[f"known-{sex}"]:
                return sex
    for char in reversed(given):
        for sex in _SEXES:
            if char in _HAN[sex]:
                return sex
    return "either"


def han_names(keyed: Keyed, surname: str, given: str, sex: Sex, *about: str) -> Iterator[Invented]:
    """Names as long as this one, none with a character of it; the first that will do is the one to take."""
    used = frozenset(surname + given)
    for attempt in range(_TRIES):
        seed = (*about, str(attempt))
        made = Invented(
            _surname(keyed, len(surname), seed), _given(keyed, len(given), sex, bool(surname), seed)
        )
        if used.isdisjoint(made.surname + made.given):
            yield made


def pinyin_names(keyed: Keyed, surname: str, given: int, *about: str) -> Iterator[Invented]:
    """Names of `given` characters behind the surname, none of them read as `surname`."""
    for made in han_names(keyed, "一" if surname else "", "一" * given, "either", *about):
        if "".join(pinyin(made.surname) or ()) != surname:
            yield made


def dotted_names(keyed: Keyed, parts: list[str], sex: Sex, *about: str) -> Iterator[Invented]:
    """Names of as many parts, each as near in length as there is one, the second after a father."""
    used = frozenset("".join(parts))
    for attempt in range(_TRIES):
        own = [sex if number == 0 else "male" for number in range(len(parts))]
        made = [
            keyed.one_of(
                _nearest(_DOTTED["female" if one == "female" else "male"], len(part)),
                *about,
                f"{number} {attempt}",
            )
            for number, (part, one) in enumerate(zip(parts, own, strict=True))
        ]
        # Long names share characters, so only the words must differ, then as many characters as can be had.
        if made != parts and (attempt > _TRIES // 2 or used.isdisjoint("".join(made))):
            yield Invented("", "·".join(made))


def latin_names(keyed: Keyed, surname: str, given: str, sex: Sex, *about: str) -> Iterator[Invented]:
    """English names of as many given names, none with the initial of the one it stands for."""
    for attempt in range(_TRIES):
        seed = (*about, str(attempt))
        last = keyed.one_of(_other_initial(_LATIN["last"], surname), *seed, "last")
        first = [
            keyed.one_of(_other_initial(_LATIN[sex], one), *seed, f"first {number}")
            for number, one in enumerate(given.split() or ["?"])
        ]
        yield Invented(last, " ".join(first))


def han_char(keyed: Keyed, old: str, *about: str) -> str:
    """A character of names that is not `old`."""
    return keyed.one_of([one for one in _HAN["either-second"] if one != old], *about)


def particle(keyed: Keyed, old: str) -> str:
    """A particle of names (van, de) that is not `old`."""
    return keyed.one_of([one for one in _LATIN["particles"] if one != old], "particle", old)


def _surname(keyed: Keyed, length: int, seed: tuple[str, ...]) -> str:
    if not length:
        return ""
    return keyed.one_of(_HAN["surnames"] if length == 1 else _HAN["compounds"], *seed, "surname")


def _given(keyed: Keyed, length: int, sex: Sex, has_surname: bool, seed: tuple[str, ...]) -> str:
    if not length:
        return ""
    if length >= 4 and not has_surname:
        pairs = [keyed.one_of(_DOTTED["undotted"], *seed, f"pair {n}") for n in range((length + 1) // 2)]
        return "".join(pairs)[:length]
    last = keyed.one_of(_HAN[f"{sex}-second"], *seed, "second")
    before = (keyed.one_of(_HAN[f"{sex}-first"], *seed, f"first {n}") for n in range(length - 1))
    return "".join((*before, last))


def _nearest(names: list[str], length: int) -> list[str]:
    least = min(abs(len(one) - length) for one in names)
    return [one for one in names if abs(len(one) - length) <= max(least, 1)]


def _other_initial(names: list[str], old: str) -> list[str]:
    return [one for one in names if one[0].lower() != old[:1].lower()]
