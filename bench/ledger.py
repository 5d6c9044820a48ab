"""What a ledger of some size costs to prove from, replay, open and keep, each beside its bound in the same run.

    python -m bench.ledger [--entries 100000] [--sealed BYTES] [--folder DIR] [--keep FILE]

The bounds are what cannot be left out: checking a path, for a path; for the replay, reading the same rows and hashing
them in one process; opening the file and reading one row, for the cold open; body and details, for the bytes; for what
is sealed, the text before it was sealed, and the body beside it. Only ratios travel from one machine to another.
Details are as long as those of accesses and refusals on a node of invented people, unless --sealed says otherwise.
Appending is measured by `python -m bench.append`. With --keep the ledger is made once and found again by the next run.
"""

import argparse
import hashlib
import os
import random  # noqa: TID251 - the same entries and questions in every run
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter
from pathlib import Path
from statistics import median

import apsw

from bench.append import ENTRY
from bench.written import what_is_written
from ledger import Draft, Log, Signer
from ledger.merkle import leaf_hash, root_from_inclusion
from ledger.proof import check, prove
from ledger.verify import verify

BATCH = 4096
# A patient comes several times, and is written about several times each time.
VISITS, ENTRIES_A_VISIT = 5, 10
PATHS, PROOFS, OPENINGS, SAMPLE = 20_000, 500, 25, 10_000
SIGNER = Signer("bench", bytes(32))


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--entries", type=int, default=100_000, help="how many, e.g. 10000000")
    options.add_argument("--sealed", type=int, default=None, help="bytes of sealed details of each, e.g. 700")
    options.add_argument("--folder", type=Path, default=None, help="the disk to measure")
    options.add_argument(
        "--keep", type=Path, default=None, help="a file to make the ledger in, or to find it in"
    )
    chosen = options.parse_args()
    if chosen.entries < 1:
        options.error("--entries must be 1 or more: nothing can be measured of an empty ledger")
    with tempfile.TemporaryDirectory(dir=chosen.folder) as room:
        path = chosen.keep or Path(room) / "ledger.db"
        written = what_is_written(Path(room))
        if not path.exists():
            lengths = [one.sealed for one in written] if chosen.sealed is None else [chosen.sealed]
            made = make(path, chosen.entries, lengths)
            print(
                f"{chosen.entries:,} entries appended by {BATCH}s at {chosen.entries / made:,.0f}/s",
                flush=True,
            )
        print(f"{'':34}{'ours':>14}{'bound':>14}{'ratio':>8}")
        for measure in (_bytes, _opening, _paths, _proofs, _replay):
            print(measure(path), flush=True)
        sealed, text, body = (
            sum(map(attrgetter(name), written)) / len(written) for name in ("sealed", "text", "body")
        )
        print(_line("sealed bytes, of their text", sealed, text))
        print(_line("sealed bytes, of the body", sealed, body))
        print(_pages(path))


def make(path: Path, size: int, lengths: Sequence[int]) -> float:
    """A ledger of `size` entries, whose details have one of `lengths`; the seconds it took to append them."""
    dice, seconds = random.Random(1), 0.0
    with Log.create(path, signer=SIGNER, clock=_now, entropy=os.urandom) as log:
        while log.size < size:
            drafts = _drafts(dice, min(BATCH, size - log.size), size, lengths)
            seconds += _timed(partial(log.append_many, drafts))
    return seconds


