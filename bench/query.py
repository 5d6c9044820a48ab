"""How fast an officer's question and a patient's history are answered, beside reading just the entries found.

    python -m bench.query [--sizes 100000,1000000] [--folder DIR] [--keep DIR]

Each question is asked of a log whose projection is in step; p50 and p95 of all questions, in milliseconds. The bound is
to read the same entries by their place, each compared with the tree, without looking anything up. Whole: reading
the whole log once, which is what it took without the projection. Only the ratio travels from one machine to another.
With --keep the log and its projection are made once and found again by the next run.
"""

import argparse
import os
import random  # noqa: TID251 - the same questions in every run
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.append import ENTRY
from ledger import Draft, Entry, Log, Signer
from ledger.projection import Projection, Wanted

ENTRIES_A_PATIENT = 50
BATCH = 4096
PURPOSES = ("TREAT", "COC", "HPAYMT", "HRESCH", "ETREAT")
QUESTIONS = 200
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question: how it is drawn, and how many entries are read of what is found."""

    name: str
    draw: Callable[[random.Random, int], Wanted]


def _patient(dice: random.Random, size: int) -> Wanted:
    return Wanted({"patient": frozenset({f"{dice.randrange(max(1, size // ENTRIES_A_PATIENT)):032x}"})})


def _actor(dice: random.Random, _: int) -> Wanted:
    return Wanted({"actor": frozenset({f"{dice.randrange(5000):032x}"})})


def _house(dice: random.Random, _: int) -> Wanted:
    house, purpose = f"hospital-{dice.randrange(200)}", dice.choice(PURPOSES)
    return Wanted({"organisation": frozenset({house}), "purpose": frozenset({purpose})})


def _glass(_: random.Random, __: int) -> Wanted:
    return Wanted(break_glass=True)


KINDS = (
    Kind("a patient's entries", _patient),
    Kind("a person's, newest 100", _actor),
    Kind("a house and purpose, newest 100", _house),
    Kind("break-glass, newest 100", _glass),
)


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--sizes", default="100000", help="entries, e.g. 100000,1000000")
    options.add_argument("--folder", type=Path, default=None, help="the disk to measure")
    options.add_argument("--keep", type=Path, default=None, help="a folder to make them in, or to find them")
    chosen = options.parse_args()
    for size in map(int, chosen.sizes.split(",")):
        with tempfile.TemporaryDirectory(dir=chosen.folder) as passing:
            room = (chosen.keep or Path(passing)) / f"{size}"
            room.mkdir(parents=True, exist_ok=True)
            table(size, room)


def table(size: int, room: Path) -> None:
    """Make a log of `size` entries, or go on with it where it was left, and ask it."""
    path = room / "ledger.db"
    at_hand = Log.open if path.exists() else Log.create
    with at_hand(
        path, signer=Signer("bench", bytes(32)), clock=lambda: datetime.now(UTC), entropy=os.urandom
    ) as log:
        fill(log, size)
        made = Projection(log)
        began = time.perf_counter()
        made.catch_up()
        building = time.perf_counter() - began
        began = time.perf_counter()
        for _ in log.scan():
            pass
        whole = time.perf_counter() - began
        stored = sum(file.stat().st_size for file in room.glob("projection.db*"))
        print(
            f"{size:,} entries: projection made at {size / building:,.0f}/s, {stored / size:.0f} bytes an entry;"
            f" reading the whole log takes {whole:.1f} s"
        )
        print(f"{'':34}{'p50 ms':>9}{'p95 ms':>9}{'found':>7}{'of bound':>10}")
        for kind in KINDS:
            print(line(kind, log, made, size), flush=True)


def fill(log: Log, size: int) -> None:
    """Entries about many patients by many people, some of them in an emergency."""
    dice = random.Random(1)
    for start in range(log.size, size, BATCH):
        log.append_many([Draft(entry=_entry(dice, size)) for _ in range(min(BATCH, size - start))])


def _entry(dice: random.Random, size: int) -> Entry:
    return replace(
        ENTRY,
        patient=f"{dice.randrange(max(1, size // ENTRIES_A_PATIENT)):032x}",
        actor=f"{dice.randrange(5000):032x}",
        organisation=f"hospital-{dice.randrange(200)}",
        purpose=dice.choice(PURPOSES),
        break_glass=dice.random() < 0.001,
    )


def line(kind: Kind, log: Log, made: Projection, size: int) -> str:
    """Ask questions of one kind, and read the same entries by their place."""
    dice = random.Random(2)
    took, ratios, numbers = [], [], []
    for _ in range(QUESTIONS):
        wanted = kind.draw(dice, size)
        began = time.perf_counter()
        found = _first(made, wanted)
        seconds = time.perf_counter() - began
        bound = _read(log, found)
        took.append(seconds * 1000)
        numbers.append(len(found))
        ratios.append(bound / seconds)
    took.sort()
    return (
        f"  {kind.name:32}{took[len(took) // 2]:9.1f}{took[len(took) * 95 // 100]:9.1f}"
        f"{median(numbers):7.0f}{median(ratios):10.2f}"
    )


def _first(made: Projection, wanted: Wanted) -> list[int]:
    found = made.find(wanted, newest_first=True)
    return [one.index for one, _ in zip(found, range(SHOWN), strict=False)]


def _read(log: Log, places: Sequence[int]) -> float:
    began = time.perf_counter()
    for place in places:
        log.read(place)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
