"""Several processes write to one ledger and are killed at any moment, over and over: nothing acknowledged is lost.

The control stands in tests/ledger/test_processes.py: a writer that speaks too early is found out.
"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.verify import verify
from tests.ledger.appending import Appender, lost
from tests.ledger.books import ENTRY, VKEY, dice, fill, new_log, open_log
from tests.torture.tally import Tally

WRITERS = 3
# A write takes a few milliseconds here, so the moments fall before, within and after one.
LONGEST_WAIT_MS = 60
pytestmark = pytest.mark.slow


def killed(path: Path, how: str, lot: Callable[[int], bytes]) -> list[str]:
    """What some writers said was durable before each was killed, one after the other, at moments drawn by lot."""
    writers = [Appender(path, how) for _ in range(WRITERS)]
    said = []
    try:
        said += [writer.says() for writer in writers]
        for writer in writers:
            time.sleep(lot(1)[0] % LONGEST_WAIT_MS / 1000)
            writer.kill()
    finally:
        for writer in writers:
            writer.kill()
            said += writer.rest()[0]
    return said


def test_writers_killed_at_any_moment_lose_nothing_they_had_acknowledged(
    tmp_path: Path, long: bool, tally: Callable[[str], Tally]
) -> None:
    path, line, lot = tmp_path / "ledger.db", tally("writers killed"), dice()
    with new_log(path) as log:
        fill(log, 40)
    acknowledged = 0
    for _ in range(40 if long else 3):
        said = killed(path, "forever", lot)
        acknowledged += len(said)
        with open_log(path) as log:
            gone = lost(log, said)
            log.append(ENTRY)
            verdict = verify(log, VKEY)
        line.tried += WRITERS
        line.lost += len(gone)
        assert gone == []
        assert verdict.ok, verdict.en
    assert acknowledged > line.tried
