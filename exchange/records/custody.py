"""Who manages a patient's record may not change by the way: whose staff need no consent hangs on it (docs/adr/0011)."""

from collections.abc import Mapping
from typing import Any

import orjson

from exchange.records.errors import UnknownRecord
from exchange.records.problems import Found
from exchange.records.store import Store
from exchange.records.writing import is_older


class Custody:
    """Compares patients about to be stored with those that are, and with those of the batch before them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: dict[str, bytes] = {}

    def moves(self, found: Found) -> bool:
        """Whether `found` would give a patient who is on record another custodian, or none. Raises StoreAltered."""
        if found.type != "Patient":
            return False
        held = self._waiting.get(found.id) or self._held(found.id)
        if held is None or is_older(found.body, held):
            return False
        return manager_of(orjson.loads(held)) != manager_of(found.resource)

    def waits(self, found: Found) -> None:
        """`found` is going to be stored with its batch."""
        if found.type == "Patient":
            self._waiting[found.id] = found.body

    def stored(self) -> None:
        """The batch is in the store."""
        self._waiting.clear()

    def _held(self, patient: str) -> bytes | None:
        try:
            return self._store.get("Patient", patient).body
        except UnknownRecord:
            return None


def manager_of(patient: Mapping[str, Any]) -> str:
    """The id of the managing organisation as the path reads it, "" where none is named."""
    manager = patient.get("managingOrganization")
    reference = manager.get("reference", "") if isinstance(manager, Mapping) else ""
    return str(reference).removeprefix("Organization/")
