"""What one transaction will add: the entries in their places, each following the one before about its patient.

Nothing on it is final before the commit, and a job whose own change failed is taken off again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from ledger.body import Prepared, record
from ledger.entry import Recorded
from ledger.merkle import commitment_of, leaf_hash

# The number and the leaf hash of a patient's newest entry.
PatientEdge = tuple[int, bytes]


@dataclass(slots=True)
class Sheet:
    """`size` and `time_us` are those of the log with all that is on the sheet; `known` tells of patients before it."""

    size: int
    time_us: int
    known: Callable[[str], PatientEdge | None]
    patients: dict[str, PatientEdge] = field(default_factory=dict)
    leaves: list[bytes] = field(default_factory=list)
    rows: list[tuple[int, bytes, bytes]] = field(default_factory=list)

    def add(self, prepared: Prepared, entry_id: str, patients: dict[str, PatientEdge]) -> Recorded:
        """The next entry of the log and of its patient; `patients` are those of the same job so far."""
        index, patient = self.size, prepared.entry.patient
        sequence, previous = 0, ""
        if patient:
            edge = patients.get(patient) or self.patients.get(patient) or self.known(patient)
            sequence, previous = (edge[0] + 1, commitment_of(edge[1])) if edge else (1, "")
        self.size, self.time_us = index + 1, self.time_us + 1
        found = record(
            prepared,
            entry_id=entry_id,
            index=index,
            previous=previous,
            sequence=sequence,
            time_us=self.time_us,
        )
        leaf = leaf_hash(found.body)
        if patient:
            patients[patient] = (sequence, leaf)
        self.leaves.append(leaf)
        self.rows.append((index, found.body, found.sealed))
        return found

    def take_off(self, entries: int) -> None:
        """Forget the newest `entries`, whose job failed; its patients were never put down."""
        kept = len(self.rows) - entries
        del self.rows[kept:], self.leaves[kept:]
        self.size -= entries
        self.time_us -= entries
