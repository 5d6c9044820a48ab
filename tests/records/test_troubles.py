"""Disks fill up, files are read-only, two people import at once: nothing is lost, and it is said plainly."""

import multiprocessing
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from exchange.records import Progress, Store, StoreMissing, import_paths
from exchange.records.errors import StoreNotWritable, StoreUnreadable
from exchange.records.importing import BATCH
from tests.records.made_up import KEY, LI, clock, lines, names, patient, put, take_in

NOBODY = 65534
as_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can become somebody else, or mount a small disk"
)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Be a user who owns nothing here."""
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def filled(open_folder: Path) -> Path:
    """A store in a folder everybody may look into."""
    with Store(open_folder / "records.db", key=KEY) as store:
        put(store, LI)
    return open_folder / "records.db"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of one megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_store_is_readable_by_its_owner_only(store: Store, at: Path) -> None:
    put(store, LI)
    for file in (at, at.with_name("records.db-wal"), at.with_name("records.db-shm")):
        assert file.stat().st_mode & 0o077 == 0


def test_where_nothing_was_imported_there_is_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match=r"^records\.db is not there"):
        Store(tmp_path / "records.db", key=KEY, writable=False)
    assert not (tmp_path / "records.db").exists()


def test_the_folder_of_the_store_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(StoreNotWritable, match="its folder is not there"):
        Store(tmp_path / "nowhere" / "records.db", key=KEY)


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\x00" + bytes(4080)])
def test_another_file_is_no_store_and_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "records.db"
    path.write_bytes(content)
    for writable in (True, False):
        with pytest.raises(StoreUnreadable):
            Store(path, key=KEY, writable=writable)
    assert path.read_bytes() == content


def test_another_database_is_no_store_and_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    db = apsw.Connection(str(path))
    db.execute("CREATE TABLE entry (n)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(StoreUnreadable, match="is not a record store"):
        Store(path, key=KEY)
    assert path.read_bytes() == before


def test_a_store_of_another_version_is_not_guessed_at(store: Store, at: Path) -> None:
    store.close()
    db = apsw.Connection(str(at))
    db.pragma("user_version", 99)
    db.close()
    with pytest.raises(StoreUnreadable, match="made by another version"):
        Store(at, key=KEY)


@as_root
def test_a_store_one_may_only_read_can_be_read_and_not_written(filled: Path) -> None:
    filled.chmod(0o444)
    with as_nobody():
        with Store(filled, key=KEY, writable=False) as reader:
            assert names(reader.of_patient("li")) == ["Patient/li"]
        with pytest.raises(StoreNotWritable, match="it is read-only") as caught:
            Store(filled, key=KEY)
    assert caught.value.exit_code == 5


@as_root
def test_a_folder_one_may_not_write_to_gets_no_store(open_folder: Path) -> None:
    with as_nobody(), pytest.raises(StoreNotWritable, match="no permission"):
        Store(open_folder / "records.db", key=KEY)


@as_root
def test_a_store_one_may_not_open_says_so(filled: Path) -> None:
    with as_nobody(), pytest.raises(StoreUnreadable, match="cannot be opened"):
        Store(filled, key=KEY, writable=False)


@as_root
def test_on_a_full_disk_whole_batches_are_kept_and_the_import_can_go_on(
    small_disk: Path, tmp_path: Path
) -> None:
    file = tmp_path / "people.ndjson"
    people = [patient(f"p{n:05}", name=[{"text": "x" * 100}]) for n in range(4 * BATCH)]
    file.write_bytes(lines(*people))
    with Store(small_disk / "records.db", key=KEY) as store:
        with pytest.raises(StoreNotWritable, match="the disk is full") as caught:
            take_in(store, file)
        assert caught.value.exit_code == 5
        kept = store.counts().patients
        assert kept % BATCH == 0
        assert kept < 4 * BATCH
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    with Store(small_disk / "records.db", key=KEY) as store:
        report = take_in(store, file)
        assert (report.unchanged.total(), report.new.total()) == (kept, 4 * BATCH - kept)


@as_root
def test_on_a_full_disk_nothing_is_rejected_into_the_void(
    small_disk: Path, tmp_path: Path, store: Store
) -> None:
    (small_disk / "filler").write_bytes(bytes(900 << 10))
    file = small_disk.parent / "bad.ndjson"
    file.write_bytes((b'"' + b"x" * 1000 + b'"\n') * 400)
    with pytest.raises(StoreNotWritable, match=r"^small cannot be written: the disk is full"):
        import_paths([file], store, reject_dir=small_disk, clock=clock)


def test_a_file_in_place_of_the_folder_of_rejects_is_said(store: Store, tmp_path: Path) -> None:
    (tmp_path / "rejected").write_bytes(b"")
    file = tmp_path / "bad.ndjson"
    file.write_bytes(b"bad\n")
    with pytest.raises(StoreNotWritable, match=r"^rejected cannot be written"):
        take_in(store, file)


def _import_part(at: Path, file: Path, started: "multiprocessing.synchronize.Barrier") -> None:
    started.wait()
    with Store(at, key=KEY) as store:
        take_in(store, file)


def test_two_processes_import_at_once_into_a_store_neither_had_made(tmp_path: Path, at: Path) -> None:
    processes = multiprocessing.get_context("spawn")
    barrier = processes.Barrier(2)
    files = [tmp_path / "one.ndjson", tmp_path / "two.ndjson"]
    for number, file in enumerate(files):
        file.write_bytes(lines(LI, *(patient(f"p{number}-{n}") for n in range(2 * BATCH))))
    both = [processes.Process(target=_import_part, args=(at, file, barrier)) for file in files]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    with Store(at, key=KEY) as store:
        assert store.counts().patients == 1 + 4 * BATCH
        assert store.counts().earlier_versions == 0


def test_one_reads_while_another_imports(store: Store, at: Path) -> None:
    put(store, LI)
    with Store(at, key=KEY, writable=False) as reader:
        assert [*reader.patients()] == ["li"]
        put(store, patient("wang"))
        assert [*reader.patients()] == ["li", "wang"]


def test_a_process_that_is_killed_leaves_whole_batches(tmp_path: Path, at: Path) -> None:
    """Killed with no chance to tidy up, between one batch and the next being durable."""
    file = tmp_path / "people.ndjson"
    file.write_bytes(lines(*(patient(f"p{n}") for n in range(3 * BATCH))))
    processes = multiprocessing.get_context("spawn")
    process = processes.Process(target=_import_and_die, args=(at, file))
    process.start()
    process.join(60)
    assert process.exitcode == -9
    with Store(at, key=KEY) as store:
        assert store.counts().patients == 2 * BATCH
        report = take_in(store, file)
        assert (report.new.total(), report.unchanged.total()) == (BATCH, 2 * BATCH)


def _import_and_die(at: Path, file: Path) -> None:
    def die(progress: Progress) -> None:
        if progress.resources == 2 * BATCH:
            os.kill(os.getpid(), 9)

    with Store(at, key=KEY) as store:
        import_paths([file], store, reject_dir=file.parent / "rejected", clock=clock, progress=die)
