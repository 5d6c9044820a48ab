"""A log that is not what its witnesses saw must not be written to: it would fork, and nobody could mend that."""

from ledger.errors import CannotAppend
from ledger.log import Log
from ledger.witness.cosigned import CosignedNotes


class Behind(CannotAppend):
    """The log is shorter than a witness saw it, or another one; `seen` is how many entries the witness saw."""

    exit_code = 4

    def __init__(self, place: str, witness: str, seen: int, size: int) -> None:
        en, zh = (
            (
                f"{witness} has seen {seen} entries and {size} are here",
                f"{witness} 见过 {seen} 条，此处只有 {size} 条",
            )
            if seen > size
            else (
                f"{witness} has seen another history of its first {seen} entries",
                f"{witness} 见过的前 {seen} 条与此处不同",
            )
        )
        super().__init__(place, en, zh)
        self.seen = seen
        self.hint = (
            "an older copy was put back, or the past was changed: restore the newest copy of the whole folder; nothing"
            " is released until then, but emergencies (break-glass)"
        )
        self.hint_zh = (
            "恢复了较旧的副本，或历史被改动：请恢复整个目录的最新副本；在此之前除紧急调阅外不放行任何数据"
        )


def require_not_behind(log: Log, notes: CosignedNotes) -> None:
    """Return if the log continues every state its witnesses saw. Raises Behind, LedgerAltered."""
    told = sorted(notes.confirmed(log.signer.origin).values(), key=lambda one: -one.checkpoint.size)
    if not told:
        return
    with log.tree() as (_, tree):
        for one in told:
            seen = one.checkpoint
            if seen.size > tree.size or tree.root(seen.size) != seen.root:
                raise Behind(log.path.name, one.witness, seen.size, tree.size)
