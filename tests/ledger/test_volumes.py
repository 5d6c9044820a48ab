"""Entries of earlier keys lie in files of their own, and still nobody can change, hide or swap one of them."""

import os
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import apsw
import pytest

from ledger.closing import close_volumes, due
from ledger.errors import CannotAppend, LedgerAltered, LedgerDamaged, LedgerError
from ledger.proof import check, prove
from ledger.tiles_export import export_tiles
from ledger.verify import verify
from ledger.volumes import Volume, VolumeMissing
from tests.ledger.books import ENTRY, PATIENTS, VKEY, fill, new_log, open_log
from tests.ledger.turns_of_keys import hand_over, signer

FIRST, SECOND, SIZE = 300, 500, 600
NOBODY = 65534


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 entries under three keys, those of the first two in volumes of their own."""
    folder = tmp_path_factory.mktemp("whole")
    with new_log(folder / "ledger.db") as log:
        fill(log, FIRST - 1)
        hand_over(log, signer(2))
        fill(log, SECOND - FIRST - 1)
        hand_over(log, signer(3))
        fill(log, SIZE - SECOND)
        close_volumes(log)
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy to do with as one likes; the volumes can be written to, by somebody who may."""
    there = Path(shutil.copytree(whole, tmp_path / "node"))
    for path in there.iterdir():
        path.chmod(0o600)
    return there


def changed(path: Path, *statements: str) -> None:
    db = apsw.Connection(str(path))
    for statement in statements:
        db.execute(statement)
    db.close()


def page_size(path: Path) -> int:
    with closing(apsw.Connection(str(path))) as db:
        return int(db.pragma("page_size"))


def found(folder: Path) -> tuple[bool, int | None]:
    told = verify(folder / "ledger.db", VKEY)
    return told.ok, told.first_wrong


def test_the_entries_lie_where_the_key_that_signed_them_says(folder: Path) -> None:
    assert sorted(path.name for path in folder.glob("*.db")) == ["ledger-1.db", "ledger-2.db", "ledger.db"]
    rows = [apsw.Connection(str(folder / name)).execute("SELECT min(place), max(place) FROM entry").get
            for name in ("ledger-1.db", "ledger-2.db", "ledger.db")]  # fmt: skip
    assert rows == [(0, FIRST - 1), (FIRST, SECOND - 1), (SECOND, SIZE - 1)]


def test_a_log_in_volumes_reads_verifies_and_proves_as_one(folder: Path, tmp_path: Path) -> None:
    with open_log(folder / "ledger.db", signer=signer(3)) as log:
        assert [one.index for one in log.scan()] == list(range(SIZE))
        assert [one.index for one in log.scan(290, 310)] == list(range(290, 310))
        assert log.find(log.read(7).id).index == 7
        for index in (0, FIRST - 1, FIRST, SECOND, SIZE - 1):
            assert check(prove(log, log.read(index).id), VKEY).index == index
        assert len(list(log.of_patient(PATIENTS[0]))) == len(
            [n for n in log.scan() if n.entry.patient == PATIENTS[0]]
        )
        assert log.append(ENTRY).index == SIZE
        assert export_tiles(log, tmp_path / "tiles").size == SIZE + 1
    assert found(folder) == (True, None)


def test_a_volume_lies_in_large_pages_and_one_in_small_pages_is_read_as_well(folder: Path) -> None:
    assert {page_size(folder / name) for name in ("ledger-1.db", "ledger-2.db")} == {65536}
    changed(folder / "ledger-1.db", "PRAGMA page_size = 4096", "VACUUM")
    assert page_size(folder / "ledger-1.db") == 4096
    assert found(folder) == (True, None)
    with open_log(folder / "ledger.db", signer=signer(3)) as log:
        assert [one.index for one in log.scan(0, 310)] == list(range(310))


def test_what_was_closed_is_not_closed_again_and_the_newest_stays_open(folder: Path) -> None:
    with open_log(folder / "ledger.db", signer=signer(3)) as log:
        assert due(log) == []
        assert close_volumes(log) == []


def test_the_first_entry_after_everything_was_closed(path: Path) -> None:
    with new_log(path) as log:
        fill(log, 20)
        hand_over(log, signer(2))
        assert close_volumes(log) == [Volume(1, 0, 21)]
    with open_log(path, signer=signer(2)) as log:
        assert log.read(20).index == 20
        assert log.append(ENTRY).index == 21
        assert verify(log, VKEY).ok


