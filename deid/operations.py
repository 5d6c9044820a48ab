"""What can be done to one value: keep it, drop it, or say less.

Every operation takes the value as decoded from JSON and whose it is, and gives what may stay, or None. It checks the
shape first: a value that is not what its element promises does not pass, because anybody can type a name where a
number belongs.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

import msgspec

from deid import dates, narrative, references
from deid.ages import band
from deid.codes import CodeSystems
from deid.places import postcode_area
from deid.pseudonyms import Pseudonyms
from deid.subject import Subject
from deid.text.operators.rewriting import Rewriter
from deid.texts import rewriting

Operation = Callable[[Any, Subject], Any]

# operation: what the report calls a value that came out changed
OPERATIONS: dict[str, str] = {
    "keep": "kept",
    "drop": "dropped",
    "flag": "kept",
    "plain-number": "kept",
    "clock": "kept",
    "shift": "shifted",
    "year": "generalised",
    "birth-year": "generalised",
    "birth-band": "generalised",
    "text": "masked",
    "narrative": "masked",
    "guarded": "kept",
    "pseudonym": "pseudonymised",
    "pseudonym-number": "pseudonymised",
    "pseudonym-uid": "pseudonymised",
    "reference": "pseudonymised",
    "system": "pseudonymised",
    "public-system": "kept",
    "unit": "kept",
    "postcode-area": "generalised",
}

_PRIMITIVES = (str, int, bool, msgspec.Raw)
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,9})?", re.ASCII)
_CHARACTER = re.compile(r"&#(?:\d{1,7}|[xX][0-9a-fA-F]{1,6});?")
_LARGEST_INTEGER = 2**31  # FHIR integers have 32 bits; a telephone number has more
_LONGEST_DECIMAL = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What operations need: the project's pseudonyms, public code lists, words, units, what rewrites text."""

    names: Pseudonyms
    systems: CodeSystems
    words: Mapping[str, frozenset[str]]
    units: re.Pattern[str]
    text: Rewriter | None


def operations(tools: Tools) -> dict[str, Operation]:
    """Every operation, and one for every word list, by the name a rule gives it."""
    made: dict[str, Operation] = {
        "keep": lambda value, _: value if type(value) in _PRIMITIVES else None,
        "drop": lambda value, _: None,
        "flag": lambda value, _: value if value is True or value is False else None,
        "plain-number": _number,
        "clock": _matching(_CLOCK),
        "shift": lambda value, subject: dates.shift(value, subject.days) if type(value) is str else None,
        "year": _on_text(dates.year_of),
        "birth-year": _birth_year,
        "birth-band": _on_text(_birth_band),
        "text": _text(tools.text),
        "narrative": _narrative(tools.text),
        # A guard has looked at the object it stands in, and left it there.
        "guarded": lambda value, _: value if type(value) is str else None,
        "pseudonym": _on_text(tools.names.of_id),
        "pseudonym-number": _on_text(tools.names.of_identifier),
        "pseudonym-uid": _on_text(tools.names.of_uid),
        "reference": _on_text(_following(tools)),
        "system": _on_text(_naming(tools)),
        "public-system": _on_text(lambda text: text if tools.systems.is_public(text) else None),
        "unit": _matching(tools.units),
        "postcode-area": _on_text(postcode_area),
    }
    return made | {name: _among(words) for name, words in tools.words.items()}


def _on_text(change: Callable[[str], str | None]) -> Operation:
    return lambda value, _: change(value) if type(value) is str else None


def _matching(pattern: re.Pattern[str]) -> Operation:
    return lambda value, _: value if type(value) is str and pattern.fullmatch(value) else None


def _among(words: frozenset[str]) -> Operation:
    return lambda value, _: value if type(value) is str and value in words else None


def _number(value: Any, _: Subject) -> Any:
    if type(value) is int:
        return value if -_LARGEST_INTEGER <= value < _LARGEST_INTEGER else None
    return value if type(value) is msgspec.Raw and len(bytes(value)) <= _LONGEST_DECIMAL else None


def _birth_year(value: Any, subject: Subject) -> str | None:
    """The year of the birth date once it is moved: with the exact day, the exact age would be known."""
    moved = dates.shift(value, subject.days) if type(value) is str else None
    return moved[:4] if moved else None


def _birth_band(text: str) -> str | None:
    year = dates.year_of(text)
    return f"{band(int(year)):04d}" if year else None


def _text(rewriter: Rewriter | None) -> Operation:
    """Free text is rewritten; where nothing can do that it does not leave."""
    if rewriter is None:
        return lambda value, _: None
    return lambda value, subject: (
        rewriting(rewriter, subject)(_read_aloud(value)).text if type(value) is str else None
    )


def _read_aloud(text: str) -> str:
    """`text` with characters written as numbers (&#29579;) put in: markdown shows them to whoever reads it."""
    return _CHARACTER.sub(lambda one: unescape(one[0]), text) if "&#" in text else text


def _narrative(rewriter: Rewriter | None) -> Operation:
    if rewriter is None:
        return lambda value, _: None
    return lambda value, subject: (
        narrative.rewritten(value, rewriting(rewriter, subject)) if type(value) is str else None
    )


def _following(tools: Tools) -> Callable[[str], str | None]:
    types, naming = tools.words["resource-types"], _naming(tools)
    return lambda text: references.pseudonymous(text, tools.names, types=types, system=naming)


def _naming(tools: Tools) -> Callable[[str], str]:
    """A public identifier system keeps its name; a hospital's own would tell the hospital."""

    def name(system: str) -> str:
        return system if tools.systems.is_public(system) else f"urn:uuid:{tools.names.of_id(system)}"

    return name
