"""What a witness has seen of each log: the longest state it signed, and every pair of states that contradict.

A file of its own: a witness signs far more often than anything happens, and its memory is not an event.
"""

from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike

import apsw

from ledger.checkpoint import Checkpoint
from ledger.witness.own_file import OwnFile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (
    origin TEXT PRIMARY KEY,
    size INTEGER NOT NULL, root BLOB NOT NULL,
    note BLOB NOT NULL,             -- as it was submitted, signed by the log
    at INTEGER NOT NULL             -- seconds since 1970
) STRICT;
CREATE TABLE IF NOT EXISTS fork (
    proof BLOB PRIMARY KEY,         -- JSON text, see fork.py
    origin TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS fork_told (proof BLOB PRIMARY KEY) STRICT;
"""
# One fork is proof enough: whoever can make one can make as many as a disk holds.
MOST_FORKS = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """The longest state of a log that was cosigned, the note it came in, and when (seconds since 1970)."""

    checkpoint: Checkpoint
    note: bytes
    at: int


class SeenLogs:
    """The memory of one witness, for several threads and processes: every judgement is made under one lock."""

    def __init__(self, path: str | PathLike[str]) -> None:
        """Raises UnsafePlace, CannotAppend, LedgerDamaged."""
        self._file = OwnFile(path, _SCHEMA)

    def judge(self, origin: str, judgement: Callable[[Seen | None], Seen | None]) -> None:
        """Put what `judgement` makes of the last state seen in its place; None leaves it. Durable on return."""
        with self._file.writing() as db:
            found = judgement(_seen(db, origin))
            if found is not None:
                told = found.checkpoint
                db.execute(
                    "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?)",
                    (origin, told.size, told.root, found.note, found.at),
                )

    def keep_fork(self, origin: str, proof: bytes, at: int) -> None:
        """Keep the proof that a log showed two histories; the first MOST_FORKS of each log."""
        with self._file.writing() as db:
            db.execute(
                "INSERT OR IGNORE INTO fork SELECT ?1, ?2, ?3"
                " WHERE (SELECT count(*) FROM fork WHERE origin = ?2) < ?4",
                (proof, origin, at, MOST_FORKS),
            )

    def tell_forks(self, tell: Callable[[str, bytes], bool]) -> None:
        """Give `tell` the origin and proof of each fork until it has said yes to it, also after a crash."""
        with self._file.writing() as db:
            known = "SELECT origin, proof FROM fork WHERE proof NOT IN (SELECT proof FROM fork_told)"
            found = list(db.execute(known))
        for origin, proof in found:
            if tell(origin, proof):
                with self._file.writing() as db:
                    db.execute("INSERT OR IGNORE INTO fork_told VALUES (?)", (proof,))

    def of(self, origin: str) -> Seen | None:
        """The longest state of this log that was cosigned."""
        with self._file.reading() as db:
            return _seen(db, origin)

    def all(self) -> list[Seen]:
        """The same of every log, by name."""
        with self._file.reading() as db:
            origins = [origin for (origin,) in db.execute("SELECT origin FROM seen ORDER BY origin")]
            return [seen for origin in origins if (seen := _seen(db, origin))]

    def forks(self) -> list[tuple[str, bytes, int]]:
        """Origin, proof and time (seconds) of every fork that was shown to this witness."""
        with self._file.reading() as db:
            return list(db.execute("SELECT origin, proof, at FROM fork ORDER BY at, origin"))


def _seen(db: apsw.Connection, origin: str) -> Seen | None:
    row = db.execute("SELECT size, root, note, at FROM seen WHERE origin = ?", (origin,)).fetchone()
    if row is None:
        return None
    size, root, note, at = row
    return Seen(Checkpoint(origin=origin, size=size, root=root), note, at)
