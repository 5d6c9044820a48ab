"""Put entries into the file: body, tree, patient's count and change of state, all in one transaction.

First the commit, synced; then the signature, which is always the same for the same state and can be made
again if it is lost. A commit that fails is rolled back and its connection thrown away: the next one starts
from what is on the disk.
"""

import contextlib
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import apsw

from ledger.body import LARGEST_INTEGER
from ledger.disk import (
    BUSY_MS,
    connect_to_write,
    explained,
    file_at,
    is_missing_or_empty,
    make_names_durable,
    use_write_ahead_log,
)
from ledger.errors import CannotAppend, LedgerAltered, LedgerMissing, WriteAheadLogGone
from ledger.handover import hand_over
from ledger.identity import RANDOM_BYTES, entry_ids, next_time_us
from ledger.merkle import EMPTY_ROOT
from ledger.note import Signer
from ledger.sheet import PatientEdge, Sheet
from ledger.stored import Head, examine, keep_checkpoint, require_ledger, require_plain, tree_of
from ledger.submission import Submission
from ledger.tiles import Edge, TileWrong

_MOST_REMEMBERED = 100_000


class Pen:
    """The one connection of this process that writes. One thread at a time may hold it."""

    def __init__(
        self, path: Path, signer: Signer, clock: Callable[[], datetime], entropy: Callable[[int], bytes]
    ) -> None:
        self._path = path
        self._place = path.name
        self._signer = signer
        self._clock = clock
        self._entropy = entropy
        self._process = os.getpid()
        self._file: tuple[int, int] | None = None
        self._wal: tuple[int, int] | None = None
        self._cut_off = False
        self._db: apsw.Connection | None = None
        self._schema = -1
        self._head = Head(0, EMPTY_ROOT, 0)
        self._edge = Edge()
        self._patients: dict[str, PatientEdge] = {}
        self._reopen()

    def close(self) -> None:
        """Put the pen down. What was appended is durable already."""
        self._drop()

    def set_up(self, tables: Sequence[str]) -> None:
        """Make the state tables that live in the same file; each text is `CREATE TABLE IF NOT EXISTS ...`."""
        db = self._held()
        with explained(self._place):
            self._begin(db)
            try:
                for table in tables:
                    db.execute(table)
                db.execute("COMMIT")
            except BaseException:
                self._drop()
                raise

    def write(self, jobs: Sequence[Submission]) -> None:
        """Append all jobs in one transaction. A job whose own change fails is left out and told so."""
        try:
            self._require_same_process()
            with explained(self._place):
                self._commit(jobs)
        except BaseException as error:
            self._drop()
            # The others did not press Ctrl-C.
            told = (
                error if isinstance(error, Exception) else CannotAppend(self._place, "interrupted", "被中断")
            )
            for job in jobs:
                job.finish(told)
            if told is not error:
                raise
            return
        try:
            self._sign()
        finally:
            for job in jobs:
                job.finish()

    def _commit(self, jobs: Sequence[Submission]) -> None:
        db = self._held()
        self._require_same_file()
        self._require_same_wal(db)
        self._begin(db)
        self._catch_up(db)
        # One reading of the clock for all: the first entry gets it, the others follow a microsecond apart.
        start_us = next_time_us(self._head.time_us, self._clock())
        sheet = Sheet(self._head.size, start_us - 1, lambda patient: self._patient_edge(db, patient))
        written = [job for job in jobs if self._fill(db, sheet, job)]
        if not written:
            db.execute("ROLLBACK")
            return
        # A body with such a number could not be read again, and nothing could be put behind it.
        if sheet.time_us > LARGEST_INTEGER:
            raise CannotAppend(self._place, "the clock stands after the year 2255", "时钟已超过 2255 年")
        head = self._store(db, sheet)
        # A job that hands the key over has a turn of its own.
        successor = written[-1].successor
        if successor is not None:
            hand_over(db, self._place, head, self._signer, successor)
        db.execute("COMMIT")
        self._head, self._signer = head, successor or self._signer
        self._remember(sheet.patients)

    def _begin(self, db: apsw.Connection) -> None:
        # Said each time: signing, which neither syncs nor waits, leaves it otherwise.
        db.pragma("synchronous", "full")
        db.set_busy_timeout(BUSY_MS)
        db.execute("BEGIN IMMEDIATE")

    def _catch_up(self, db: apsw.Connection) -> None:
        """Read the edge again where another process wrote, and see that it only added to what we know."""
        # Counted up whenever a table or trigger is put in; set back, a trigger would not run here.
        schema = db.pragma("schema_version")
        if schema != self._schema:
            require_plain(db, self._place)
            self._schema = schema
        if Head.read(db, self._place)[0] != self._head:
            head, edge = examine(db, self._place, self._signer)
            self._require_grown(db, head)
            self._head, self._edge = head, edge
            self._patients.clear()

    def _require_grown(self, db: apsw.Connection, head: Head) -> None:
        known = self._head
        try:
            grown = head.size >= known.size and tree_of(db, head.size).root(known.size) == known.root
        except TileWrong:
            grown = False
        if not grown:
            raise LedgerAltered(self._place, "its past changed while it was open", "打开期间历史被改动")

    def _fill(self, db: apsw.Connection, sheet: Sheet, job: Submission) -> bool:
        """Put a job on the sheet and run its changes; whether it holds. What fails leaves no trace."""
        before, patients = sheet.size, dict[str, PatientEdge]()
        if job.has_changes:
            db.execute("SAVEPOINT job")
        try:
            ids = entry_ids(sheet.time_us + 1, self._entropy(RANDOM_BYTES * len(job.entries)))
            for prepared, entry_id, change in zip(job.entries, ids, job.changes, strict=True):
                found = sheet.add(prepared, entry_id, patients)
                job.recorded.append(found)
                if change:
                    change(db, found)
        except Exception as error:
            # A full or failing disk is everybody's failure; SQLite may have rolled back all of it.
            if isinstance(error, _DISK_ERRORS) or not db.in_transaction:
                raise
            if job.has_changes:
                db.execute("ROLLBACK TO job")
                db.execute("RELEASE job")
            sheet.take_off(sheet.size - before)
            job.finish(error)
            return False
        if job.has_changes:
            db.execute("RELEASE job")
        sheet.patients.update(patients)
        return True

    def _remember(self, patients: dict[str, PatientEdge]) -> None:
        if len(self._patients) > _MOST_REMEMBERED:
            self._patients.clear()
        self._patients.update(patients)

    def _patient_edge(self, db: apsw.Connection, patient: str) -> PatientEdge | None:
        known = self._patients.get(patient)
        if known is None:
            row = db.execute(
                "SELECT sequence, leaf FROM patient_edge WHERE patient = ?", (patient,)
            ).fetchone()
            known = None if row is None else (row[0], row[1])
        return known

    def _store(self, db: apsw.Connection, sheet: Sheet) -> Head:
        self._edge.extend(sheet.leaves)
        try:
            db.executemany("INSERT INTO entry VALUES (?, ?, ?)", sheet.rows)
        except apsw.ConstraintError:
            raise LedgerAltered(
                self._place,
                "it holds an entry this node did not append",
                "含有不是本节点写入的条目",
                index=self._head.size,
            ) from None
        db.executemany("INSERT OR REPLACE INTO tile VALUES (?, ?, ?)", self._edge.take_written())
        db.executemany(
            "INSERT OR REPLACE INTO patient_edge VALUES (?, ?, ?)",
            # In the order of the table: neighbours share a page.
            [(patient, *edge) for patient, edge in sorted(sheet.patients.items())],
        )
        head = Head(sheet.size, self._edge.root(), sheet.time_us)
        head.write(db, self._signer)
        return head

    def _sign(self) -> None:
        """Sign what was committed. A signature that cannot be kept is made again when the log is opened."""
        db = self._db
        if db is None:
            return
        note = self._head.checkpoint(self._signer).signed(self._signer)
        try:
            # Not synced: it rides on the next commit's sync. Not waited for: whoever writes now signs more.
            db.pragma("synchronous", "normal")
            db.set_busy_timeout(0)
            with contextlib.suppress(apsw.BusyError):
                keep_checkpoint(db, self._head.size, note)
        except apsw.Error:
            self._drop()

    def _held(self) -> apsw.Connection:
        """The connection, opened again where it was thrown away. Raises CannotAppend, LedgerAltered."""
        if self._db is None:
            self._reopen()
        # Opening signs what it finds; a disk that cannot take that throws the connection away once more.
        if self._db is None:
            raise CannotAppend(self._place, "the disk reports an error", "磁盘报错")
        return self._db

    def _reopen(self) -> None:
        self._drop()
        # Others here still read by the file that lost its name, and would take for new pages what is in it.
        if self._cut_off:
            raise WriteAheadLogGone(self._place)
        if self._file is not None:
            self._require_same_file()
        db = connect_to_write(self._path)
        try:
            with explained(self._place):
                require_ledger(db, self._place)
                use_write_ahead_log(db, self._place)
                db.execute("BEGIN IMMEDIATE")
                head, edge = examine(db, self._place, self._signer)
                self._require_grown(db, head)
                db.execute("COMMIT")
            # By now there is a write-ahead log, and the next entry will stand in nothing else.
            make_names_durable(self._path)
            self._file = self._file or file_at(self._path)
            self._wal = file_at(Path(db.filename_wal))
        except BaseException:
            db.close()
            raise
        self._db, self._head, self._edge = db, head, edge
        self._patients.clear()
        self._sign()

    def _drop(self) -> None:
        if self._db is not None and self._process == os.getpid():
            self._db.close()
        self._db = None

    def _require_same_file(self) -> None:
        """What is written to a file that has lost its name is found by nobody afterwards. The other is not opened."""
        if file_at(self._path) != self._file:
            raise LedgerAltered(
                self._place,
                "another file was put in its place while it was open",
                "打开期间被换成了另一个文件",
            )

    def _require_same_wal(self, db: apsw.Connection) -> None:
        """The same of the write-ahead log. What it holds is put into the file, where nobody has begun another."""
        path = Path(db.filename_wal)
        with contextlib.suppress(LedgerMissing):
            if file_at(path) == self._wal:
                return
        self._cut_off = True
        # Closing would do it too, whoever else has begun another.
        db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        if is_missing_or_empty(path):
            db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        raise WriteAheadLogGone(self._place)

    def _require_same_process(self) -> None:
        if self._process != os.getpid():
            raise CannotAppend(self._place, "it was opened by another process", "由另一个进程打开")


# What a change may meet that is nobody's own fault.
_DISK_ERRORS = (apsw.FullError, apsw.IOError, apsw.CorruptError, apsw.NoMemError, apsw.ReadOnlyError)
