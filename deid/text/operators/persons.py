"""People by how they are named, and whether a name can mean one of them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deid.text.operators.inventing import Sex, sex_of
from deid.text.operators.mentions import HIDDEN, Mention, is_pinyin
from deid.text.operators.written import pinyin


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a name: as it is read in `mention`, and of which sex as far as it is known."""

    script: str
    surname: str
    given: str
    sex: Sex = "either"

    @property
    def about(self) -> tuple[str, str, str]:
        """What the invented name depends on. The sex is none of it: not every text tells it."""
        return self.script, self.surname, self.given


def person_of(mention: Mention, sex: Sex = "either") -> Person:
    """Whoever bears the name of the mention and nothing else."""
    script: str = mention.script
    if script == "latin" and is_pinyin([*mention.surname.split(), *mention.given.split()] or ["?"]):
        script = "pinyin"
    told = sex if sex != "either" else sex_of(mention.given)
    return Person(script, mention.surname, mention.given, told)


def each_once(people: Sequence[Person]) -> Iterable[Person]:
    """One person for each name; the record comes first and knows the sex better than the name tells it."""
    seen: set[tuple[str, str, str]] = set()
    readings = {reading(one) for one in people if one.script == "han"}
    for one in people:
        if one.about not in seen and not (one.script == "pinyin" and reading(one) in readings):
            seen.add(one.about)
            yield one


def may_be(mention: Mention, person: Person) -> bool:
    """Whether the mention can mean the person."""
    if mention.script == "latin" and person.script in ("han", "pinyin"):
        return _reads(mention, person)
    if mention.script != person.script:
        return False
    if mention.surname and mention.surname != person.surname:
        return False
    if mention.script == "latin":
        first = person.given.split()[:1] if mention.given and " " not in mention.given else [person.given]
        return not mention.given or mention.given in (*first, person.given, *(one[:1] for one in first))
    hidden = re.escape(mention.given).replace(re.escape(HIDDEN), ".")
    if HIDDEN in mention.given:
        return (
            re.match(hidden.rstrip(".") or ".*", person.given) is not None
            or mention.given[-1] == person.given[-1:]
        )
    return (
        not mention.given
        or mention.given == person.given
        or (not mention.surname and person.given.endswith(hidden))
    )


def _reads(mention: Mention, person: Person) -> bool:
    """Whether pinyin names the person: Wang Xiuying, Xiuying Wang, Wang, Xiuying, X. Wang."""
    surname, given = reading(person)
    said, named = letters(mention.surname), letters(mention.given)
    if not surname or not said + named:
        return False
    if len(named) == 1:
        return said == surname and given.startswith(named)
    pairs = {(surname, given), (given, surname), (surname, ""), (given, ""), ("", given), ("", surname)}
    return (said, named) in pairs or said + named in (surname + given, given + surname)


def reading(person: Person) -> tuple[str, str]:
    """Surname and given name in pinyin; "" where there is none or one does not know it."""
    if person.script == "han":
        return "".join(pinyin(person.surname) or ()), "".join(pinyin(person.given) or ())
    return letters(person.surname), letters(person.given)


def letters(words: str) -> str:
    """The small letters of `words`."""
    return re.sub("[^a-z]", "", words)
