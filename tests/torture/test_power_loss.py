"""The power is cut at any moment, and the disk kept whatever it is allowed to keep: nothing acknowledged is lost.

The ledger runs for a while and everything it does to the disk is written down. Then every folder that could be found
after a power cut is made, and opened as a node would open it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from ledger import writing
from tests.ledger.books import dice
from tests.torture.forgetful_disk import Cut, Disk, Write
from tests.torture.recorder import Recorder
from tests.torture.story import Story, a_day, losses, told
from tests.torture.tally import Tally


@pytest.fixture
def most(long: bool) -> int:
    """How many states are tried of each story."""
    return 40_000 if long else 900


@pytest.fixture
def times(long: bool) -> int:
    """How long the ledger is written to."""
    return 6 if long else 2


def test_nothing_acknowledged_is_lost_in_any_power_cut(
    tmp_path: Path, fast: Path, tally: Callable[[str], Tally], times: int, most: int
) -> None:
    story = told(tmp_path / "ledger.db", Recorder(), lambda story: a_day(story, times))
    assert losses(story, fast, tally("power cuts"), most) == []
    assert len(story.acknowledged) == story.begun > 20


class Careless(apsw.Connection):
    """A connection that believes its commits are kept without a sync: what `synchronous=NORMAL` means in WAL mode."""

    def pragma(self, name: str, value: Any = None, **how: Any) -> Any:
        if (name, value) == ("synchronous", "full"):
            value = "normal"
        return super().pragma(name, **how) if value is None else super().pragma(name, value, **how)


def test_the_control_without_a_sync_before_the_answer_entries_are_lost(
    tmp_path: Path, fast: Path, tally: Callable[[str], Tally], monkeypatch: pytest.MonkeyPatch
) -> None:
    def carelessly(path: Path) -> apsw.Connection:
        return Careless(str(path), flags=apsw.SQLITE_OPEN_READWRITE)

    monkeypatch.setattr(writing, "connect_to_write", carelessly)
    story = told(tmp_path / "ledger.db", Recorder(), lambda story: a_day(story, 1))
    monkeypatch.undo()
    line = tally("control: synchronous=NORMAL")
    line.control = True
    said = losses(story, fast, line, 200)
    assert any("acknowledged" in one for one in said)
    assert {one for one in said if "acknowledged" not in one} == set()


def test_the_control_on_a_drive_that_lies_about_syncing_entries_are_lost(
    tmp_path: Path, fast: Path, tally: Callable[[str], Tally]
) -> None:
    def worn_out(story: Story) -> None:
        with story.create() as log:
            story.recorder.lying = True
            for _ in range(3):
                story.append(log)

    story = told(tmp_path / "ledger.db", Recorder(), worn_out)
    line = tally("control: a drive that does not sync")
    line.control = True
    assert any("acknowledged" in one for one in losses(story, fast, line, 100))


def test_the_control_in_a_folder_that_is_never_synced_the_ledger_itself_is_lost(
    tmp_path: Path, fast: Path, tally: Callable[[str], Tally]
) -> None:
    story = told(tmp_path / "ledger.db", Recorder(names_synced=False), lambda story: a_day(story, 1))
    line = tally("control: a folder that is not synced")
    line.control = True
    assert "does not open: LedgerMissing" in losses(story, fast, line, 200)


def test_the_disk_keeps_what_was_synced_and_perhaps_the_rest() -> None:
    """The known answer: two writes, a sync, a write and a cut that may both be kept, one of them, or none."""
    disk = Disk()
    disk.make("a")
    disk.change("a", Write(0, b"12"))
    disk.change("a", Write(2, b"3"))
    assert next(disk.states(dice())) == {}
    disk.sync("a")
    disk.sync_names()
    disk.change("a", Write(1, b"xyz"))
    disk.change("a", Cut(1))
    assert {one["a"] for one in disk.states(dice())} == {b"123", b"1xyz", b"1"}


def test_a_name_that_went_and_came_back_is_another_file() -> None:
    disk = Disk()
    disk.make("a")
    disk.change("a", Write(0, b"old"))
    disk.sync("a")
    disk.sync_names()
    disk.take_away("a")
    disk.make("a")
    disk.change("a", Write(0, b"new"))
    assert [dict(one) for one in disk.states(dice())] == [{"a": b"old"}, {}, {"a": b""}, {"a": b"new"}]


def test_a_write_longer_than_a_sector_may_be_torn() -> None:
    disk = Disk()
    disk.make("a")
    disk.sync_names()
    disk.change("a", Write(0, b"x" * 2048))
    found = {one["a"] for one in disk.states(dice())}
    whole = b"x" * 2048
    assert found == {b"", whole, whole[:512], whole[:1024], whole[:1536], bytes(1536) + whole[:512]}
