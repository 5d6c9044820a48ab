"""Units: what stands behind a number may leave only if it is built from units everybody knows.

A unit is free text in FHIR. UCUM has a grammar, and laboratories write what they like beside it; both are put
together from a closed list of parts (deid/rules/units.toml), so a name or a telephone number is no unit.
"""

import re
from collections.abc import Iterable


def unit_pattern(*, prefixes: Iterable[str], atoms: Iterable[str], notes: Iterable[str]) -> re.Pattern[str]:
    """What a unit looks like: `mmol/L`, `10*9/L`, `mL/min/{1.73_m2}`, `次/分`."""
    atom = f"(?:(?:{_any_of(prefixes)})?(?:{_any_of(atoms)}))"
    note = rf"(?:\{{(?:{_any_of(notes)})\}})"
    power = r"(?:(?:\*\*|\^|\*)?[+-]?\d{1,2})?"
    tens = r"(?:[×x]?10(?:[*^]|\*\*)?[+-]?\d{1,2})"
    surface = r"1\.73 ?m2"  # body surface, in every kidney value
    part = rf"(?:{surface}|{tens}|{atom}{power}{note}?|{note}|1)"
    return re.compile(rf"(?:/?{part})(?:[./·*×]{part}){{0,4}}")


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))