def _drafts(dice: random.Random, many: int, size: int, lengths: Sequence[int]) -> list[Draft]:
    patients = max(1, size // (VISITS * ENTRIES_A_VISIT))
    here = [f"{dice.randrange(patients):032x}" for _ in range(max(1, many // ENTRIES_A_VISIT))]
    details = os.urandom(max(lengths))
    entries = [replace(ENTRY, patient=patient) for patient in here]
    return [Draft(entry=dice.choice(entries), sealed=details[: dice.choice(lengths)]) for _ in range(many)]


def _bytes(path: Path) -> str:
    with _opened(path) as log, log.reading() as db:
        size, newest = log.size, list(log.scan(log.size - SAMPLE))
        stored = db.pragma("page_count") * db.pragma("page_size") / size
    return _line(
        "bytes an entry", stored, sum(len(one.body) + len(one.sealed) for one in newest) / len(newest)
    )


def _pages(path: Path) -> str:
    """Where the bytes of an entry lie, table by table."""
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    size = db.execute("SELECT size FROM head").get
    tables = db.execute(
        "SELECT name, sum(payload), sum(unused), sum(pgsize - payload - unused) FROM dbstat GROUP BY name"
        " ORDER BY sum(pgsize) DESC"
    )
    lines = [f"{'where they lie, bytes an entry':34}{'content':>14}{'unused':>14}{'pages':>8}"]
    for name, content, unused, pages in tables:
        lines.append(f"  {name:32}{content / size:14,.1f}{unused / size:14,.1f}{pages / size:8.1f}")
    db.close()
    return "\n".join(lines)


def _opening(path: Path) -> str:
    def ours() -> None:
        with _opened(path):
            pass

    def bound() -> None:
        db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        db.execute("SELECT body FROM entry WHERE place = 0").fetchone()
        db.close()

    pairs = [(1000 * _timed(ours), 1000 * _timed(bound)) for _ in range(OPENINGS)]
    return _line("cold open, ms", *(median(side) for side in zip(*pairs, strict=True)))


def _paths(path: Path) -> str:
    """The path of a random entry, from a snapshot of its own."""
    with _opened(path) as log:
        size, root = log.size, log.root()
        places = [random.Random(2).randrange(size) for _ in range(PATHS)]
        paths: list[list[bytes]] = []

        def ours() -> None:
            for place in places:
                with log.tree() as (_, tree):
                    paths.append(tree.inclusion_proof(place))

        ours()
        paths.clear()
        took = _timed(ours)
        leaves = [leaf_hash(log.read(place).body) for place in places]

        def bound() -> None:
            for leaf, place, steps in zip(leaves, places, paths, strict=True):
                if root_from_inclusion(leaf, place, size, steps) != root:
                    raise SystemExit("a path does not lead to the root")

        return _line("random paths a second", PATHS / took, PATHS / _timed(bound))


def _proofs(path: Path) -> str:
    """Whole proofs as they are handed out, and checking them."""
    with _opened(path) as log:
        dice = random.Random(3)
        ids = [log.read(dice.randrange(log.size)).id for _ in range(PROOFS)]
        proofs: list[bytes] = []
        making = _timed(lambda: proofs.extend(prove(log, one) for one in ids))
        checking = _timed(lambda: [check(one, SIGNER.verifier_key) for one in proofs])
    return _line("proofs made a second, and checked", len(ids) / making, len(ids) / checking)


def _replay(path: Path) -> str:
    def bound() -> None:
        db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        for body, sealed in db.execute("SELECT body, sealed FROM entry ORDER BY place"):
            hashlib.sha256(body).digest()
            hashlib.sha256(sealed).digest()
        db.close()

    took = _timed(lambda: _require(path))
    with _opened(path) as log:
        size = log.size
    return _line("replay, entries a second", size / took, size / _timed(bound)) + f"   {took:.1f} s"


def _require(path: Path) -> None:
    verdict = verify(path, SIGNER.verifier_key)
    if not verdict.ok:
        raise SystemExit(verdict.en)


@contextmanager
def _opened(path: Path) -> Iterator[Log]:
    with Log.open(path, signer=SIGNER, clock=_now, entropy=os.urandom, writable=False) as log:
        yield log


def _line(name: str, ours: float, bound: float) -> str:
    return f"{name:34}{ours:14,.1f}{bound:14,.1f}{ours / bound:8.2f}"


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
