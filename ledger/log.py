"""The log: append an entry, read it back, prove it. Nothing in it can be changed without being noticed.

See docs/explanation/ledger.md for what that means and what it does not.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Self

import apsw

from ledger.disk import (
    connect_to_read,
    connect_to_write,
    explained,
    make_durable,
    make_file,
    require_safe_place,
    use_write_ahead_log,
)
from ledger.entry import Change, Entry, Recorded
from ledger.errors import CannotAppend, LedgerAltered, NoSuchEntry, WrongSigner
from ledger.identity import instant, time_us_of
from ledger.keyring import keys_in
from ledger.keys import Keys
from ledger.merkle import EMPTY_ROOT
from ledger.note import Signer
from ledger.reading import Readers
from ledger.stored import (
    SCHEMA,
    Head,
    current,
    entries_between,
    entry_at,
    examine,
    keep_checkpoint,
    tree_of,
)
from ledger.submission import Draft, Submission
from ledger.tiles import WIDTH, Memo, TileWrong, Tree
from ledger.turns import Turns
from ledger.writing import Pen

MOST_ENTRIES_A_TURN = 4096


class Log:
    """An append-only log in one file, for several threads, and several processes each with its own Log.

    Made by `create` or `open`. Every method raises a LedgerError: exit code 4 where the file is not what was
    appended, 5 where it cannot be written.
    """

    def __init__(self, path: Path, signer: Signer, pen: Pen | None) -> None:
        self.path = path
        self.signer = signer
        self._place = path.name
        self._pen = pen
        self._turns = Turns[Submission](pen.write, most=MOST_ENTRIES_A_TURN) if pen else None
        self._memo = Memo()
        self._readers = Readers(lambda: connect_to_read(path))

    @classmethod
    def create(
        cls,
        path: str | PathLike[str],
        *,
        signer: Signer,
        clock: Callable[[], datetime],
        entropy: Callable[[int], bytes],
        tables: Sequence[str] = (),
    ) -> Self:
        """A new, empty log; file and name are on disk when this returns.

        Raises LedgerExists, CannotAppend, UnsafePlace.
        """
        place = Path(path)
        require_safe_place(place)
        make_file(place)
        try:
            _lay_out(place, signer)
            make_durable(place)
            return cls.open(place, signer=signer, clock=clock, entropy=entropy, tables=tables)
        except BaseException:
            for leftover in (place, Path(f"{place}-wal"), Path(f"{place}-shm")):
                with suppress(OSError):  # the first failure is the one to tell
                    leftover.unlink(missing_ok=True)
            raise

    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        *,
        signer: Signer,
        clock: Callable[[], datetime],
        entropy: Callable[[int], bytes],
        tables: Sequence[str] = (),
        writable: bool = True,
    ) -> Self:
        """The log at `path`, after comparing its end with the newest signature.

        Raises LedgerMissing, LedgerDamaged, LedgerAltered, WrongSigner, UnsafePlace, and CannotAppend unless
        `writable` is false: then nothing is written, not even on a disk that would allow it.
        """
        place = Path(path)
        if not writable:
            log = cls(place, signer, None)
            try:
                with explained(place.name, writing=False), log.reading() as db:
                    examine(db, place.name, signer)
            except BaseException:
                log.close()
                raise
            return log
        require_safe_place(place)
        pen = Pen(place, signer, clock, entropy)
        if tables:
            pen.set_up(tables)
        return cls(place, signer, pen)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. What was appended is durable already."""
        self._readers.close()
        if self._pen:
            self._pen.close()

    def append(self, entry: Entry, *, sealed: bytes = b"", change: Change | None = None) -> Recorded:
        """Append `entry` and run `change` in the same transaction; both are on disk when this returns.

        `change` gets the writing connection and the entry in its place. If it raises, nothing happened, and
        the exception is raised here. It may run in another thread, and must neither commit nor append.
        Raises CannotAppend, EntryRefused, LedgerAltered.
        """
        return self.append_many([Draft(entry=entry, sealed=sealed, change=change)])[0]

    def append_many(self, drafts: Sequence[Draft]) -> list[Recorded]:
        """Append all of `drafts`, in this order and one after the other, or none."""
        if self._turns is None:
            raise CannotAppend(self._place, "it was opened for reading only", "以只读方式打开")
        submission = Submission(drafts)
        if drafts:
            self._turns.submit(submission)
        return submission.recorded

    def hand_over(self, draft: Draft, successor: Signer) -> Recorded:
        """Append `draft`, which names `successor` (keys.in_clear), and sign with the successor's key from then on.

        All of it or nothing is on disk when this returns. Other processes that write find out at their next entry, and
        must be started again. Raises what `append` raises, LedgerAltered where the entry does not name the successor.
        """
        if self._turns is None:
            raise CannotAppend(self._place, "it was opened for reading only", "以只读方式打开")
        if successor.origin != self.signer.origin:
            raise WrongSigner(self._place)
        submission = Submission([draft], successor=successor)
        self._turns.submit(submission)
        self.signer = successor
        return submission.recorded[0]

    @property
    def keys(self) -> Keys:
        """The keys of this log, oldest first; its signatures of all times open with them. Raises HandoverWrong."""
        with explained(self._place, writing=False), self.reading() as db:
            return keys_in(db)

    @property
    def size(self) -> int:
        """How many entries there are, also by other processes."""
        with self.tree() as (_, tree):
            return tree.size

    @property
    def time(self) -> datetime:
        """The time of the newest entry, which never goes back; the epoch where there is none."""
        with explained(self._place, writing=False), self.reading() as db:
            return instant(Head.read(db, self._place)[0].time_us)

    def root(self) -> bytes:
        """The root over all entries, 32 bytes."""
        with explained(self._place, writing=False), self.reading() as db:
            return Head.read(db, self._place)[0].root

    def checkpoint(self) -> bytes:
        """The newest state as a signed note (C2SP tlog-checkpoint)."""
        with explained(self._place, writing=False), self.reading() as db:
            return current(db, self._place, self.signer).checkpoint(self.signer).signed(self.signer)

    def read(self, index: int) -> Recorded:
        """The entry at `index`, from 0. Raises NoSuchEntry, LedgerAltered."""
        with self.tree() as (db, tree):
            if not 0 <= index < tree.size:
                raise NoSuchEntry
            return entry_at(db, self._place, index, tree)

    def find(self, entry_id: str) -> Recorded:
        """The entry with this id, found by the time in it. Raises NoSuchEntry, LedgerAltered."""
        entry_id = entry_id.lower()
        wanted = time_us_of(entry_id)
        if wanted is None:
            raise NoSuchEntry
        with self.tree() as (db, tree):
            low, high = 0, tree.size
            while low < high:
                middle = (low + high) // 2
                found = entry_at(db, self._place, middle, tree)
                if found.time_us == wanted and found.id == entry_id:
                    return found
                low, high = (middle + 1, high) if found.time_us < wanted else (low, middle)
        raise NoSuchEntry

    def scan(self, start: int = 0, stop: int | None = None) -> Iterator[Recorded]:
        """The entries from `start` up to but not including `stop`, each compared with the tree.

        By default up to the end as it is now. Raises LedgerAltered at the first that is missing or changed.
        """
        end = self.size if stop is None else min(stop, self.size)
        at = max(start, 0)
        while at < end:
            until = min(end, (at // WIDTH + 1) * WIDTH)
            with self.tree() as (db, tree):
                chunk = entries_between(db, self._place, at, until, tree)
            # No snapshot is held while the caller thinks: it would keep the write-ahead log from shrinking.
            yield from chunk
            at = until

    @property
    def writable(self) -> bool:
        """Whether this Log may append."""
        return self._pen is not None

    def of_patient(self, pseudonym: str) -> Iterator[Recorded]:
        """The entries of one patient, oldest first, with no gap up to the newest.

        Looked up in the projection; where that cannot tell, the whole log is read. Raises LedgerAltered where an entry
        of the patient is missing between others.
        """
        from ledger.projection import Projection  # which is built on this

        found = Projection(self).of_patient(pseudonym) if pseudonym else []
        return iter(found) if found is not None else self._scanned_of(pseudonym)

    def _scanned_of(self, pseudonym: str) -> Iterator[Recorded]:
        sequence, previous = 0, ""
        for found in self.scan():
            if found.entry.patient != pseudonym or not pseudonym:
                continue
            if (found.sequence, found.previous) != (sequence + 1, previous):
                raise LedgerAltered(
                    self._place,
                    f"entry {found.index} does not follow the one before it about the same patient",
                    f"第 {found.index} 条与同一患者的上一条不衔接",
                    index=found.index,
                )
            sequence, previous = found.sequence, found.commitment
            yield found

    def reading(self) -> AbstractContextManager[apsw.Connection]:
        """The file as it is now, for reading state tables: this thread's own connection, in a snapshot."""
        return self._readers.snapshot()

    def glance(self) -> apsw.Connection:
        """The same for one statement, read to its end; inside `reading` it sees what is seen there."""
        return self._readers.connection()

    @contextmanager
    def tree(self) -> Iterator[tuple[apsw.Connection, Tree]]:
        """A snapshot and the tree over its entries. Raises LedgerAltered where a tile that is needed is missing."""
        try:
            with explained(self._place, writing=False), self.reading() as db:
                yield db, tree_of(db, Head.read(db, self._place)[0].size, self._memo)
        except TileWrong as wrong:
            raise LedgerAltered(self._place, str(wrong), wrong.zh, index=wrong.first) from None


def _lay_out(path: Path, signer: Signer) -> None:
    db = connect_to_write(path)
    head = Head(0, EMPTY_ROOT, 0)
    try:
        with explained(path.name):
            use_write_ahead_log(db, path.name)
            db.execute("BEGIN IMMEDIATE")
            db.execute(SCHEMA)
            db.execute("INSERT INTO identity VALUES (?)", (signer.verifier_key,))
            head.write(db, signer)
            keep_checkpoint(db, 0, head.checkpoint(signer).signed(signer))
            db.execute("COMMIT")
    finally:
        db.close()
