"""The secret that belongs to one patient."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PatientKey:
    """A patient's key (32 bytes), never shown, and the pseudonym the ledger knows the patient by."""

    pseudonym: str
    key: bytes = field(repr=False)
