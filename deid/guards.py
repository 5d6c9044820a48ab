"""What is looked at in an object as a whole, before its elements: a code needs its system, an age its unit.

A guard takes the object and whose it is. It gives the object, a changed copy, or None: then
nothing of it stays.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import msgspec

from deid.ages import TOP_AGE, band, capped_birth_year
from deid.codes import CodeSystems
from deid.dates import shift
from deid.subject import Subject
from deid.text.operators.rewriting import Rewriter
from deid.texts import named_reference, text_attachment

Object = Mapping[str, Any]
Guard = Callable[[Object, Subject], Object | None]

# guard: what the report calls an object that it changed
GUARDS: dict[str, str] = {
    "keep": "kept",
    "drop": "dropped",
    "public-code": "kept",
    "coarse-code": "generalised",
    "code-before-text": "dropped",
    "cap-age": "generalised",
    "cap-years": "generalised",
    "age-band": "generalised",
    "years-band": "generalised",
    "old-age": "generalised",
    "text-attachment": "masked",
    "named-reference": "masked",
}

UCUM = "http://unitsofmeasure.org"
_YEARS = dict.fromkeys(("a", "year", "years", "yr", "岁", "周岁", "年"), 1.0)
_ANY_TIME = _YEARS | {
    "mo": 12.0,
    "month": 12.0,
    "months": 12.0,
    "月": 12.0,
    "wk": 365.25 / 7,
    "周": 365.25 / 7,
}
_ANY_TIME |= {"d": 365.25, "天": 365.25, "h": 365.25 * 24, "min": 365.25 * 24 * 60}


def guards(systems: CodeSystems, today: date, rewriter: Rewriter | None = None) -> dict[str, Guard]:
    """Every guard by the name a rule gives it; ages count on `today`. Without a `rewriter` no text passes."""

    def public_code(coding: Object, _: Subject) -> Object | None:
        return coding if _is_public(coding, systems) else None

    def coarse_code(coding: Object, _: Subject) -> Object | None:
        if not _is_public(coding, systems):
            return None
        code = systems.coarse(coding["system"], coding["code"])
        return coding if code == coding["code"] else {**coding, "code": code}

    def code_before_text(concept: Object, _: Subject) -> Object | None:
        """The text of a concept only where no public code says the same."""
        codings = concept.get("coding")
        if "text" not in concept or not isinstance(codings, list):
            return concept
        if any(isinstance(one, dict) and _is_public(one, systems) for one in codings):
            return {name: value for name, value in concept.items() if name != "text"}
        return concept

    def old_age(person: Object, subject: Subject) -> Object | None:
        return _with_capped_birth(person, subject.days, today)

    return {
        "public-code": public_code,
        "coarse-code": coarse_code,
        "code-before-text": code_before_text,
        "cap-age": lambda quantity, _: _capped(quantity, _ANY_TIME),
        "cap-years": lambda quantity, _: _capped(quantity, _YEARS),
        "age-band": lambda quantity, _: _banded(quantity, _ANY_TIME),
        "years-band": lambda quantity, _: _banded(quantity, _YEARS),
        "old-age": old_age,
        "text-attachment": lambda attachment, subject: text_attachment(attachment, subject, rewriter),
        "named-reference": lambda reference, subject: named_reference(reference, subject, rewriter),
    }


def _is_public(coding: Object, systems: CodeSystems) -> bool:
    system, code = coding.get("system"), coding.get("code")
    return type(system) is str and type(code) is str and systems.has(system, code)


def _years(quantity: Object, units: Mapping[str, float]) -> float | None:
    """The quantity as years, if its unit is one of `units` (how many of them make a year)."""
    unit = quantity.get("code", quantity.get("unit"))
    per_year = units.get(unit) if isinstance(unit, str) else None
    value = quantity.get("value")
    if per_year is None or not isinstance(value, int | msgspec.Raw):
        return None
    try:
        return float(value if isinstance(value, int) else bytes(value)) / per_year
    except (OverflowError, ValueError):
        return None


def _capped(quantity: Object, units: Mapping[str, float]) -> Object:
    years = _years(quantity, units)
    return _in_years(TOP_AGE) if years is not None and years >= TOP_AGE else quantity


def _banded(quantity: Object, units: Mapping[str, float]) -> Object:
    years = _years(quantity, units)
    return quantity if years is None else _in_years(band(int(max(0, min(years, TOP_AGE)))))


def _in_years(value: int) -> Object:
    return {"value": value, "unit": "a", "system": UCUM, "code": "a"}


def _with_capped_birth(person: Object, days: int, today: date) -> Object | None:
    """The person with a birth year that tells no age over 89 (HIPAA 164.514(b)(2)(i)(C)).

    Ages count to `today`, or to the day of death if that is earlier; a death that is not a whole date
    counts as today. The year of the dead is moved with their dates, or it would give the shift away.
    """
    born, died = person.get("birthDate"), person.get("deceasedDateTime")
    if not isinstance(born, str) or not born[:4].isdecimal():
        return person
    lived_to = told = today.isoformat()
    moved = shift(died, days) if isinstance(died, str) and len(died) >= len(lived_to) else None
    if isinstance(died, str) and moved is not None and died[: len(lived_to)] < lived_to:
        lived_to, told = died[: len(lived_to)], moved
    try:
        if capped_birth_year(born, lived_to) is None:
            return person
    except ValueError:
        return person
    return {**person, "birthDate": f"{int(told[:4]) - TOP_AGE:04d}"}