def test_a_volume_may_lie_on_another_disk(folder: Path, tmp_path: Path) -> None:
    away = tmp_path / "archive" / "2026.db"
    away.parent.mkdir()
    (folder / "ledger-1.db").rename(away)
    with pytest.raises(VolumeMissing, match=r"ledger-1\.db, with the entries 0 to 299, is not there"):
        verify(folder / "ledger.db", VKEY)
    with open_log(folder / "ledger.db", signer=signer(3)) as log:
        assert log.append(ENTRY).index == SIZE
        with pytest.raises(VolumeMissing):
            log.read(3)
        (folder / "ledger-1.db").symlink_to(away)
        assert log.read(3).index == 3
    away.chmod(0o400)
    assert found(folder) == (True, None)


@pytest.mark.attack
@pytest.mark.parametrize(
    ("spoil", "first_wrong"),
    [
        (lambda at: changed(at / "ledger-1.db", "UPDATE entry SET body = sealed WHERE place = 7"), 7),
        (lambda at: changed(at / "ledger-1.db", "UPDATE entry SET sealed = x'00' WHERE place = 7"), 7),
        (lambda at: changed(at / "ledger-1.db", "DELETE FROM entry WHERE place = 7"), 7),
        (lambda at: changed(at / "ledger-1.db", "DELETE FROM entry WHERE place = 299"), 299),
        (lambda at: changed(at / "ledger-2.db", "UPDATE entry SET body = x'00' WHERE place = 400"), 400),
        (lambda at: shutil.copy(at / "ledger-2.db", at / "ledger-1.db"), 0),
        (lambda at: changed(at / "ledger.db", "DELETE FROM volume WHERE number = 1"), 0),
        (lambda at: changed(at / "ledger.db", "DELETE FROM volume"), 0),
        (lambda at: changed(at / "ledger.db", "UPDATE volume SET stop = 301 WHERE number = 1"), 300),
        (lambda at: changed(at / "ledger.db", "INSERT INTO entry VALUES (7, x'00', x'00')"), 500),
        (lambda at: changed(at / "ledger.db", "DELETE FROM entry WHERE place = 500"), 500),
    ],
    ids=["body", "sealed", "deleted", "last deleted", "second volume", "volumes swapped", "volume forgotten",
         "all forgotten", "longer", "put back beside", "first of the open one"],
)  # fmt: skip
def test_whatever_is_done_to_a_volume_is_found(
    folder: Path, spoil: Callable[[Path], object], first_wrong: int
) -> None:
    spoil(folder)
    assert found(folder) == (False, first_wrong)


@pytest.mark.attack
def test_an_entry_read_from_a_volume_is_compared_with_the_tree(folder: Path) -> None:
    changed(folder / "ledger-1.db", "UPDATE entry SET sealed = x'00' WHERE place = 7")
    with open_log(folder / "ledger.db", signer=signer(3)) as log:
        with pytest.raises(LedgerAltered) as told:
            log.read(7)
        assert told.value.index == 7
        assert log.read(8).index == 8


@pytest.mark.attack
@pytest.mark.parametrize("content", [b"", b"junk" * 4096], ids=["empty", "junk"])
def test_a_file_that_is_no_volume_is_said_to_be_none(folder: Path, content: bytes) -> None:
    (folder / "ledger-1.db").write_bytes(content)
    with (
        open_log(folder / "ledger.db", signer=signer(3)) as log,
        pytest.raises(LedgerDamaged, match=r"ledger-1\.db"),
    ):
        log.read(7)


@pytest.mark.attack
def test_an_altered_log_is_not_closed(path: Path) -> None:
    with new_log(path) as log:
        fill(log, 50)
        hand_over(log, signer(2))
        changed(path, "UPDATE entry SET sealed = x'00' WHERE place = 7")
        with pytest.raises(LedgerAltered):
            close_volumes(log)
        assert due(log) == [Volume(1, 0, 51)]
        assert log.read(8).index == 8
    assert not (path.parent / "ledger-1.db").exists()


@pytest.mark.parametrize("left", ["ledger-1.db.draft", "ledger-1.db"])
def test_a_crash_while_closing_is_made_good_by_closing_again(path: Path, left: str) -> None:
    """Before the ledger names the volume, whatever lies beside it is half a copy at most, and nothing is lost."""
    with new_log(path) as log:
        fill(log, 50)
        hand_over(log, signer(2))
        (path.parent / left).write_bytes(b"half")
        assert verify(log, VKEY).ok
        assert close_volumes(log) == [Volume(1, 0, 51)]
        assert [one.index for one in log.scan()] == list(range(51))
        assert verify(log, VKEY).ok


