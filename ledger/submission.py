"""What somebody hands in to be written: entries, their sealed details, and the changes that go with them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.body import prepare
from ledger.entry import Change, Entry, Recorded
from ledger.note import Signer
from ledger.turns import Job

WHOLE_TURN = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry to be appended, its sealed details, and the change of state that belongs to it."""

    entry: Entry
    sealed: bytes = b""
    change: Change | None = None


class Submission(Job):
    """Drafts that are appended together or not at all; `recorded` is filled when the job is done.

    `successor` gets the log's key with the last of them; such a job has a turn of its own. Raises EntryRefused.
    """

    def __init__(self, drafts: Sequence[Draft], *, successor: Signer | None = None) -> None:
        super().__init__(weight=len(drafts) if successor is None else WHOLE_TURN)
        self.successor = successor
        # In the submitter's own thread: others may be waiting for the disk meanwhile.
        self.entries = [prepare(draft.entry, draft.sealed) for draft in drafts]
        self.changes = [draft.change for draft in drafts]
        self.has_changes = any(self.changes)
        self.recorded: list[Recorded] = []
