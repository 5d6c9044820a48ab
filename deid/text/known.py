"""What is known already, found again in a text however it is written there: names, numbers, addresses.

Looked for is the bare sequence of letters, Han characters and figures, in plain width, small letters and Simplified
script; whatever blanks and marks stand between them. A name is looked for in pinyin too.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import Literal
from unicodedata import normalize

from ahocorasick_rs import AhoCorasick, MatchKind

from deid.text.folding import fold, has_han
from deid.text.operators.inventing import Sex
from deid.text.operators.mentions import read_mention
from deid.text.operators.persons import Person, person_of
from deid.text.operators.written import pinyin, simplified
from deid.text.spans import CHECKED, Span
from deid.text.words import WORDS

# How a value must stand: anywhere, as a whole word or number, or as a whole word that begins with a capital.
Where = Literal["anywhere", "whole", "name"]

_BARE = re.compile(r"[^\W_]")
_NOT_BARE = re.compile(r"[\W_]+")
_WIDEST_GAP = 4  # characters between two of a value: a line break and some blanks
_LEAST = 2
_LEAST_NUMBER, _SURE_NUMBER = 4, 6
_LEAST_LATIN, _SURE_LATIN = 3, 9


@dataclass(frozen=True, slots=True)
class Value:
    """Something known, bare; it is a `type` and must stand `where`."""

    bare: str
    type: str
    where: Where = "anywhere"


@dataclass(frozen=True)
class Known:
    """All that is known for one text: values, who bears the names among them, and what others know `beside`."""

    values: frozenset[Value] = frozenset()
    own_people: tuple[Person, ...] = ()
    beside: "tuple[Known, ...]" = ()

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody whose whole name is known."""
        return (*self.own_people, *(person for one in self.beside for person in one.people))

    def find(self, text: str) -> list[Span]:
        """Where anything known stands in `text`, in order; spans may overlap."""
        if not self:
            return []
        plain = _plain(text)
        bare = _bare_of(plain)
        found = {span for one in self._all() for span in one._found(text, plain, bare)}
        return sorted(found, key=lambda span: (span.start, -span.end, span.type))

    def __or__(self, other: "Known") -> "Known":
        """Both, each looked for as it is: what many texts share is made ready once."""
        if not other or other is self:
            return self
        return Known(beside=(self, other)) if self else other

    def __bool__(self) -> bool:
        return bool(self.values or self.beside)

    def _all(self) -> "Iterator[Known]":
        if self.values:
            yield self
        for one in self.beside:
            yield from one._all()

    def _found(self, text: str, plain: str, bare: str) -> list[Span]:
        matches = self._automaton.find_matches_as_indexes(bare, overlapping=True)
        if not matches:
            return []
        places = [match.start() for match in _BARE.finditer(plain)]
        return [
            Span(places[start], places[end - 1] + 1, value.type, CHECKED)
            for number, start, end in matches
            for value in self._listed[number][1]
            if _stands(value, text, places[start:end])
        ]

    @cached_property
    def _listed(self) -> list[tuple[str, list[Value]]]:
        """Every sequence once, with the values that are written so."""
        listed: dict[str, list[Value]] = {}
        for value in sorted(self.values, key=lambda one: (one.bare, one.type, one.where)):
            listed.setdefault(value.bare, []).append(value)
        return list(listed.items())

    @cached_property
    def _automaton(self) -> AhoCorasick:
        return AhoCorasick([bare for bare, _ in self._listed], matchkind=MatchKind.Standard)


NOTHING = Known()


def name(text: str, sex: Sex = "either", *, in_parts: bool = True) -> Known:
    """Somebody's name, as one would write it: Chinese, with a dot, or Latin; its forms with it.

    `in_parts`: the given name alone counts too, and a name that is a word of every sentence (高兴).
    """
    mention = read_mention(text.strip() or "?")
    person = person_of(mention, sex)
    if not in_parts and _bare(text) in WORDS.names["everyday"]:
        return NOTHING
    values = {Value(_bare(text), "NAME", _where_of_name(text))}
    if mention.script == "han" and person.surname and person.given:
        values |= set(_of_han(person, in_parts=in_parts))
    elif mention.script == "latin" and person.surname:
        values |= set(_of_latin(person))
    elif mention.script == "dotted":
        values |= {Value(part, "NAME") for part in person.given.split("·") if len(part) > _LEAST}
    people = (person,) if mention.is_whole or mention.script == "dotted" else ()
    return Known(frozenset(one for one in values if len(one.bare) >= _LEAST), people)


