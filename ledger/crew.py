"""Read a long log with all processors: each of several processes reads every so-manyth share of it.

They only look, and say what they saw; whoever listens decides. One that dies, or that is not listened to any more,
costs time and nothing else.
"""

import multiprocessing
import os
import signal
from bisect import bisect_right
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import apsw

from ledger.disk import connect_to_read
from ledger.errors import LedgerError
from ledger.share import Share

ENTRIES_A_SHARE = 16_384
# Below it, starting a process takes longer than it saves.
SHORT = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes:
    """They read the log at `path`, by shares of so many entries: a multiple of 256.

    There are `number` of them: when it is not given, as many as there are processors, and none for a short log.
    """

    path: Path
    number: int | None = None
    share: int = ENTRIES_A_SHARE

    def shares(self, size: int, sizes: Sequence[int]) -> Generator[Share, None, None]:
        """See Crew. All processes are gone when this ends or is closed."""
        whole = size // self.share
        processes = min(self._number(size), whole)
        crew: list[tuple[BaseProcess, Connection]] = []
        try:
            # One that cannot be started, or died: an end of file here.
            with suppress(EOFError, OSError):
                parts = (range(first, whole, processes) for first in range(processes))
                crew.extend(_started(_Work(self.path, part, self.share, sizes)) for part in parts)
                for number in range(whole if processes else 0):
                    told = crew[number % processes][1].recv()
                    if told is None:
                        break
                    yield told
        finally:
            for process, ear in crew:
                process.terminate()
                process.join()
                ear.close()

    def _number(self, size: int) -> int:
        if self.number is not None:
            return self.number
        return 0 if size < SHORT or (found := _processors()) == 1 else found


@dataclass(frozen=True, slots=True)
class _Work:
    """What one process is to read."""

    path: Path
    numbers: range
    share: int
    sizes: Sequence[int]

    def tell(self, mouth: Connection) -> None:
        """Read share after share and hand each over; None for one that is wrong, and stop."""
        with suppress(BrokenPipeError):
            for number in self.numbers:
                told = self._read(number * self.share)
                mouth.send(told)
                if told is None:
                    return

    def _read(self, start: int) -> Share | None:
        stop = start + self.share
        wanted = self.sizes[bisect_right(self.sizes, start) : bisect_right(self.sizes, stop)]
        try:
            db = connect_to_read(self.path)
            try:
                return Share.read(db, start, stop, wanted)
            finally:
                db.close()
        except (LedgerError, apsw.Error, TypeError):
            return None


def _started(work: _Work) -> tuple[BaseProcess, Connection]:
    """A process at `work`, and where it is heard."""
    # A fork would share locks and connections of whoever asked, and not every system has it.
    begin = multiprocessing.get_context("spawn")
    ear, mouth = begin.Pipe(duplex=False)
    process = begin.Process(target=work.tell, args=(mouth,), daemon=True)
    with _born_deaf():
        process.start()
    # Ours is the only other end now: when the process dies, it is closed.
    mouth.close()
    return process, ear


@contextmanager
def _born_deaf() -> Iterator[None]:
    """Ctrl-C reaches every process of the terminal, also one that only begins; who is asked ends the others."""
    # It is started with the first process, and would let Ctrl-C through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
