"""Remember how far the channel has what this node wrote. Lost, it is made again from the channel.

A file of its own beside the ledger: it is not part of the ledger's state, and writing it costs no entry.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import apsw
import msgspec

from ledger.disk import explained
from ledger.fabric.channel import End, Group
from ledger.fabric.gateway import Position

Row = Literal["batches", "consents"]
BATCHES: Row = "batches"
CONSENTS: Row = "consents"

SCHEMA = """
CREATE TABLE IF NOT EXISTS reached(
  row TEXT PRIMARY KEY,         -- batches or consents
  log TEXT NOT NULL,            -- of which log, on which channel
  seq INTEGER NOT NULL,         -- number of the last one on the channel
  stop INTEGER NOT NULL,        -- and the entry after the last it covers
  root TEXT NOT NULL            -- over all before it; "" where the row is not about that
) STRICT;
CREATE TABLE IF NOT EXISTS proposed(
  row TEXT PRIMARY KEY,
  content BLOB NOT NULL         -- what was last proposed: after an unknown outcome it is proposed again, the same
) STRICT;
CREATE TABLE IF NOT EXISTS followed(
  log TEXT PRIMARY KEY,         -- another log of the region
  seq INTEGER NOT NULL          -- number of its last group that was taken over
) STRICT;
CREATE TABLE IF NOT EXISTS position(
  one INTEGER PRIMARY KEY CHECK (one = 1),
  about TEXT NOT NULL,
  block INTEGER NOT NULL, transaction_id TEXT NOT NULL -- of the last event that was taken over
) STRICT;
CREATE TABLE IF NOT EXISTS trouble(
  one INTEGER PRIMARY KEY CHECK (one = 1),
  since_us INTEGER NOT NULL, en TEXT NOT NULL, zh TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS alarm(
  one INTEGER PRIMARY KEY CHECK (one = 1),
  content BLOB NOT NULL
) STRICT;
"""
_BUSY_MS = 5_000


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """The channel holds another past than this ledger. `first_wrong` is the first entry concerned, None for none."""

    batch: int
    first_wrong: int | None
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Since when (microseconds since 1970) the channel is not reached, and why, in two languages."""

    since_us: int
    en: str
    zh: str


class Anchors:
    """The file `path`, about one log on one channel (`about`). Raises CannotAppend, LedgerDamaged."""

    def __init__(self, path: Path, about: str) -> None:
        self._place = path.name
        self._about = about
        with explained(self._place):
            self._db = apsw.Connection(str(path))
            self._db.set_busy_timeout(_BUSY_MS)
            # Not synced: what a power cut takes is asked of the channel again, which is right in any case.
            self._db.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL").fetchall()
            self._db.execute(SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def reached(self, row: Row) -> End | None:
        """How far a row is on the channel; None where that is not known here."""
        with explained(self._place):
            found = self._db.execute(
                "SELECT seq, stop, root FROM reached WHERE row = ? AND log = ?", (row, self._about)
            ).fetchone()
        return End(*found) if found else None

    def reach(self, row: Row, end: End) -> None:
        """So far it is; what was proposed is done with."""
        with self._change():
            self._db.execute(
                "INSERT OR REPLACE INTO reached VALUES (?, ?, ?, ?, ?)",
                (row, self._about, end.seq, end.stop, end.root),
            )
            self._db.execute("DELETE FROM proposed WHERE row = ?", (row,))

    def forget(self, row: Row) -> None:
        """How far it is must be asked again."""
        with self._change():
            self._db.execute("DELETE FROM reached WHERE row = ?", (row,))
            self._db.execute("DELETE FROM proposed WHERE row = ?", (row,))

    def proposed(self, row: Row) -> bytes | None:
        """What was proposed, and nobody knows yet what came of it."""
        with explained(self._place):
            found = self._db.execute("SELECT content FROM proposed WHERE row = ?", (row,)).fetchone()
        return bytes(found[0]) if found else None

    def propose(self, row: Row, content: bytes) -> None:
        """Keep what is about to be proposed."""
        with self._change():
            self._db.execute("INSERT OR REPLACE INTO proposed VALUES (?, ?)", (row, content))

    def followed(self, log: str) -> int:
        """The number of the last group of another log that was taken over; 0 for none."""
        with explained(self._place):
            found = self._db.execute("SELECT seq FROM followed WHERE log = ?", (log,)).fetchone()
        return int(found[0]) if found else 0

    @property
    def position(self) -> Position | None:
        """Where following goes on; None: from the beginning."""
        with explained(self._place):
            found = self._db.execute(
                "SELECT block, transaction_id FROM position WHERE about = ?", (self._about,)
            ).fetchone()
        return Position(block=found[0], transaction=found[1]) if found else None

    def follow(self, group: Group) -> None:
        """Everything of the group was taken over."""
        with self._change():
            self._db.execute("INSERT OR REPLACE INTO followed VALUES (?, ?)", (group.log, group.seq))
            if at := group.position:
                self._db.execute(
                    "INSERT OR REPLACE INTO position VALUES (1, ?, ?, ?)",
                    (self._about, at.block, at.transaction),
                )

    @property
    def trouble(self) -> Trouble | None:
        """What keeps the channel from being reached, and since when."""
        with explained(self._place):
            found = self._db.execute("SELECT since_us, en, zh FROM trouble").fetchone()
        return Trouble(*found) if found else None

    def tell_trouble(self, en: str, zh: str, now_us: int) -> None:
        """What went wrong just now; since when it does is kept."""
        with self._change():
            self._db.execute(
                "INSERT INTO trouble VALUES (1, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET en = excluded.en, zh = excluded.zh",
                (now_us, en, zh),
            )

    def forget_trouble(self) -> None:
        """The channel is reached again."""
        if self.trouble is not None:
            with self._change():
                self._db.execute("DELETE FROM trouble")

    @property
    def alarm(self) -> Alarm | None:
        """Why nothing is anchored any more, if so."""
        with explained(self._place):
            found = self._db.execute("SELECT content FROM alarm").fetchone()
        return msgspec.json.decode(found[0], type=Alarm) if found else None

    @alarm.setter
    def alarm(self, alarm: Alarm | None) -> None:
        with self._change():
            self._db.execute("DELETE FROM alarm")
            if alarm is not None:
                self._db.execute("INSERT INTO alarm VALUES (1, ?)", (msgspec.json.encode(alarm),))

    @contextmanager
    def _change(self) -> Iterator[None]:
        with explained(self._place), self._db:
            yield
