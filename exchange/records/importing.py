"""Take in what the hospitals hand over: keep what can be kept, set the rest aside, and account for all of it.

An import can be broken off at any moment and run again: whole batches are kept, and what is there already
is left alone. As many items come in as go out plus are rejected, or the import says so and fails. What would open
more than before - a lost label, another custodian - does not happen by the way (docs/adr/0020).
"""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from exchange.records.custody import Custody
from exchange.records.errors import CountsDisagree
from exchange.records.filing import Filed, Reach, prepare
from exchange.records.problems import Found, Problem
from exchange.records.reading import Reading, read_paths
from exchange.records.rejects import Rejects
from exchange.records.store import Store

BATCH = 1000
_BATCH_BYTES = 32 << 20
Clock = Callable[[], datetime]
MOVES_CUSTODIAN = "moves-custodian"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`validate`: against FHIR R4B. `relabel`: labels that a new version lost or lowered count no more.

    `move_custodian`: a patient on record may get another managing organisation.
    """

    validate: bool = False
    relabel: bool = False
    move_custodian: bool = False


AS_EVER = Terms()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import is: bytes on disk behind us and in all (0 for standard input), items, files."""

    bytes_done: int
    bytes_total: int
    files_done: int
    files: int
    resources: int
    rejected: int


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """What an import did, counted by resource type ("" where a rejected item's type is not known).

    `older` were left out, as a newer version is held (see writing.py). `held` of the accepted are about
    nobody who can be found: stored, never handed out. `digest` is the SHA-256 over the names and digests of
    everything accepted, in the order read; `bytes` are uncompressed. `lost_labels` are records ("Type/id")
    whose new version says less about how private they are, `moved` patients whose custodian changed, or would
    have. `missing` records were gone before this import, as whoever keeps the ledger knows.
    """

    new: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    older: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    files: int = 0
    bytes: int = 0
    digest: str = ""
    reject_file: Path | None = None
    lost_labels: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    missing: int = 0

    @property
    def consents(self) -> int:
        """How many of the accepted are consents: as records they permit and refuse nothing."""
        return sum(c["Consent"] for c in (self.new, self.changed, self.unchanged, self.older))

    @property
    def accepted(self) -> int:
        return sum(c.total() for c in (self.new, self.changed, self.unchanged, self.older))


def import_paths(
    paths: Sequence[str | os.PathLike[str]],
    store: Store,
    *,
    reject_dir: Path,
    clock: Clock,
    progress: Callable[[Progress], None] | None = None,
    on_problem: Callable[[Problem], None] | None = None,
    terms: Terms = AS_EVER,
    stdin: BinaryIO | None = None,
) -> ImportReport:
    """Import everything in `paths` (files, folders, `-`) into `store`.

    `progress` is told after every batch, `on_problem` of every rejected item. The caller records the
    import in the ledger. Raises PathNotFound, StoreNotWritable, CountsDisagree.
    """
    with closing(read_paths(paths, stdin=stdin)) as reading, Rejects(reject_dir, clock()) as rejects:
        run = _Run(store, reading, rejects, progress, on_problem, terms)
        return run.to_the_end()


class _Run:
    def __init__(
        self,
        store: Store,
        reading: Reading,
        rejects: Rejects,
        progress: Callable[[Progress], None] | None,
        on_problem: Callable[[Problem], None] | None,
        terms: Terms,
    ) -> None:
        self.store, self.reading, self.rejects = store, reading, rejects
        self.progress, self.on_problem, self.terms = progress, on_problem, terms
        self.custody = Custody(store)
        self.report = ImportReport()
        self.digest = hashlib.sha256()
        self.batch: list[Filed] = []
        self.batch_bytes = 0
        self.read = 0

    def to_the_end(self) -> ImportReport:
        for item in self.reading:
            self.read += 1
            problem = item if isinstance(item, Problem) else self._refused(item)
            if problem:
                self._reject(problem)
            elif isinstance(item, Found):
                self._keep(item)
        self._store_batch()
        report = self.report
        if self.read != report.accepted + self.rejects.count:
            raise CountsDisagree(self.read, report.accepted + self.rejects.count)
        report.files, report.bytes = self.reading.files, self.reading.bytes_read
        report.digest, report.reject_file = f"sha256:{self.digest.hexdigest()}", self.rejects.path
        return report

    def _refused(self, found: Found) -> Problem | None:
        if self.terms.validate:
            from exchange.records.validation import invalid

            if problem := invalid(found):
                return problem
        if not self.custody.moves(found):
            return None
        self.report.moved.append(f"{found.type}/{found.id}")
        if self.terms.move_custodian:
            return None
        return Problem(found.place, MOVES_CUSTODIAN, type=found.type, raw=found.body)

    def _reject(self, problem: Problem) -> None:
        self.rejects.add(problem)
        self.report.rejected[problem.type] += 1
        if self.on_problem:
            self.on_problem(problem)

    def _keep(self, found: Found) -> None:
        self.batch.append(prepare(found, self.store.lookup))
        self.custody.waits(found)
        self.batch_bytes += len(found.body)
        if len(self.batch) >= BATCH or self.batch_bytes >= _BATCH_BYTES:
            self._store_batch()

    def _lost_label(self, one: Filed) -> None:
        self.report.lost_labels.append(f"{one.type}/{one.id}")

    def _store_batch(self) -> None:
        # Set aside before kept: a batch is never in the store while a line before it is in neither place.
        self.rejects.sync()
        outcomes = self.store.put_many(self.batch, relabel=self.terms.relabel, on_lost_label=self._lost_label)
        self.custody.stored()
        for one, outcome in zip(self.batch, outcomes, strict=True):
            counter: Counter[str] = getattr(self.report, outcome)
            counter[one.type] += 1
            if one.reach == Reach.HELD:
                self.report.held[one.type] += 1
            self.digest.update(f"{one.type}/{one.id}\0".encode() + one.digest)
        self.batch.clear()
        self.batch_bytes = 0
        if self.progress:
            self.progress(
                Progress(
                    bytes_done=self.reading.bytes_done,
                    bytes_total=self.reading.bytes_total,
                    files_done=self.reading.files_done,
                    files=self.reading.files,
                    resources=self.report.accepted,
                    rejected=self.rejects.count,
                )
            )
