"""What the receiver of an answer must do: flat tokens, and precise objects beside them.

A token speaks of one thing, so for "psychiatric data, but only the conditions" the tokens withhold more than
the object does. Whoever can should use the object.
"""

from collections.abc import Iterable

from consent.rules import Conditions, Rule

# By the ground a record is released on.
BY_GROUND = {
    "EMERGENCY_OVERRIDE": ("NOTIFY_PATIENT", "POST_EVENT_REVIEW", "TIME_LIMITED"),
    "STATUTORY_DUTY": ("MINIMUM_NECESSARY",),
    "DECEASED_NEXT_OF_KIN": ("VERIFY_KINSHIP",),
}


def tokens(word: str, rules: Iterable[Rule]) -> tuple[str, ...]:
    """`REDACT:HIV`, `REDACT:dataPeriod`, `REDACT:related=Encounter/e-1` ... for every rule, each once."""
    found: dict[str, None] = {}
    for rule in rules:
        said = rule.own if rule.own.asks_about_items else rule.whole
        found.update(dict.fromkeys(f"{word}:{one}" for one in _things(said)))
    return tuple(found)


def precisely(rule: Rule) -> dict[str, object]:
    """Everything about items that the rule goes by, inherited parts too; all of it together is meant."""
    said = rule.whole
    whole: dict[str, object] = {
        "class": said.kinds,
        "code": tuple(f"{system}|{code}" for system, code in said.codes or ()),
        "confidentiality": said.labels.levels if said.labels else (),
        "sensitivity": said.labels.sensitivities if said.labels else (),
        "author": said.authors,
        "data": tuple(f"{meaning}={reference}" for meaning, reference in said.data or ()),
        "dataPeriod": said.data_period.said if said.data_period else (),
    }
    return {name: list(value) for name, value in whole.items() if isinstance(value, tuple) and value}


def _things(said: Conditions) -> Iterable[str]:
    if said.labels:
        yield from said.labels.levels
        yield from said.labels.sensitivities
    yield from said.kinds or ()
    yield from (code for _, code in said.codes or ())
    yield from (f"authoredby={who}" for who in said.authors or ())
    yield from (f"{meaning}={reference}" for meaning, reference in said.data or ())
    if said.data_period:
        yield "dataPeriod"
