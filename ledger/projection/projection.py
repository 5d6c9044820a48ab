"""The projection of one log: made from it, kept in step with it, thrown away and made anew where it does not fit.

It only says where to look. Every entry it finds is read from the log and compared with what was looked for; a patient's
entries must follow each other without a gap up to the newest (sequence and commitment). Entries the projection does
not know yet are read from the log. So an answer is never stale, and a row that was changed is found out; that none was
hidden from another search is known by the digest of each full stretch, which the node enters in the log, and by the
tables and indexes being those that were made here.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
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
Part = tuple[int, int]
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
        if wanted != Wanted():
            self._try_to_catch_up()
        left = deque(_stretches(max(start, 0), end, newest_first=newest_first))
        while left:
            for known, last, places in self._looked_up(wanted, left, newest_first=newest_first):
                found = (self._checked(wanted, place) for place in places)
                rest = self._scanned(wanted, known, last, newest_first=newest_first)
                yield from chain(rest, found) if newest_first else chain(found, rest)

    def of_patient(self, pseudonym: str) -> list[Recorded] | None:
        """All entries of a patient, oldest first, without a gap; None where only the log itself can tell.

        Raises LedgerAltered.
        """
        # Before the looking: what is appended meanwhile is found besides.
        with self._log.reading() as core:
            newest = core.execute(
                "SELECT sequence, leaf FROM patient_edge WHERE patient = ?", (pseudonym,)
            ).fetchone()
        with suppress(Unfit, ProjectionAltered):
            found = list(self._complete(pseudonym))
            if _reaches(found, newest):
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
        end, read, applied = self._log.size, 0, -1
        while applied < end:
            # A transaction for each stretch: whoever is interrupted goes on from there.
            with self._file.writing() as db:
                begun = applied = self._begin(db)
                stop = max(applied, min(end, (applied // ENTRIES + 1) * ENTRIES))
                while applied < stop:
                    until = min(stop, applied + _A_TURN)
                    self._apply(db, applied, until)
                    applied = until
                    if progress:
                        progress(applied, end)
            read += applied - begun
        return read

    def rebuild(self, progress: Progress | None = None) -> int:
        """Throw it away and make it anew; how many entries. Raises Unfit, LedgerAltered."""
        self._file.throw_away()
        return self.catch_up(progress)

    def applied(self) -> int:
        """How many entries of the log it knows. Raises Unfit where it is not used."""
        with self._file.reading() as db:
            return self._fitting(db)

    def is_sound(self) -> bool:
        """Whether a search that goes by its indexes sees every row that is there. Raises Unfit where it is not used."""
        with self._file.reading() as db:
            return partitions.is_sound(db, -(-self._fitting(db) // ENTRIES))

    def digest_now(self, number: int, stop: int | None = None) -> str | None:
        """The digest of a stretch as its rows are now, up to place `stop`; None where they are rows of no log.

        Raises Unfit.
        """
        end = (number + 1) * ENTRIES
        with self._file.reading() as db, suppress(ValueError):
            return digest_of(
                partitions.rows_of(db, number, Words(db), end if stop is None else min(end, stop))
            )
        return None

    def digest_of_log(self, number: int, stop: int | None = None) -> str:
        """The digest its rows must have, worked out from the log, up to place `stop`. Raises LedgerAltered."""
        end = (number + 1) * ENTRIES
        entries = self._log.scan(number * ENTRIES, end if stop is None else min(end, stop))
        return digest_of(row_of(found) for found in entries)

    def differing(self, progress: Progress | None = None) -> list[int]:
        """The stretches, full or not, whose rows are not those of the log, by number. Raises Unfit, LedgerAltered."""
        applied, sound = self.applied(), self.is_sound()
        wrong = []
        for number in range(-(-applied // ENTRIES)):
            if not sound or self.digest_now(number, applied) != self.digest_of_log(number, applied):
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
        self, wanted: Wanted, left: deque[Part], *, newest_first: bool
    ) -> list[tuple[int, int, list[int]]]:
        """Take parts off `left`: up to where the projection knows each, its end, and the places looked for before that.

        In one opening as many as hold some thousand places: to open and compare for each stretch takes longer than to
        look, and the places of all, in a log of millions, would fill the memory.
        """
        answers: list[tuple[int, int, list[int]]] = []
        room = _A_TURN
        if wanted != Wanted():  # all of them: nothing to look up
            with suppress(Unfit, LedgerAltered), self._file.reading() as db:
                size, conditions = self._fitting(db), _conditions(db, wanted)
                while left and room:
                    start, end = left[0]
                    known, places = max(start, min(size, end)), list[int]()
                    if conditions and start < known:
                        within = (start, known)
                        found = partitions.places(
                            db, start // ENTRIES, within, conditions, newest_first=newest_first
                        )
                        places = list(islice(found, room))
                    left.popleft()
                    room -= len(places)
                    if places and not room:  # the rest of the part another time
                        cut = places[-1] if newest_first else places[-1] + 1
                        left.appendleft((start, cut) if newest_first else (cut, end))
                        known, end = (known, end) if newest_first else (cut, cut)
                    answers.append((known, end, places))
        return answers or [(*left.popleft(), [])]

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
        # In a snapshot of an earlier moment a newer index looks like that of another log, and would be made anew.
        if self._log.writable and not self._log.glance().in_transaction and not self._is_in_step():
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
            listed = "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view')"
            for kind, name in db.execute(listed).fetchall():
                db.execute(f'DROP {kind} "{name}"')
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


def _stretches(start: int, end: int, *, newest_first: bool) -> Iterator[tuple[int, int]]:
    """The parts of start..end that lie in one stretch each."""
    numbers = range(start // ENTRIES, -(-end // ENTRIES))
    for number in reversed(numbers) if newest_first else numbers:
        yield max(start, number * ENTRIES), min(end, (number + 1) * ENTRIES)


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


def _reaches(found: Sequence[Recorded], newest: tuple[int, bytes] | None) -> bool:
    """Whether what follows each other goes on to a patient's newest entry: sequence and hash, as the log keeps them."""
    if newest is None:
        return not found
    sequence, leaf = newest
    return 0 < sequence <= len(found) and found[sequence - 1].commitment == commitment_of(leaf)
