"""A process that makes a ledger, appends to it, opens it again, and goes on when it is refused, as a node would.

    python -m tests.torture.worker PATH HOW

Says `made` when the ledger is made and each entry's number and id once it was acknowledged. HOW is `honest`, or
`early`: it says an entry before it is appended, which must never be done. Ends with the exit code of the
first refusal.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import apsw

from ledger import Change, Log, Recorded
from ledger.errors import LedgerError
from tests.ledger.books import SIGNER, about
from tests.torture.story import TABLE

ENTRIES = 3
_SEALED = bytes(1500)


class Worker:
    """What is done, and how it ended so far."""

    def __init__(self, path: Path, *, early: bool) -> None:
        self.code = 0
        self._path = path
        self._early = early

    def work(self) -> None:
        """Make the ledger, fill it, close it, open it again and go on."""
        with self._told(), self._made() as log:
            _say("made")
            self._append(log, range(ENTRIES))
        if self.code and not self._path.exists():
            return
        with self._told(), self._opened() as log:
            self._append(log, range(ENTRIES, 2 * ENTRIES))

    def _made(self) -> Log:
        return Log.create(self._path, signer=SIGNER, clock=_now, entropy=os.urandom, tables=[TABLE])

    def _opened(self) -> Log:
        return Log.open(self._path, signer=SIGNER, clock=_now, entropy=os.urandom)

    def _append(self, log: Log, numbers: range) -> None:
        for number in numbers:
            with self._told():
                found = log.append(about(number), sealed=_SEALED, change=self._change(number))
                if not self._early:
                    _say(f"{number} {found.id}")

    def _change(self, number: int) -> Change:
        def change(db: apsw.Connection, recorded: Recorded) -> None:
            db.execute("INSERT INTO grant_ VALUES (?)", (number,))
            # So that the write-ahead log is moved into the file in between, too.
            db.pragma("wal_autocheckpoint", 10)
            if self._early:
                _say(f"{number} {recorded.id}")

        return change

    @contextmanager
    def _told(self) -> Iterator[None]:
        """A refusal is said and remembered, and the work goes on."""
        try:
            yield
        except LedgerError as error:
            self.code = self.code or error.exit_code
            sys.stderr.write(f"{error}\n")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    worker = Worker(Path(sys.argv[1]), early=sys.argv[2] == "early")
    worker.work()
    sys.exit(worker.code)
