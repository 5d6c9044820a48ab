"""An entry: what happened, to whom, by whom and why it was allowed, without a word that says who."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import apsw
import msgspec

from ledger.identity import instant
from ledger.merkle import commitment_of, leaf_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the writer says. Pseudonyms, codes and commitments only; nothing here is personal in clear.

    `action` is a FHIR AuditEvent action (C R U D E), `outcome` a DICOM outcome (0 4 8 12). `reason`,
    `details` and `consents` are commitments (hex); `patient` and `actor` are pseudonyms. Numbers are from 0
    to 2**53 - 1, text is Unicode in normal form C.
    """

    type: str
    subtype: str
    action: str
    outcome: str
    region: str
    node: str
    source: str
    actor: str = ""
    role: str = ""
    organisation: str = ""
    on_behalf_of: str = ""
    purpose: str = ""
    break_glass: bool = False
    reason: str = ""
    decision: str = ""
    why: str = ""
    policy: str = ""
    obligations: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    patient: str = ""
    object_class: str = ""
    count: int = 0
    details: str = ""
    phase: str = ""
    intent: str = ""
    claimed_us: int = 0


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An entry in its place in the log.

    `time_us` is the committer's, strictly rising. `sequence` counts the entries of one patient from 1 (0
    without a patient) and `previous` is the `commitment` of the one before ("" for the first), so that a
    patient can see that none was left out. `sealed` is ciphertext; `body` is what was hashed.
    """

    index: int
    id: str
    time_us: int
    sequence: int
    previous: str
    entry: Entry
    sealed: bytes
    body: bytes

    @property
    def time(self) -> datetime:
        """When it was committed, UTC."""
        return instant(self.time_us)

    @property
    def commitment(self) -> str:
        """What the next entry of the same patient refers back to: hex SHA-256 of the leaf hash."""
        return commitment_of(leaf_hash(self.body))


Change = Callable[[apsw.Connection, Recorded], None]
