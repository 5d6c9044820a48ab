"""An invented name in the form of the one it stands for: order, case, blanks, script and width."""

import re
from collections.abc import Sequence

from deid.text.operators.inventing import Invented, particle
from deid.text.operators.keyed import Keyed
from deid.text.operators.mentions import Mention, Part
from deid.text.operators.persons import Person, letters, reading
from deid.text.operators.written import is_traditional, like, pinyin, traditional


def latin_said(keyed: Keyed, mention: Mention, part: Part, person: Person, name: Invented) -> str:
    """What stands for one word of a Latin name."""
    old = mention.raw[part.start : part.end]
    if part.role == "particle":
        return _cased(particle(keyed, old.lower()), old)
    if person.script in ("han", "pinyin"):
        return _cased(_read_aloud(mention, part, person, name), old)
    if part.role == "surname":
        return _cased(name.surname, old)
    words = name.given.split() or [name.surname]
    word = words[min(part.index, len(words) - 1)]
    if part.role == "initial":
        word = word[0] if word[0].lower() != old.lower() else keyed.permuted(old.upper(), "initial")
    return _cased(word, old)


def _read_aloud(mention: Mention, part: Part, person: Person, name: Invented) -> str:
    """The invented Chinese name in pinyin, in the words of the mention."""
    old = mention.raw[part.start : part.end].lower()
    surname, given = "".join(pinyin(name.surname) or ()), list(pinyin(name.given) or ())
    joint = "-" if "-" in old else "'" if "'" in old else ""
    if part.role == "initial":
        return (given or [surname])[0][0]
    of_surname, of_given = reading(person)
    if letters(old) in (of_surname + of_given, of_given + of_surname) and of_surname and of_given:
        return surname + "".join(given)
    if not given or letters(old) == of_surname:
        return surname
    several = sum(one.role == "given" for one in mention.parts) > 1
    return given[min(part.index, len(given) - 1)] if several else joint.join(given)


def _cased(new: str, old: str) -> str:
    if len(old) > 1 and old.isupper():
        return new.upper()
    return new.lower() if old.islower() else new[:1].upper() + new[1:]


def spliced(keyed: Keyed, mention: Mention, words: Sequence[str], *, in_traditional: bool) -> str:
    """The mention with `words` in the places of its parts; what is between them stays, but for figures."""
    out, at = [], 0
    in_traditional = in_traditional or is_traditional(mention.raw)
    for part, word in zip(mention.parts, words, strict=True):
        old = mention.raw[part.start : part.end]
        between = _without_figures(keyed, mention.raw[at : part.start])
        out += [between, traditional(word) if in_traditional else like(word, old)]
        at = part.end
    return "".join((*out, _without_figures(keyed, mention.raw[at:])))


def _without_figures(keyed: Keyed, between: str) -> str:
    """What stands between the parts of a name: blanks, marks and masks, and other figures for figures."""
    return re.sub("[0-9]+", lambda figures: keyed.permuted(figures[0], "figures of a name"), between)
