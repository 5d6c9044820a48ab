"""The projection of one log: made from it, kept in step with it, thrown away and made anew where it does not fit.

It only says where to look. Every entry it finds is read from the log and compared with what was looked for; a patient's
entries must follow each other without a gap up to the newest (sequence and commitment). Entries the projection does
not know yet are read from the log. So an answer is never stale, and a row that was changed is found out; that none was
hidden from another search is known by the digest of each full stretch, which the node enters in the log.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import apsw

from ledger.entry import Recorded
from ledger.errors import LedgerAltered
from ledger.log import Log
from ledger.merkle import EMPTY_ROOT, commitment_of
from ledger.projection import partitions
from ledger.projection.file import Damaged, File, Unfit
from ledger.projection.partitions import ENTRIES, Words
from ledger.projection.rows import FORM, NAMES, digest_of, packed, row_of
from ledger.projection.wanted import Wanted

Progress = Callable[[int, int], None]
_A_TURN = 4096


class ProjectionAltered(LedgerAltered):
    """A row of the projection says something else of an entry than the log does."""

    def __init__(self, place: str, index: int) -> None:
        super().__init__(
            place,
            f"it says something else of entry {index} than the ledger",
            f"其中关于第 {index} 条的内容与账本不符",
            index=index,
        )
        self.hint = "the ledger itself is what counts; make the index anew: hutong ledger reindex"
        self.hint_zh = "以账本本身为准；请重建索引：hutong ledger reindex"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A full stretch of the log: its number (from 0; ENTRIES entries each) and the digest of its rows, hex."""

    number: int
    digest: str