def number(text: str, kind: str) -> Known:
    """A number, or a word with figures, of the type `kind`."""
    bare = _bare(text)
    if len(bare) < _LEAST_NUMBER:
        return NOTHING
    return Known(frozenset((Value(bare, kind, "anywhere" if len(bare) >= _SURE_NUMBER else "whole"),)))


def words(text: str, kind: str) -> Known:
    """A name of a place or an institution, an address, an e-mail address."""
    bare = _bare(text)
    if len(bare) < _LEAST:
        return NOTHING
    return Known(
        frozenset((Value(bare, kind, "anywhere" if has_han(bare) or len(bare) >= _SURE_LATIN else "whole"),))
    )


def _where_of_name(text: str) -> Where:
    if has_han(text):
        return "anywhere"
    return "whole" if len(text.split()) > 1 else "name"


def _of_han(person: Person, *, in_parts: bool) -> Iterator[Value]:
    full = person.surname + person.given
    yield Value(full, "NAME")
    yield Value(person.given + person.surname, "NAME", "whole")  # two fields, the given name first
    alone = in_parts and len(person.given) > 1 and person.given not in WORDS.names["everyday"]
    if alone:
        yield Value(person.given, "NAME")
    surname, given = ("".join(pinyin(one) or ()) for one in (person.surname, person.given))
    if surname and given:
        yield from (Value(one, "NAME", _where_of_latin(one)) for one in (surname + given, given + surname))
        if alone:
            yield Value(given, "NAME", "name")


def _of_latin(person: Person) -> Iterator[Value]:
    surname, given = _bare(person.surname), [_bare(one) for one in person.given.split()]
    for first in (given[:1], given):
        joined = "".join(first)
        if surname and joined:
            yield from (
                Value(one, "NAME", _where_of_latin(one)) for one in (surname + joined, joined + surname)
            )
    if given and given[0]:
        yield Value(given[0][0] + surname, "NAME", "name")
    yield from (Value(one, "NAME", "name") for one in (surname, *given) if len(one) >= _LEAST_LATIN)


def _where_of_latin(bare: str) -> Where:
    return "anywhere" if len(bare) >= _SURE_LATIN else "whole"


def _bare(text: str) -> str:
    """What is compared: no blanks, no marks, plain width, small letters, Simplified script."""
    return _bare_of(_plain(text))


def _plain(text: str) -> str:
    """`text` folded, in Simplified script, letters without accents and tones (Wáng); as long as `text`."""
    return simplified(fold(text)).translate(_unmarked())


@cache
def _unmarked() -> dict[int, str]:
    marked = (chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)))
    return {ord(char): base[0] for char in marked if len(base := normalize("NFD", char)) > 1}


def _bare_of(plain: str) -> str:
    small = plain.lower()
    return _NOT_BARE.sub("", small if len(small) == len(plain) else "".join(map(_small, plain)))


def _small(char: str) -> str:
    # Some letters have more than one when small; then the places would no longer be true.
    small = char.lower()
    return small if len(small) == 1 else char


def _stands(value: Value, text: str, places: list[int]) -> bool:
    start, end = places[0], places[-1] + 1
    if any(b - a - 1 > _WIDEST_GAP for a, b in pairwise(places)):
        return False
    if value.where == "anywhere":
        return True
    around = fold(text[max(0, start - 1) : start] + " " + text[end : end + 1])
    first = fold(text[start])
    if any(char.isascii() and char.isalnum() for char in around if _joins(first, char)):
        return False
    return value.where == "whole" or first.isupper()


def _joins(first: str, char: str) -> bool:
    """Whether a character beside a value makes it a part of a longer word or number."""
    return first.isalpha() == char.isalpha() or first.isalpha()


def known_all(some: Iterable[Known]) -> Known:
    """All of it together."""
    values: set[Value] = set()
    people: dict[Person, None] = {}
    for one in some:
        values |= one.values
        people |= dict.fromkeys(one.people)
    return Known(frozenset(values), tuple(people))
