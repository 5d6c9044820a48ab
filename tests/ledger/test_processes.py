"""Real processes: two that append at once, one that is killed, one whose disk is full, one that may only read."""

import multiprocessing
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from ledger import Log, Recorded
from ledger.disk import connect_to_read
from ledger.errors import CannotAppend, LedgerDamaged
from ledger.verify import signed_snapshot, verify
from tests.ledger.appending import Appender, lost
from tests.ledger.books import ENTRY, VKEY, about, fill, open_log

NOBODY = 65_534


def said_until_killed(path: Path, how: str, lines: int) -> list[str]:
    """What a process said before it was killed, in the middle of whatever it was doing, after some lines."""
    process = Appender(path, how)
    said = [process.says() for _ in range(lines)]
    process.kill()
    return said + process.rest()[0]


@pytest.mark.slow
def test_two_processes_append_at_once_and_the_log_is_one(log: Log, path: Path) -> None:
    processes = [Appender(path, "200") for _ in range(2)]
    said = [process.says() for process in processes]
    before, mine = log.size, list[str]()
    while len(mine) < 50 or log.size < before + len(mine) + 20:
        mine.append(log.append(about(len(mine))).id)
        if len(mine) % 10 == 0:
            # Somebody who looks while others are between commit and signature sees nothing wrong.
            assert verify(log, VKEY).ok
    for process in processes:
        rest, complaint, code = process.rest()
        assert code == 0, complaint
        said += rest
    assert len(said) == 400
    assert lost(log, [*said, *mine]) == []
    assert log.size == 400 + len(mine)
    assert verify(log, VKEY).ok


@pytest.mark.slow
@pytest.mark.parametrize("lines", [1, 7, 40])
def test_a_process_killed_while_appending_loses_nothing_it_had_acknowledged(
    log: Log, path: Path, lines: int
) -> None:
    log.close()
    said = said_until_killed(path, "forever", lines)
    with open_log(path) as again:
        assert len(said) >= lines
        assert lost(again, said) == []
        assert verify(again, VKEY).ok
        again.append(ENTRY)
        assert verify(again, VKEY).ok


@pytest.mark.slow
def test_the_control_an_entry_acknowledged_too_early_is_found_missing(log: Log, path: Path) -> None:
    log.close()
    said = said_until_killed(path, "early", 1)
    with open_log(path) as again:
        assert lost(again, said) == said
        assert verify(again, VKEY).ok


@pytest.mark.slow
def test_a_full_disk_refuses_with_exit_5_and_keeps_what_was_acknowledged(log: Log, path: Path) -> None:
    log.close()
    said, complaint, code = Appender(path, "full").rest()
    assert code == 5, complaint
    assert "cannot be written" in complaint
    assert "nothing was released" in complaint
    assert len(said) > 10
    with open_log(path) as again:
        assert lost(again, said) == []
        again.append(ENTRY)
        assert verify(again, VKEY).ok


def test_a_disk_that_fills_up_under_a_running_node_is_survived(log: Log) -> None:
    fill(log, 20)

    def shrink(db: apsw.Connection, recorded: Recorded) -> None:
        db.pragma("max_page_count", db.pragma("page_count"))

    log.append(ENTRY, change=shrink)
    with pytest.raises(CannotAppend, match="disk is full") as caught:
        log.append(about(1), sealed=bytes(90_000))
    assert (caught.value.exit_code, "nothing was released" in caught.value.hint) == (5, True)
    size = log.size
    # The failed connection was thrown away; the new one has room again.
    assert log.append(ENTRY).index == size
    assert verify(log, VKEY).ok


def test_a_change_that_meets_a_full_disk_fails_as_the_ledger_does(log: Log) -> None:
    def swallow(db: apsw.Connection, recorded: Recorded) -> None:
        db.pragma("max_page_count", db.pragma("page_count"))
        db.execute("INSERT INTO grant_ VALUES (?, ?)", ("x" * 90_000, "y" * 90_000))

    with pytest.raises(CannotAppend, match="disk is full"):
        log.append(ENTRY, change=swallow)
    assert log.size == 0
    assert log.append(ENTRY).index == 0


def test_a_disk_that_fails_while_it_is_read_is_told_in_words(log: Log, path: Path) -> None:
    """Part of the write-ahead log is gone: SQLite ends the snapshot by itself at the first short read."""
    fill(log, 2000)
    assert log.read(3).index == 3
    verifying = connect_to_read(path)
    with closing(verifying), signed_snapshot(verifying):
        os.truncate(f"{path}-wal", 9000)
        with pytest.raises(apsw.IOError):
            verifying.execute("SELECT sum(length(body)) FROM entry").fetchall()
    with pytest.raises(LedgerDamaged, match="the disk reports an error"):
        list(log.scan())


@pytest.mark.parametrize("clean", [True, False])
def test_a_ledger_on_a_read_only_disk_can_be_read_when_it_is_whole(log: Log, path: Path, clean: bool) -> None:
    """Another user, without leave to write, plays the read-only disk."""
    fill(log, 20)
    folder = path.parent / "disk"
    folder.mkdir()
    if clean:
        log.close()
        shutil.copy(path, folder / path.name)
    else:
        for name in (path.name, path.name + "-wal"):
            shutil.copy(path.parent / name, folder / name)
    for one in folder.iterdir():
        one.chmod(0o444)
    folder.chmod(0o555)
    for above in path.parents:
        if above.name.startswith(("pytest-", "popen-", "test_")):
            above.chmod(0o755)
    code = in_a_process(read_as_nobody, folder / path.name)
    folder.chmod(0o755)
    assert code == (20 if clean else LedgerDamaged.exit_code)


def read_as_nobody(path: Path) -> int:
    """How many entries another user can read; the exit code where it cannot."""
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    try:
        with open_log(path, writable=False) as log:
            return len(list(log.scan()))
    except LedgerDamaged as damaged:
        return damaged.exit_code if "-wal" in str(damaged) else 99


def append_in_a_fork(path: Path) -> int:
    """What the child of a process that has the log open is answered when it appends."""
    with open_log(path) as log:
        child = os.fork()
        if child == 0:
            code = 98
            try:
                log.append(ENTRY)
            except CannotAppend as refused:
                code = refused.exit_code
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def in_a_process(work: Callable[[Path], int], path: Path) -> int:
    """What `work` answers in a process of its own: a fork of this one would share the line to a channel with it."""
    process = multiprocessing.get_context("spawn").Process(target=_leave_with, args=(work, path))
    process.start()
    process.join(60)
    assert process.exitcode is not None
    return process.exitcode


def _leave_with(work: Callable[[Path], int], path: Path) -> None:
    sys.exit(work(path))


def test_a_log_opened_before_a_fork_is_not_written_by_the_child(log: Log, path: Path) -> None:
    """SQLite's locks do not survive a fork; the child must open the log itself."""
    assert in_a_process(append_in_a_fork, path) == CannotAppend.exit_code
    assert log.append(ENTRY).index == 0
    assert verify(log, VKEY).ok
