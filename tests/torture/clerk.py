"""A second process that appends to whatever ledger it is told to.

    python -m tests.torture.clerk

Each line on standard input is `NUMBER PATH`: it opens that ledger, appends the entry of that number, closes it, and
says the entry's id, or `refused CODE`.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from ledger import Log
from ledger.errors import LedgerError
from tests.ledger.books import SIGNER, about


def answered(line: str) -> str:
    number, _, path = line.rstrip("\n").partition(" ")
    try:
        log = Log.open(Path(path), signer=SIGNER, clock=lambda: datetime.now(UTC), entropy=os.urandom)
        with log:
            return log.append(about(int(number))).id
    except LedgerError as error:
        return f"refused {error.exit_code}"


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(answered(line) + "\n")
        sys.stdout.flush()