def test_closing_that_is_broken_off_leaves_no_half_copy_on_a_disk_that_may_be_full(path: Path) -> None:
    def ctrl_c(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with new_log(path) as log:
        fill(log, 50)
        hand_over(log, signer(2))
        with pytest.raises(KeyboardInterrupt):
            close_volumes(log, ctrl_c)
        assert not list(path.parent.glob("ledger-*"))
        assert verify(log, VKEY).ok


def test_a_folder_where_the_volume_should_go_is_said(path: Path) -> None:
    with new_log(path) as log:
        fill(log, 50)
        hand_over(log, signer(2))
        (path.parent / "ledger-1.db").mkdir()
        with pytest.raises(CannotAppend, match=r"ledger-1\.db cannot be written"):
            close_volumes(log)
        assert log.read(7).index == 7
        assert [one.name for one in path.parent.glob("ledger-*")] == ["ledger-1.db"]


def test_a_full_disk_is_said_and_given_back_what_was_written(path: Path) -> None:
    with new_log(path) as log:
        fill(log, 300)
        hand_over(log, signer(2))
        at_most = resource.getrlimit(resource.RLIMIT_FSIZE)
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, at_most[1]))
        try:
            with pytest.raises(CannotAppend, match=r"ledger-1\.db"):
                close_volumes(log)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, at_most)
            signal.signal(signal.SIGXFSZ, before)
        assert not list(path.parent.glob("ledger-*"))
        assert close_volumes(log) == [Volume(1, 0, 301)]
        assert verify(log, VKEY).ok


def test_a_ledger_that_is_a_link_keeps_its_entries_where_they_are_found(path: Path, tmp_path: Path) -> None:
    with new_log(path) as log:
        fill(log, 50)
        hand_over(log, signer(2))
    away = tmp_path / "disk"
    away.mkdir()
    path.rename(away / "years.db")
    path.symlink_to(away / "years.db")
    with open_log(path, signer=signer(2)) as log:
        with pytest.raises(CannotAppend, match="symbolic link"):
            close_volumes(log)
        assert log.read(7).index == 7
        assert verify(log, VKEY).ok


def test_two_who_close_at_once_do_not_write_the_same_file(path: Path) -> None:
    told = list[str]()
    with new_log(path) as log, open_log(path) as other:
        fill(log, 50)
        hand_over(log, signer(2))

        def meanwhile(_done: int, _total: int) -> None:
            with pytest.raises(CannotAppend) as refused:
                close_volumes(other)
            told.append(str(refused.value))

        assert close_volumes(log, meanwhile) == [Volume(1, 0, 51)]
        assert close_volumes(other) == []
        assert verify(log, VKEY).ok
    assert told == ["ledger.db cannot be written: another process is at it"]


def test_a_volume_is_closed_by_somebody_who_is_not_the_administrator() -> None:
    """A file that nobody may write to cannot be opened to write by its owner; by the administrator it can."""
    with TemporaryDirectory() as named:
        folder = Path(named)
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        with _as_nobody(), new_log(folder / "ledger.db") as log:
            fill(log, 50)
            hand_over(log, signer(2))
            assert close_volumes(log) == [Volume(1, 0, 51)]
            assert log.read(7).index == 7
            assert verify(log, VKEY).ok
        assert (folder / "ledger-1.db").stat().st_mode & 0o777 == 0o400


@contextmanager
def _as_nobody() -> Iterator[None]:
    """An administrator gives up what only he may; everybody else stays who he is."""
    before = os.geteuid()
    if before:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_folder_that_takes_no_file_is_named(path: Path) -> None:
    with new_log(path) as log:
        fill(log, 50)
        hand_over(log, signer(2))
        path.parent.chmod(0o500)
        try:
            with pytest.raises(CannotAppend, match=r"ledger-1\.db"):
                close_volumes(log)
        finally:
            path.parent.chmod(0o700)


def test_another_thread_s_reading_goes_on_while_a_volume_is_closed(path: Path) -> None:
    with new_log(path) as log:
        fill(log, 300)
        hand_over(log, signer(2))
        reading = log.scan()
        first = next(reading)
        close_volumes(log)
        assert [first.index, *(one.index for one in reading)] == list(range(301))


def test_every_problem_is_a_ledger_error() -> None:
    assert issubclass(VolumeMissing, LedgerError)
