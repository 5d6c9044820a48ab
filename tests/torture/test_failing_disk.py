"""A disk fails again while the ledger is opened once more: whoever asks is told as before, and nothing is lost."""

from pathlib import Path

import apsw
import pytest

from ledger.errors import CannotAppend
from ledger.verify import verify
from tests.ledger.books import ENTRY, VKEY, fill, new_log, open_log
from tests.torture.recorder import Recorder, recorded


def full(call: str) -> None:
    """No write is taken any more."""
    if call == "write":
        raise apsw.FullError


def test_a_disk_that_stays_full_is_told_in_the_same_words_every_time(tmp_path: Path) -> None:
    """The newest signature was lost, so opening again has something to write, and cannot."""
    path, recorder = tmp_path / "ledger.db", Recorder()
    with recorded(recorder), new_log(path) as log, open_log(path):
        fill(log, 5)
        db = apsw.Connection(str(path))
        db.execute("DELETE FROM checkpoint WHERE size = 5")
        db.execute("INSERT INTO checkpoint VALUES (0, 0, ?)", (first_note(tmp_path),))
        db.close()
        recorder.met = full
        for _ in range(3):
            with pytest.raises(CannotAppend) as caught:
                log.append(ENTRY)
            assert caught.value.exit_code == 5
        recorder.met = lambda call: None
        assert log.append(ENTRY).index == 5
        assert verify(path, VKEY).ok


def first_note(tmp_path: Path) -> bytes:
    """The signature over the ledger when it was empty."""
    with new_log(tmp_path / "empty.db") as empty:
        return empty.checkpoint()