class Projection:
    """What is beside `log` to look entries up by; nothing is opened before it is asked for."""

    def __init__(self, log: Log, path: Path | None = None) -> None:
        self.path = path or log.path.with_name("projection.db")
        self._file = File(self.path)
        self._log = log

    def find(
        self, wanted: Wanted, *, start: int = 0, stop: int | None = None, newest_first: bool = False
    ) -> Iterator[Recorded]:
        """The entries looked for, from place `start` up to but not including `stop`, as they are now.

        Raises LedgerAltered where the log is not what was appended, or says something else than the projection.
        """
        end = self._log.size if stop is None else min(stop, self._log.size)
        known, places = self._looked_up(wanted, start, end, newest_first=newest_first)
        rest = self._scanned(wanted, max(start, known), end, newest_first=newest_first)
        if newest_first:
            yield from rest
        for place in places:
            yield self._checked(wanted, place)
        if not newest_first:
            yield from rest

    def of_patient(self, pseudonym: str) -> list[Recorded] | None:
        """All entries of a patient, oldest first, without a gap; None where only the log itself can tell.

        Raises LedgerAltered.
        """
        self._try_to_catch_up()
        with suppress(Unfit, ProjectionAltered), self._log.reading() as core:
            newest = core.execute(
                "SELECT sequence, leaf FROM patient_edge WHERE patient = ?", (pseudonym,)
            ).fetchone()
            found = list(self._complete(pseudonym))
            if (len(found), found[-1].commitment if found else "") == _told(newest):
                return found
        return None

    def catch_up(self, progress: Progress | None = None) -> int:
        """Read what the log has and the projection has not; how many entries. Raises Unfit, LedgerAltered."""
        try:
            return self._read_on(progress)
        except Damaged:
            self._file.throw_away()
            return self._read_on(progress)

    def _read_on(self, progress: Progress | None) -> int:
        with self._file.writing() as db:
            begun = applied = self._begin(db)
            end = self._log.size
            while applied < end:
                until = min(end, applied + _A_TURN, (applied // ENTRIES + 1) * ENTRIES)
                self._apply(db, applied, until)
                applied = until
                if progress:
                    progress(applied, end)
            return applied - begun

    def rebuild(self, progress: Progress | None = None) -> int:
        """Throw it away and make it anew; how many entries. Raises Unfit, LedgerAltered."""
        self._file.throw_away()
        return self.catch_up(progress)

    def sealed(self) -> list[Sealed]:
        """The full stretches, as they were when they became full. Raises Unfit."""
        with self._file.reading() as db:
            return [Sealed(*row) for row in db.execute("SELECT number, digest FROM sealed ORDER BY number")]

    def applied(self) -> int:
        """How many entries of the log it knows. Raises Unfit."""
        with self._file.reading() as db:
            return _applied(db)

    def digest_now(self, number: int) -> str:
        """The digest of a stretch as its rows are now. Raises Unfit."""
        with self._file.reading() as db:
            return digest_of(partitions.rows_of(db, number, Words(db)))

    def digest_of_log(self, number: int, stop: int | None = None) -> str:
        """The digest its rows must have, worked out from the log, up to place `stop`. Raises LedgerAltered."""
        end = (number + 1) * ENTRIES
        entries = self._log.scan(number * ENTRIES, end if stop is None else min(end, stop))
        return digest_of(row_of(found) for found in entries)

    def differing(self, progress: Progress | None = None) -> list[int]:
        """The stretches, full or not, whose rows are not those of the log, by number. Raises Unfit, LedgerAltered."""
        applied = self.applied()
        wrong = []
        for number in range(-(-applied // ENTRIES)):
            if self.digest_now(number) != self.digest_of_log(number, applied):
                wrong.append(number)
            if progress:
                progress(min(applied, (number + 1) * ENTRIES), applied)
        return wrong

    def _complete(self, pseudonym: str) -> Iterator[Recorded]:
        sequence, previous = 0, ""
        for found in self.find(Wanted({"patient": frozenset({pseudonym})})):
            if (found.sequence, found.previous) != (sequence + 1, previous):
                raise Unfit
            sequence, previous = found.sequence, found.commitment
            yield found

    def _looked_up(
        self, wanted: Wanted, start: int, end: int, *, newest_first: bool
    ) -> tuple[int, list[int]]:
        """How many entries the projection answers for, and where in them those looked for stand."""
        if wanted == Wanted():
            return 0, []  # all of them: nothing to look up
        self._try_to_catch_up()
        try:
            with self._file.reading() as db:
                known = min(self._fitting(db), end)
                return known, self._places(db, wanted, start, known, newest_first=newest_first)
        except (Unfit, LedgerAltered):
            return 0, []

    def _places(
        self, db: apsw.Connection, wanted: Wanted, start: int, known: int, *, newest_first: bool
    ) -> list[int]:
        conditions = _conditions(db, wanted)
        if conditions is None or start >= known:
            return []
        numbers = range(start // ENTRIES, (known - 1) // ENTRIES + 1)
        return [
            place
            for number in (reversed(numbers) if newest_first else numbers)
            for place in partitions.places(db, number, (start, known), conditions, newest_first=newest_first)
        ]

    def _checked(self, wanted: Wanted, place: int) -> Recorded:
        found = self._log.read(place)
        if not wanted.keeps(found.entry):
            raise ProjectionAltered(self.path.name, place)
        return found

    def _scanned(self, wanted: Wanted, start: int, end: int, *, newest_first: bool) -> Iterator[Recorded]:
        """The same from the log itself."""
        if not newest_first:
            yield from (found for found in self._log.scan(start, end) if wanted.keeps(found.entry))
            return
        at = end
        while at > start:
            begin = max(start, at - _A_TURN)
            yield from (one for one in reversed(list(self._log.scan(begin, at))) if wanted.keeps(one.entry))
            at = begin

    def _try_to_catch_up(self) -> None:
        if self._log.writable and not self._is_in_step():
            with suppress(Unfit, LedgerAltered):
                self.catch_up()

    def _is_in_step(self) -> bool:
        try:
            with self._file.reading() as db:
                return self._fitting(db) == self._log.size
        except (Unfit, LedgerAltered):
            return False

    def _begin(self, db: apsw.Connection) -> int:
        """How far it is known to be right, after making it anew where it is not of this log."""
        try:
            return self._fitting(db)
        except (Unfit, apsw.SQLError):
            for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
                db.execute(f'DROP TABLE "{name}"')
            db.execute(partitions.SCHEMA)
            self._put(db, 0)
            return 0

    def _fitting(self, db: apsw.Connection) -> int:
        """How many entries it knows, if they are this log's. Raises Unfit."""
        if db.pragma("application_id") != partitions.APPLICATION or db.pragma("user_version") != FORM:
            raise Unfit
        row = db.execute("SELECT size, root, verifier_key FROM applied").fetchone()
        if row is None or row[2] not in self._log.keys or row[0] > self._log.size:
            raise Unfit
        if row[1] != self._root(row[0]):
            raise Unfit
        size: int = row[0]
        return size

    def _apply(self, db: apsw.Connection, start: int, until: int) -> None:
        number, words = start // ENTRIES, Words(db)
        partitions.create(db, number)
        partitions.insert(db, number, [row_of(found) for found in self._log.scan(start, until)], words)
        if until % ENTRIES == 0:
            digest = digest_of(partitions.rows_of(db, number, words))
            db.execute("INSERT OR REPLACE INTO sealed VALUES (?, ?)", (number, digest))
        self._put(db, until)

    def _put(self, db: apsw.Connection, size: int) -> None:
        db.execute(
            "INSERT OR REPLACE INTO applied VALUES (1, ?, ?, ?)",
            (size, self._root(size), self._log.signer.verifier_key),
        )

    def _root(self, size: int) -> bytes:
        if size == 0:
            return EMPTY_ROOT
        with self._log.tree() as (_, tree):
            return tree.root(size)


def _applied(db: apsw.Connection) -> int:
    found: int = db.execute("SELECT size FROM applied").get or 0
    return found


def _conditions(db: apsw.Connection, wanted: Wanted) -> dict[str, list[bytes | int]] | None:
    """The values of each column as they are stored; None where one of them stands in no row."""
    words = Words(db)
    found: dict[str, list[bytes | int]] = {}
    for column, values in wanted.any_of.items():
        if column in NAMES:
            found[column] = [packed(value) for value in sorted(values)]
        else:
            found[column] = [one for value in sorted(values) if (one := words.known(value)) is not None]
        if not found[column]:
            return None
    if wanted.break_glass is not None:
        found["break_glass"] = [int(wanted.break_glass)]
    return found


def _told(newest: tuple[int, bytes] | None) -> tuple[int, str]:
    """Sequence and commitment of a patient's newest entry, as the log keeps them."""
    return (0, "") if newest is None else (newest[0], commitment_of(newest[1]))
