"""Somebody deletes the write-ahead log under a running node: it notices at the next entry, and nothing said is lost."""

import os
import shutil
from pathlib import Path

import pytest

from ledger import Log
from ledger.disk import file_at
from ledger.errors import CannotAppend, WriteAheadLogGone
from ledger.verify import verify
from tests.ledger.books import ENTRY, VKEY, fill, open_log

pytestmark = pytest.mark.attack


def wal(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


@pytest.mark.parametrize("gone", [("-wal",), ("-wal", "-shm")], ids=str)
def test_nothing_more_is_appended_and_everything_acknowledged_is_in_the_file(
    log: Log, path: Path, tmp_path: Path, gone: tuple[str, ...]
) -> None:
    fill(log, 5)
    for ending in gone:
        os.unlink(f"{path}{ending}")
    for _ in range(2):
        with pytest.raises(WriteAheadLogGone, match=r"ledger\.db-wal was deleted or exchanged") as told:
            log.append(ENTRY)
    assert isinstance(told.value, CannotAppend)
    assert "start this program again" in told.value.hint
    # As it would be found after a kill: the file and nothing beside it.
    alone = tmp_path / "alone" / path.name
    alone.parent.mkdir()
    shutil.copy(path, alone)
    with open_log(alone) as found:
        assert found.size == 5
        assert verify(found, VKEY).ok


def test_whoever_starts_again_goes_on(log: Log, path: Path) -> None:
    fill(log, 5)
    wal(path).unlink()
    with pytest.raises(WriteAheadLogGone):
        log.append(ENTRY)
    with open_log(path) as again:
        assert again.append(ENTRY).index == 5
        with pytest.raises(WriteAheadLogGone):
            log.append(ENTRY)
        assert again.append(ENTRY).index == 6
        assert verify(again, VKEY).ok


def test_nothing_is_put_over_what_somebody_else_has_begun_to_write(log: Log, path: Path) -> None:
    fill(log, 5)
    before = path.read_bytes()
    wal(path).unlink()
    wal(path).write_bytes(b"somebody else's")
    with pytest.raises(WriteAheadLogGone):
        log.append(ENTRY)
    assert path.read_bytes() == before


def test_a_write_ahead_log_that_ends_with_the_connection_is_nobody_s_fault(log: Log, path: Path) -> None:
    """SQLite deletes it when the last one closes, and makes another."""
    fill(log, 5)
    first = file_at(wal(path))
    log.close()
    with open_log(path) as again:
        assert again.append(ENTRY).index == 5
        assert file_at(wal(path)) != first or wal(path).stat().st_size
