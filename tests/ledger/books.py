"""Made-up logs to test with: a clock that ticks when it is read, dice that fall the same way every time."""

import hashlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ledger import Draft, Entry, Log, Signer

SIGNER = Signer("hutong.example/320583", bytes(range(32)))
VKEY = SIGNER.verifier_key
START = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)

ENTRY = Entry(
    type="access",
    subtype="disclose",
    action="R",
    outcome="0",
    region="320583",
    node="kunshan",
    source="exchange",
    purpose="TREAT",
    decision="permit",
)
PATIENTS = tuple(f"{number:032x}" for number in range(7))


def ticking(start: datetime = START) -> Callable[[], datetime]:
    """A clock that moves on by a millisecond whenever it is read."""
    ticks = itertools.count()
    return lambda: start + next(ticks) * timedelta(milliseconds=1)


def dice() -> Callable[[int], bytes]:
    """Entropy that is the same in every run."""
    throws = itertools.count()
    return lambda size: hashlib.shake_256(b"dice%d" % next(throws)).digest(size)


def new_log(path: Path, *, signer: Signer = SIGNER, tables: Sequence[str] = ()) -> Log:
    return Log.create(path, signer=signer, clock=ticking(), entropy=dice(), tables=tables)


def open_log(path: Path, *, signer: Signer = SIGNER, writable: bool = True) -> Log:
    later = START + timedelta(days=1)
    return Log.open(path, signer=signer, clock=ticking(later), entropy=dice(), writable=writable)


def about(number: int) -> Entry:
    """The `number`-th of a row of entries, about one of seven patients."""
    return replace(ENTRY, patient=PATIENTS[number % len(PATIENTS)], count=number)


def fill(log: Log, size: int, batch: int = 100) -> None:
    """`size` entries in transactions of `batch`, each with sealed details."""
    for start in range(0, size, batch):
        stop = min(start + batch, size)
        log.append_many([Draft(entry=about(n), sealed=b"sealed %d" % n) for n in range(start, stop)])
