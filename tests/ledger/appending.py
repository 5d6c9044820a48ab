"""Start processes that append, hear what they say is durable, kill them, and look for it."""

import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from ledger import Log
from ledger.errors import NoSuchEntry

ROOT = Path(__file__).parents[2]


class Appender:
    """A process that appends to the log at `path`; see appender.py for `how`."""

    def __init__(self, path: Path, how: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.ledger.appender", str(path), how],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        assert self._process.stderr
        self._out, self._err = self._process.stdout, self._process.stderr

    def says(self) -> str:
        """The next id it said; waits for it."""
        return self._out.readline().strip()

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)

    def rest(self) -> tuple[list[str], str, int]:
        """All else it said until it ended, what it complained of, and its exit code."""
        with self._out, self._err:
            said, complaint = self._out.read().split(), self._err.read()
        return said, complaint, self._process.wait(20)


def lost(log: Log, said: Iterable[str]) -> list[str]:
    """The ids that were said to be durable and are not there."""
    missing = []
    for one in said:
        try:
            log.find(one)
        except NoSuchEntry:
            missing.append(one)
    return missing
