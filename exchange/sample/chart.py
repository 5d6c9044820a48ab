"""The records of one region while they are being written."""

from collections.abc import Mapping
from typing import Any

from exchange.sample.dice import Dice
from exchange.sample.elements import Resource, present
from exchange.sample.labels import NORMAL, OPEN, Label

# In a real hospital some records are not labelled. About one of a hundred here is not, so that "unlabelled is
# withheld" has something to withhold. Never one that is about something private.
UNLABELLED_PERCENT = 1.0
_ALWAYS_LABELLED = frozenset(("Patient", "RelatedPerson", "Coverage", "Encounter"))


class Chart:
    """Resources by type, in the order they were written. `prefix` is the region's, as in `ks-enc-000001`."""

    def __init__(self, prefix: str, dice: Dice) -> None:
        self._prefix = prefix
        self._dice = dice
        self._given: dict[str, int] = {}
        self.by_type: dict[str, list[Resource]] = {}
        self.unlabelled = 0

    def new(self, kind: str) -> str:
        """A reference nobody has yet; numbers run on within the region: an id says nothing of a patient."""
        number = self._given[kind] = self._given.get(kind, 0) + 1
        return f"{kind}/{self._prefix}-{_short(kind)}-{number:06d}"

    def add(self, kind: str, label: Label, elements: Mapping[str, Any]) -> str:
        """Write a resource under a new reference, and return that."""
        reference = self.new(kind)
        self.put(reference, label, elements)
        return reference

    def put(self, reference: str, label: Label, elements: Mapping[str, Any]) -> None:
        """Write a resource under `reference`."""
        kind, _, key = reference.partition("/")
        resource: Resource = {"resourceType": kind, "id": key}
        if label == NORMAL and kind not in _ALWAYS_LABELLED and self._dice.chance(UNLABELLED_PERCENT):
            self.unlabelled += 1
        else:
            resource["meta"] = {"security": label.as_security()}
        self.by_type.setdefault(kind, []).append(resource | present(elements))

    def share(self, resources: Mapping[str, list[Resource]]) -> None:
        """Add what is about nobody: organisations, people at work, machines."""
        for kind, listed in resources.items():
            labelled = ({**one, "meta": {"security": OPEN.as_security()}} for one in listed)
            self.by_type.setdefault(kind, []).extend(labelled)


def _short(kind: str) -> str:
    """`DiagnosticReport` -> `dr`: the capitals; `Encounter` -> `enc`: three letters of a single word."""
    capitals = "".join(letter for letter in kind if letter.isupper())
    return (capitals if len(capitals) > 1 else kind[:3]).lower()
