"""How fast entries become durable, beside a plain insert of the same bytes in the same run.

    python -m bench.append [--quick] [--folder DIR]

Only the ratio travels from one machine to another: both sides pay the same disk and the same SQLite.
"""

import argparse
import gc
import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import apsw

from ledger import Draft, Entry, Log, Signer

PATIENTS = 1000
SEALED_BYTES = 700

ENTRY = Entry(
    type="access",
    subtype="disclose",
    action="R",
    outcome="0",
    region="320583",
    node="bench",
    source="exchange",
    actor="a" * 32,
    role="physician",
    organisation="hospital-1",
    purpose="TREAT",
    decision="permit",
    why="CONSENT_PERMITS",
    policy="sha256:" + "b" * 64,
    obligations=("deidentify:care", "minimum-necessary", "notify-patient"),
    consents=("c" * 64,),
    object_class="Condition Observation",
    count=12,
    details="d" * 64,
    phase="intent",
    claimed_us=1_750_000_000_000_000,
)


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table."""

    name: str
    batch: int
    rounds: int
    submitters: int = 1


CASES = [
    Case("batch of 1", 1, 600),
    Case("batch of 100", 100, 60),
    Case("batch of 1000", 1000, 12),
    Case("256 submitters, 1 each", 1, 20, submitters=256),
]


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--quick", action="store_true", help="a tenth of the work, once")
    options.add_argument(
        "--folder", type=Path, default=None, help="the disk to measure, e.g. /var/lib/hutong"
    )
    chosen = options.parse_args()
    repeats = 1 if chosen.quick else 5
    print(f"{'':24}{'ledger/s':>12}{'plain/s':>12}{'ratio':>8}")
    for case in CASES:
        rounds = max(case.rounds // 10, 2) if chosen.quick else case.rounds
        pairs = [measure(replace(case, rounds=rounds), chosen.folder) for _ in range(repeats)]
        ledger, plain = (median(side) for side in zip(*pairs, strict=True))
        ratio = median(ours / theirs for ours, theirs in pairs)
        print(f"{case.name:24}{ledger:12,.0f}{plain:12,.0f}{ratio:8.2f}")


def measure(case: Case, folder: Path | None) -> tuple[float, float]:
    """Entries a second of the ledger, and of a plain table that gets the same bytes in the same batches."""
    with tempfile.TemporaryDirectory(dir=folder) as room:
        path = Path(room) / "ledger.db"
        log = Log.create(path, signer=Signer("bench", bytes(32)), clock=_now, entropy=os.urandom)
        with log:
            work = [_drafts(case.batch, number) for number in range(case.rounds * case.submitters)]
            seconds = _timed(lambda: _append(log, work, case.submitters))
            rows = [(one.index, one.body, one.sealed) for one in log.scan()]
        # The plain side commits as often as it would for one caller after another.
        batch = case.batch * case.submitters
        plain = _timed_plain(Path(room) / "plain.db", rows, batch)
    return len(rows) / seconds, len(rows) / plain


def _append(log: Log, work: Sequence[Sequence[Draft]], submitters: int) -> None:
    threads = [
        threading.Thread(target=_submit, args=(log, work[first::submitters])) for first in range(submitters)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _submit(log: Log, work: Sequence[Sequence[Draft]]) -> None:
    for drafts in work:
        log.append_many(drafts)


def _drafts(batch: int, number: int) -> list[Draft]:
    sealed = os.urandom(SEALED_BYTES)
    return [
        Draft(entry=replace(ENTRY, patient=f"{(number * batch + at) % PATIENTS:032x}"), sealed=sealed)
        for at in range(batch)
    ]


def _timed_plain(path: Path, rows: Sequence[tuple[int, bytes, bytes]], batch: int) -> float:
    db = apsw.Connection(str(path))
    db.pragma("journal_mode", "wal")
    db.pragma("synchronous", "full")
    db.execute(
        "CREATE TABLE entry (place INTEGER PRIMARY KEY, body BLOB NOT NULL, sealed BLOB NOT NULL) STRICT"
    )

    def insert() -> None:
        for start in range(0, len(rows), batch):
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT INTO entry VALUES (?, ?, ?)", rows[start : start + batch])
            db.execute("COMMIT")

    seconds = _timed(insert)
    db.close()
    return seconds


def _timed(work: Callable[[], None]) -> float:
    # What was laid out to be written is not for the collector to walk through meanwhile.
    gc.collect()
    gc.freeze()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
