"""What the witnesses said about this log: the newest state each of them signed, and notes to hand out.

A state that several signed is kept as one note: the log's own signature and theirs below it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike

import apsw

from ledger.checkpoint import Checkpoint, Trusted
from ledger.note import read_note, signature_line
from ledger.witness.own_file import OwnFile
from ledger.witness.policy import Policy

# Newest first, whoever asks for one that is witnessed reads so many at most.
MOST_KEPT = 64

_SCHEMA = """
CREATE TABLE IF NOT EXISTS cosigned (
    origin TEXT NOT NULL, size INTEGER NOT NULL,
    note BLOB NOT NULL,             -- the log's own signature, and those of witnesses below it
    PRIMARY KEY (origin, size)
) STRICT;
CREATE TABLE IF NOT EXISTS confirmed (
    origin TEXT NOT NULL, witness TEXT NOT NULL,
    size INTEGER NOT NULL, root BLOB NOT NULL,
    note BLOB NOT NULL,             -- the longest state this witness saw, signed by the log
    at INTEGER NOT NULL,            -- seconds since 1970, when it last said so
    PRIMARY KEY (origin, witness)
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A state of the log, the note with all signatures, and which witnesses signed when (seconds since 1970)."""

    checkpoint: Checkpoint
    note: bytes
    by: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The longest state of the log a witness saw, in a note that the log signed; `at`: when it last said so."""

    witness: str
    checkpoint: Checkpoint
    note: bytes
    at: int


class CosignedNotes:
    """The notes of one node's log, for several threads and processes."""

    def __init__(self, path: str | PathLike[str]) -> None:
        """Raises UnsafePlace, CannotAppend, LedgerDamaged."""
        self._file = OwnFile(path, _SCHEMA)

    def keep(self, checkpoint: Checkpoint, note: bytes, lines: Mapping[str, bytes], at: int) -> None:
        """Add the lines of witnesses, by name, to the note of this state; durable when this returns."""
        origin, size = checkpoint.origin, checkpoint.size
        with self._file.writing() as db:
            row = db.execute(
                "SELECT note FROM cosigned WHERE origin = ? AND size = ?", (origin, size)
            ).fetchone()
            whole = note if row is None else bytes(row[0])
            for name, line in lines.items():
                whole = _with_line(whole, line)
                _confirm(db, Confirmed(name, checkpoint, note, at))
            db.execute("INSERT OR REPLACE INTO cosigned VALUES (?, ?, ?)", (origin, size, whole))
            db.execute(
                "DELETE FROM cosigned WHERE origin = ?1 AND size NOT IN"
                " (SELECT size FROM cosigned WHERE origin = ?1 ORDER BY size DESC LIMIT ?2)",
                (origin, MOST_KEPT),
            )

    def keep_shown(self, shown: Confirmed) -> None:
        """Remember a state that a witness showed and this log's own signature stands under."""
        with self._file.writing() as db:
            _confirm(db, shown)

    def confirmed(self, origin: str) -> dict[str, Confirmed]:
        """The longest state of this log that each witness saw, by name."""
        with self._file.reading() as db:
            rows = list(
                db.execute("SELECT witness, size, root, note, at FROM confirmed WHERE origin = ?", (origin,))
            )
        return {
            name: Confirmed(name, Checkpoint(origin=origin, size=size, root=root), note, at)
            for name, size, root, note, at in rows
        }

    def newest(self, log: Trusted, policy: Policy) -> Cosigned | None:
        """The longest state that was witnessed as `policy` asks; none where that names other logs than this one.

        Raises BadNote where a note was altered.
        """
        for note in self._notes(log.name):
            signed = policy.cosigners(note)
            if policy.is_met(signed) and policy.is_about(note):
                return Cosigned(Checkpoint.open(note, log), note, signed)
        return None

    def _notes(self, origin: str) -> Sequence[bytes]:
        with self._file.reading() as db:
            found = db.execute("SELECT note FROM cosigned WHERE origin = ? ORDER BY size DESC", (origin,))
            return [bytes(note) for (note,) in found]


def _with_line(note: bytes, line: bytes) -> bytes:
    """The note with the line at its end, in place of an older one by the same key."""
    text, gap, _ = note.partition(b"\n\n")
    (name, key_id, _), *_ = read_note(text + gap + line)[1]
    others = [signature_line(*one) for one in read_note(note)[1] if one[:2] != (name, key_id)]
    return text + gap + b"".join(others) + line


def _confirm(db: apsw.Connection, told: Confirmed) -> None:
    state = told.checkpoint
    db.execute(
        "INSERT INTO confirmed VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET size = excluded.size,"
        " root = excluded.root, note = excluded.note, at = excluded.at WHERE excluded.size >= size",
        (state.origin, told.witness, state.size, state.root, told.note, told.at),
    )
