"""Open a node's stores as far as the disk allows: on a full or read-only disk one can still look."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from exchange.node.layout import Layout
from exchange.node.secrets import MasterSecret
from exchange.path.recording import Pen
from exchange.records import Store, StoreMissing
from exchange.records.errors import StoreNotWritable, StoreUnreadable
from ledger import Change, Draft, Entry, Log, Recorded, Signer
from ledger.errors import CannotAppend, LedgerDamaged
from ledger.witness import CosignedNotes, require_not_behind


@dataclass(frozen=True, slots=True)
class _Shut:
    """The pen of a ledger that could not be opened for writing: every entry meets the reason."""

    why: CannotAppend

    def append(self, entry: Entry, *, sealed: bytes = b"", change: Change | None = None) -> Recorded:
        raise self.why

    def append_many(self, drafts: Sequence[Draft]) -> list[Recorded]:
        raise self.why


def open_log(
    layout: Layout,
    signer: Signer,
    clock: Callable[[], datetime],
    entropy: Callable[[int], bytes],
    tables: Sequence[str],
) -> tuple[Log, Pen]:
    """The ledger and its pen; where it must not be written, a shut one, so that an officer still can look.

    Raises what opening raises when the file is not this node's, or was changed.
    """
    try:
        log = Log.open(layout.ledger, signer=signer, clock=clock, entropy=entropy, tables=tables)
        if layout.witness.exists():
            _require_not_behind(log, layout)
    except CannotAppend as error:
        log = Log.open(
            layout.ledger, signer=signer, clock=clock, entropy=entropy, tables=tables, writable=False
        )
        return log, _Shut(error)
    return log, log


class WitnessesForgotten(CannotAppend):
    """What the witnesses saw of the ledger cannot be read, so nobody here can tell whether it is behind."""

    exit_code = 4

    def __init__(self, place: str, file: str) -> None:
        super().__init__(
            place,
            f"what its witnesses saw cannot be read from {file}",
            f"无法从 {file} 读出各见证方所见的状态",
        )
        self.hint = f"move {file} away and ask them again before anything else: hutong witness ask"
        self.hint_zh = f"请移走 {file}，并先重新询问各见证方：hutong witness ask"


def _require_not_behind(log: Log, layout: Layout) -> None:
    notes = CosignedNotes(layout.witness)
    try:
        try:
            notes.confirmed(log.signer.origin)
        except LedgerDamaged:
            raise WitnessesForgotten(layout.ledger.name, layout.witness.name) from None
        require_not_behind(log, notes)
    except BaseException:
        log.close()
        raise


def open_records(layout: Layout, master: MasterSecret, *, writable: bool) -> Store:
    """The records; for reading where the disk takes nothing more.

    A node whose records are gone is not a new one. Raises StoreMissing.
    """
    if not layout.records.exists():
        raise StoreMissing(layout.records.name)
    key = master.for_use("records")
    if writable:
        with suppress(StoreNotWritable, StoreUnreadable):
            return Store(layout.records, key=key)
    return Store(layout.records, key=key, writable=False)
