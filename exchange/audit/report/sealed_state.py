"""The ledger as it stood when the month ended: its checkpoint, and which witnesses have signed for that much of it."""

import base64
from dataclasses import dataclass
from datetime import datetime

from exchange.audit.report.period import Period
from exchange.errors import ExchangeError
from exchange.node.node import Node
from exchange.witnessing.standing import OurWitness, Standing, standing
from ledger import Log
from ledger.checkpoint import Checkpoint
from ledger.errors import LedgerError


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedState:
    """The state at the month's end: `size` entries, `root` in base64. `note` is that state, signed by this ledger.

    Where the ledger's key has changed since, the new one cannot sign it any more (docs/adr/0026): then `note` is the
    state at which the key of that time handed over, `signed` entries long, with all of the month in it.

    `witnesses` is how far each of them has signed by now, `needed` how many must have; `witnessed` is the longest state
    that enough of them signed, None without one, and `witnessed_note` it with their signatures. `trouble` (en, zh) says
    why nothing of that can be told.
    """

    vkey: str
    size: int
    root: str
    newest: datetime | None
    note: str
    signed: int
    witnesses: tuple[OurWitness, ...] = ()
    needed: int = 0
    witnessed: int | None = None
    witnessed_note: str = ""
    trouble: tuple[str, str] | None = None

    @property
    def is_witnessed(self) -> bool:
        """Whether enough of the witnesses signed a state with all of the month in it."""
        return self.witnessed is not None and self.witnessed >= self.size

    def covers(self, witness: OurWitness) -> bool:
        """Whether this witness signed for all of the month."""
        return witness.size is not None and witness.size >= self.size

    def as_dict(self) -> dict[str, object]:
        """For a program."""
        return {
            "key": self.vkey,
            "size": self.size,
            "root": self.root,
            "checkpoint": self.note,
            "checkpoint_size": self.signed,
            "witnessed": self.is_witnessed,
            "witnesses_needed": self.needed,
            "witnessed_size": self.witnessed,
            "witnessed_checkpoint": self.witnessed_note or None,
            "witnesses": [
                {"node": one.node, "size": one.size, "at": one.at, "covers": self.covers(one)}
                for one in self.witnesses
            ],
        }


def sealed_state(node: Node, period: Period) -> SealedState:
    """The state after the last entry of the period. The root is worked out from the tree. Raises LedgerAltered."""
    log = node.log
    with log.tree() as (_, tree):
        state = Checkpoint(origin=log.signer.origin, size=period.stop, root=tree.root(period.stop))
    said, trouble = _standing(node)
    note, length = _signed(log, state)
    signed = said.witnessed if said else None
    return SealedState(
        vkey=node.vkey,
        size=state.size,
        root=base64.b64encode(state.root).decode(),
        newest=log.read(period.stop - 1).time if period.stop else None,
        note=note,
        signed=length,
        witnesses=said.ours if said else (),
        needed=said.needed if said else 0,
        witnessed=signed.checkpoint.size if signed else None,
        witnessed_note=signed.note.decode() if signed else "",
        trouble=trouble,
    )


def _signed(log: Log, state: Checkpoint) -> tuple[str, int]:
    """The shortest signed state with all of this one in it, and its length. Raises HandoverWrong."""
    keys = log.keys
    for term, handover in zip(
        keys.terms, keys.handovers, strict=False
    ):  # the newest key has handed over to nobody
        if term.until is not None and term.until >= state.size:
            return handover.note, term.until
    return state.signed(log.signer).decode(), state.size


def _standing(node: Node) -> tuple[Standing | None, tuple[str, str] | None]:
    """What is kept of the witnesses; where that cannot be read the report is made all the same, and says so."""
    try:
        return standing(node), None
    except (ExchangeError, LedgerError) as error:
        return None, (str(error), error.zh)
