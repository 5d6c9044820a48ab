"""Run a worker in a process of its own whose system calls are written down, and made to fail where asked."""

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ledger import Log
from ledger.errors import LedgerError, NoSuchEntry
from ledger.verify import verify
from tests.ledger.books import VKEY, about
from tests.torture.story import opened
from tests.torture.trace import OPTIONS, Call, calls
from tests.torture.worker import ENTRIES

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Fault:
    """The `number`-th `call` fails with `error`, and so do the `more` calls after it (None: all)."""

    call: str
    number: int
    error: str
    more: int | None = 0

    def __str__(self) -> str:
        until = "+" if self.more is None else f"..{self.number + self.more}" if self.more else ""
        return f"{self.call}:error={self.error}:when={self.number}{until}"


@dataclass(frozen=True, slots=True)
class Ended:
    """How the process ended: what it said, what it complained of, its exit code, and the calls it made."""

    said: str
    complaint: str
    code: int
    calls: Sequence[Call]

    @property
    def counted(self) -> Counter[str]:
        """How often each call was made."""
        return Counter(call.name for call in self.calls)

    @property
    def failed(self) -> int:
        """How many calls were made to fail."""
        return sum(call.injected for call in self.calls)


@dataclass(frozen=True, slots=True)
class Bench:
    """Where processes are run, each in an empty folder."""

    room: Path
    strace: str

    @property
    def folder(self) -> Path:
        """Where the worker keeps its ledger."""
        return self.room / "node"

    @property
    def path(self) -> Path:
        """The ledger."""
        return self.folder / "ledger.db"

    def run(self, fault: Fault | None = None, how: str = "honest") -> Ended:
        """A worker under this fault, until it ended."""
        shutil.rmtree(self.room, ignore_errors=True)
        self.folder.mkdir(parents=True)
        trace = self.room / "trace"
        inject = ["-e", f"inject={fault}"] if fault else []
        worker = [sys.executable, "-m", "tests.torture.worker", str(self.path), how]
        ended = subprocess.run(
            [self.strace, *OPTIONS, *inject, "-o", str(trace), *worker],
            check=False,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return Ended(ended.stdout, ended.stderr, ended.returncode, list(calls(trace.read_text())))


def misbehaved(ended: Ended) -> str:
    """How a process ended otherwise than it should: in order, or refusing with exit code 5 and a reason; or ""."""
    if ended.code not in (0, 5) or "Traceback" in ended.complaint:
        return f"exit code {ended.code}: {ended.complaint}"
    if (ended.code == 0) != (len(promised(ended.said)) == 2 * ENTRIES):
        return f"exit code {ended.code} after {len(promised(ended.said))} entries"
    if ended.code == 5 and "cannot be written" not in ended.complaint:
        return f"it does not say what is wrong: {ended.complaint}"
    return ""


def promised(said: str) -> Mapping[int, str]:
    """The entries a worker said were durable: number and id."""
    lines = [line.split() for line in said.splitlines()]
    return {int(words[0]): words[1] for words in lines if len(words) == 2}


def loss(path: Path, said: str) -> str:
    """What a node finds wrong that is started on this ledger after a worker said this; "" if nothing is lost."""
    if not said:
        return ""
    try:
        log = opened(path)
    except LedgerError as error:
        return f"does not open: {error}"
    with log:
        missing = [number for number, one in promised(said).items() if not _has(log, one)]
        if missing:
            return f"acknowledged and lost: {missing}"
        with log.reading() as db:
            granted = {number for (number,) in db.execute("SELECT number FROM grant_")}
        if granted != {one.entry.count for one in log.scan()}:
            return "an entry without its change, or a change without its entry"
        log.append(replace(about(0), why="after"))
        verdict = verify(log, VKEY)
    return "" if verdict.ok else verdict.en


def _has(log: Log, entry_id: str) -> bool:
    try:
        log.find(entry_id)
    except NoSuchEntry:
        return False
    return True
