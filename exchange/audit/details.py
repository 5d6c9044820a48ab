"""Open what an entry keeps sealed, with the key it was sealed under: the patient's, or the node's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exchange.path.office import Office
from ledger import Recorded
from ledger.errors import CannotOpen
from ledger.sealing import opens_to, unseal


@dataclass(frozen=True, slots=True)
class Details:
    """The opened details. `open` is False after an erasure; `true` says that they are what was committed to."""

    told: Mapping[str, Any]
    open: bool
    true: bool


ERASED = Details({}, open=False, true=False)


def details_of(office: Office, found: Recorded) -> Details:
    """What the entry keeps sealed; ERASED when the key is gone. Never raises for a destroyed key."""
    for key in keys_of(office, found):
        try:
            told = unseal(found.sealed, key=key)
        except CannotOpen:
            continue
        return Details(told, open=True, true=opens_to(found.sealed, key, found.entry.details))
    return ERASED


def keys_of(office: Office, found: Recorded) -> list[bytes]:
    """The keys what an entry keeps sealed may open with: the patient's, if it was not destroyed, and the node's own."""
    patient = office.vault.key_behind(found.entry.patient) if found.entry.patient else None
    return [*([patient.key] if patient else []), office.house_key]
