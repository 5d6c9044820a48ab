"""What a rule tree decides, apart from how it is written: two trees that mean the same have the same meaning.

The order of things, a thing said twice, and a nested rule that says again what it inherits change no decision.
"""

from collections.abc import Sequence
from typing import Any

from consent.rules import Conditions, Labels, Recipient, Rule, Uses
from consent.when import Moment, Period

Meaning = frozenset[Any]


def meaning(root: Rule | None) -> Meaning | None:
    """The decision goes by depth, type and conditions (inherited ones too) of every rule, and by nothing else."""
    if root is None:
        return None
    return frozenset((rule.depth, rule.permits, said(rule.whole)) for rule in root.walk())


def said(conditions: Conditions) -> Meaning:
    """Conditions without their order; what is not spoken of is left out."""
    values = ((name, getattr(conditions, name)) for name in NAMES)
    return frozenset((name, _plain(value)) for name, value in values if value is not None)


def exceptions_changed(old: Rule, new: Rule) -> tuple[list[Rule], list[Rule]]:
    """The rules inside `old` that `new` has no more, and those that are new; each with all inside it."""
    gone = [one for one in old.nested if not any(_same(one, other) for other in new.nested)]
    come = [one for one in new.nested if not any(_same(one, other) for other in old.nested)]
    return gone, come


NAMES = (
    *("period", "recipients", "custodians", "authors", "regions", "roles", "purposes", "actions"),
    *("kinds", "codes", "uses", "labels", "data", "data_period", "onward", "deidentify"),
)


def _same(one: Rule, other: Rule) -> bool:
    """Alike in what they decide, or in what they say where what lies around them changed."""
    return meaning(one) == meaning(other) or _written(one) == _written(other)


def _written(rule: Rule) -> Any:
    return rule.permits, said(rule.own), frozenset(map(_written, rule.nested))


def _plain(value: Any) -> Any:
    match value:
        case Period():
            return ends(value)
        case Labels():
            return frozenset(value.levels), frozenset(value.sensitivities)
        case Uses():
            return frozenset(value.terms), frozenset(value.diseases)
        case Recipient():
            return value.reference, value.is_named
        case tuple():
            return _members(value)
        case _:
            return value


def _members(values: Sequence[Any]) -> frozenset[Any]:
    return (
        frozenset(map(_plain, values)) if any(isinstance(v, Recipient) for v in values) else frozenset(values)
    )


def ends(period: Period | None) -> tuple[Any, Any]:
    """The first and the last instant of a period; None where it is open."""
    start, end = (period.start, period.end) if period else (None, None)
    return start and start.first, end and end.last


def span(moment: Moment | None) -> Any:
    """Both ends of a moment."""
    return moment and (moment.first, moment.last)
