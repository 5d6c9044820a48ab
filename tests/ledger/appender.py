"""A process of its own that appends to a log and says each id once it is durable.

    python -m tests.ledger.appender PATH HOW

HOW is `forever`, `early` (says an id before it is appended: what must never be done), a number of entries, or
`full` (with a limit on the size of any file).
"""

import os
import resource
import signal
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from ledger import Log, Recorded
from ledger.errors import LedgerError
from tests.ledger.books import SIGNER, about

FILE_LIMIT = 600_000


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(path: Path, how: str) -> int:
    if how == "full":
        # The system refuses to let a file grow, as a full disk does.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))
    try:
        log = Log.open(
            path,
            signer=SIGNER,
            clock=lambda: datetime.now(UTC),
            entropy=os.urandom,
        )
        for number in range(int(how)) if how.isdigit() else count():
            if how == "early":
                say(log.append(about(number), change=lambda db, recorded: announce(recorded)).id)
            else:
                say(log.append(about(number), sealed=bytes(500)).id)
    except LedgerError as error:
        sys.stderr.write(f"{error}\n{error.hint}\n")
        return error.exit_code
    return 0


def announce(recorded: Recorded) -> None:
    """Says the id while the transaction is still open, and makes sure it never ends."""
    say(recorded.id)
    signal.pause()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
