"""Who is who in a text, and by which invented name each goes: all forms of one name follow the one person.

Whom 王女士 or J. Smith means is found among the whole names of the text and of the record; the sex a title tells
decides between two, then who was named last.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from deid.text.folding import fold
from deid.text.operators.inventing import (
    Invented,
    Sex,
    dotted_names,
    han_char,
    han_names,
    latin_names,
    pinyin_names,
)
from deid.text.operators.keyed import Keyed
from deid.text.operators.mentions import HIDDEN, NAMES, SMALL_WORDS, Mention, Part, read_mention
from deid.text.operators.persons import Person, each_once, letters, may_be, person_of
from deid.text.operators.saying import latin_said, spliced
from deid.text.operators.written import is_mostly_traditional, simplified, syllables

_TITLE_NEAR = 6
_MALE, _FEMALE = (tuple(NAMES["titles"][sex]) for sex in ("male", "female"))


@dataclass(slots=True)
class Cast:
    """The people of one text. `scope` is whose text it is, "" for nobody's; `real` are all names that stand in it."""

    keyed: Keyed
    scope: str
    real: frozenset[str]
    in_traditional: bool = False
    named: frozenset[tuple[str, str, str]] = frozenset()  # whom the text names whole
    people: list[Person] = field(default_factory=list)
    invented: dict[Person, Invented] = field(default_factory=dict)
    numbers: dict[Person, int] = field(default_factory=dict)

    @classmethod
    def of(cls, keyed: Keyed, scope: str, text: str, names: Iterable[str], known: Iterable[Person]) -> "Cast":
        """The cast of `text`, where `names` stand in this order and the record knows of `known`."""
        mentions = [read_mention(name) for name in names]
        real = frozenset(
            one for mention in mentions for one in (mention.raw, mention.surname + mention.given)
        )
        cast = cls(keyed, scope, real, is_mostly_traditional(text))
        whole = [person_of(mention) for mention in mentions if mention.is_whole]
        cast.people = list(each_once([*known, *whole]))
        cast.named = frozenset(one.about for one in whole)
        return cast

    def in_place_of(self, raw: str, before: str = "", behind: str = "") -> str:
        """What stands in place of the name `raw`, which stands between `before` and `behind`."""
        mention = read_mention(raw)
        if parted := self._around_a_name(mention):
            first, name, last = parted
            return self._beside(first) + self.in_place_of(name, first, last) + self._beside(last)
        if mention.script == "other":
            return self._garbled(raw)
        person = self.who(mention, before, behind)
        words = [self._said(mention, part, person) for part in mention.parts]
        return spliced(self.keyed, mention, words, in_traditional=self.in_traditional)

    def _around_a_name(self, mention: Mention) -> tuple[str, str, str] | None:
        """What was taken for a longer name, about the whole name of somebody of the cast: 顾承远可."""
        if mention.script != "han":
            return None
        plain = simplified(fold(mention.raw))
        places = [at for at, char in enumerate(plain) if char.isalnum()]
        bare = "".join(plain[at] for at in places)
        known = (
            one.surname + one.given
            for one in self.people
            if one.script == "han" and one.surname and one.given
        )
        found = max((one for one in known if one in bare and len(one) < len(bare)), key=len, default="")
        first, _, last = bare.partition(found) if found else ("", "", "")
        # A whole name that holds another one is a name of its own, unless what is left are words.
        if not found or (mention.is_whole and not SMALL_WORDS.issuperset(first + last)):
            return None
        start, end = places[len(first)], places[len(first) + len(found) - 1] + 1
        return mention.raw[:start], mention.raw[start:end], mention.raw[end:]

    def _beside(self, text: str) -> str:
        """Words of the sentence beside a name stay; more than one character may be another name."""
        if not text.strip() or text.strip() in SMALL_WORDS:
            return text
        return self.in_place_of(text)

    def number_of(self, raw: str, before: str = "", behind: str = "") -> int:
        """The number of whoever is named so in this text, from 1 in the order they are asked for."""
        person = self.who(read_mention(raw), before, behind)
        return self.numbers.setdefault(person, len(self.numbers) + 1)

    def who(self, mention: Mention, before: str, behind: str) -> Person:
        """Whom the mention means; somebody new where it can be nobody of the cast."""
        own = person_of(mention)
        sex = _sex_told(before, behind)
        fitting = [one for one in self.people if may_be(mention, one)]
        if fitting:
            of_sex = [one for one in fitting if "either" in (sex, one.sex) or one.sex == sex] or fitting
            # Whom the text names whole goes before whom only the record knows, the patient before the house.
            return next((one for one in reversed(of_sex) if one.about in self.named), of_sex[0])
        person = Person(own.script, own.surname, own.given, sex if own.sex == "either" else own.sex)
        self.people.append(person)
        return person

    def _name_of(self, person: Person) -> Invented:
        if person not in self.invented:
            taken = set(self.invented.values())
            surnames = {one.surname for who, one in self.invented.items() if who.surname != person.surname}
            for name in self._candidates(person):
                free = name not in taken and name.surname + name.given not in self.real
                # Of whom only the surname is known, nothing else tells them from the others.
                if free and (person.given or name.surname not in surnames):
                    self.invented[person] = name
                    break
            else:
                self.invented[person] = next(iter(self._candidates(person)))
        return self.invented[person]

    def _candidates(self, person: Person) -> Iterable[Invented]:
        # A surname alone is no person: over a whole project it would be found out by how often it comes.
        about = person.about if person.surname and person.given else (*person.about, self.scope)
        if person.script == "dotted":
            return dotted_names(self.keyed, person.given.split("·"), person.sex, *about)
        if person.script == "pinyin":
            return pinyin_names(
                self.keyed, person.surname, min(2, len(syllables(letters(person.given)) or "")), *about
            )
        if person.script == "latin":
            return latin_names(self.keyed, person.surname, person.given, person.sex, *about)
        return han_names(self.keyed, person.surname, person.given, person.sex, *about)

    def _said(self, mention: Mention, part: Part, person: Person) -> str:
        name = self._name_of(person)
        if mention.script == "dotted":
            parts = name.given.split("·")
            return parts[min(part.index, len(parts) - 1)]
        if mention.script == "han":
            return self._character(mention, part, name)
        return latin_said(self.keyed, mention, part, person, name)

    def _character(self, mention: Mention, part: Part, name: Invented) -> str:
        word = name.surname if part.role == "surname" else name.given
        behind = len(mention.given) - part.index if part.role == "given" else 0
        at = len(word) - behind if behind and HIDDEN not in mention.given else part.index
        char = word[at] if 0 <= at < len(word) else ""
        old = mention.raw[part.start : part.end]
        return (
            char
            if char and char != old
            else han_char(self.keyed, old, name.surname, name.given, str(part.index))
        )

    def _garbled(self, raw: str) -> str:
        """Something of the same shape in place of what is no name one knows."""
        out = (
            self.keyed.permuted(char, "garbled", raw) if char.isascii() else self._other_char(char)
            for char in raw
        )
        return "".join(out)

    def _other_char(self, char: str) -> str:
        return han_char(self.keyed, char, "garbled", char) if char.isalnum() else char


def _sex_told(before: str, behind: str) -> Sex:
    near = behind[:_TITLE_NEAR].lstrip()
    ahead = re.sub(r"[.\s]+$", "", before[-_TITLE_NEAR:])
    for sex, titles in (("female", _FEMALE), ("male", _MALE)):
        if near.startswith(titles) or any(
            re.search(rf"(?<![A-Za-z]){one}$", ahead) for one in titles if one.isascii()
        ):
            return "female" if sex == "female" else "male"
    return "either"
