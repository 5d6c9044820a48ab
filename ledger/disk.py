"""Open the file the ledger is kept in, safely, and say in plain words what is wrong when it cannot be.

Safe means: a local disk, a SQLite without the WAL-reset bug, write-ahead logging, and a sync before every
answer.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import apsw

from ledger.checkpoint import sync_folder
from ledger.errors import CannotAppend, LedgerDamaged, LedgerExists, LedgerMissing, UnsafePlace
from ledger.filesystem import network_kind

# sqlite.org/wal.html section 11: before it, a rare race between two writers could lose committed pages.
OLDEST_SQLITE = (3, 51, 3)
BUSY_MS = 10_000
CACHE_KIB = 65_536


def require_safe_place(path: Path, *, sqlite: str | None = None, mounts: str | None = None) -> None:
    """Return if what is synced at `path` stays there. Raises UnsafePlace.

    `sqlite` and `mounts` are this process's SQLite version and mount table, when not given.
    """
    version = sqlite if sqlite is not None else apsw.sqlite_lib_version()
    if tuple(int(part) for part in version.split(".")[:3]) < OLDEST_SQLITE:
        raise UnsafePlace(
            path.name, "this SQLite may lose what it has acknowledged", "当前 SQLite 版本可能丢失已确认的数据"
        )
    if network_kind(path, mounts):
        raise UnsafePlace(path.name, "it lies on a network drive", "位于网络文件系统上")


def make_file(path: Path) -> None:
    """A new empty file that only its owner can read. Raises LedgerExists, CannotAppend."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise LedgerExists(path.name) from None
    except FileNotFoundError:
        raise CannotAppend(path.name, "its folder is not there", "所在目录不存在") from None
    except OSError as error:
        raise _refused(path.name, error) from None


def make_durable(path: Path) -> None:
    """The file and its name survive a power cut from here on. Raises CannotAppend."""
    try:
        handle = os.open(path, os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise _refused(path.name, error) from None
    make_names_durable(path)


def make_names_durable(path: Path) -> None:
    """The names beside `path` survive a power cut from here on. Raises CannotAppend.

    SQLite syncs the folder too when it has made a file in it, and does not look whether that failed.
    """
    try:
        sync_folder(path.parent)
    except OSError as error:
        raise _refused(path.name, error) from None


def connect_to_write(path: Path) -> apsw.Connection:
    """A connection whose commits are on disk when they return."""
    _require_there(path)
    with explained(path.name):
        db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            if db.readonly("main"):
                raise CannotAppend(path.name, "it is read-only", "文件为只读")
            db.set_busy_timeout(BUSY_MS)
            db.pragma("synchronous", "full")
            # On macOS a plain fsync stops at the drive's own memory.
            db.pragma("fullfsync", 1)
            db.pragma("foreign_keys", 1)
            db.pragma("cache_size", -CACHE_KIB)
        except BaseException:
            db.close()
            raise
        return db


@contextmanager
def one_at_a_time(folder: Path, place: str) -> Iterator[None]:
    """Do something with the files of `folder` that no two processes may do at once. Raises CannotAppend.

    For what takes more than one file, and so more than a transaction; the system lets go when the process ends.
    """
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise _refused(place, error) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotAppend(place, "another process is at it", "另一个进程正在处理") from None
        yield
    finally:
        os.close(handle)


def use_write_ahead_log(db: apsw.Connection, place: str) -> None:
    """Let readers go on while somebody writes. Call it on a ledger only: it changes the file."""
    if db.pragma("journal_mode", "wal") != "wal":
        raise UnsafePlace(place, "its disk has no shared memory for locks", "磁盘不支持共享内存锁")


def connect_to_read(path: Path) -> apsw.Connection:
    """A read-only connection, also on a read-only disk. Raises LedgerMissing, LedgerDamaged."""
    _require_there(path)
    with explained(path.name, writing=False):
        db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            db.set_busy_timeout(BUSY_MS)
            db.pragma("schema_version")
            return db
        except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.FullError, apsw.IOError):
            # The index of the write-ahead log cannot be made here: a read-only disk, or a full one.
            db.close()
            if _has_newer_pages(path):
                raise LedgerDamaged(
                    path.name,
                    "has newer entries in its -wal file, which cannot be read on a read-only disk",
                    "的最新条目在 -wal 文件中，在只读磁盘上无法读取",
                ) from None
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        return apsw.Connection(f"file:{quote(str(path.absolute()))}?immutable=1", flags=flags)


@contextmanager
def explained(place: str, *, writing: bool = True) -> Iterator[None]:
    """Turn what SQLite or the system says into a LedgerError that names `place`."""
    try:
        yield
    except (apsw.NotADBError, apsw.CorruptError, apsw.FormatError):
        raise LedgerDamaged(place, "is damaged or is not a ledger", "已损坏或不是账本") from None
    except apsw.FullError:
        raise CannotAppend(place, "the disk is full", "磁盘已满") from None
    except (apsw.ReadOnlyError, apsw.PermissionsError, PermissionError):
        raise CannotAppend(place, "no permission, or a read-only disk", "没有权限或磁盘为只读") from None
    except (apsw.BusyError, apsw.LockedError):
        raise CannotAppend(place, "another process holds it", "另一个进程正占用它") from None
    except (apsw.IOError, apsw.CantOpenError, apsw.ProtocolError):
        if writing:
            raise CannotAppend(place, "the disk reports an error", "磁盘报错") from None
        raise LedgerDamaged(
            place, "cannot be read: the disk reports an error", "读取失败：磁盘报错"
        ) from None


def file_at(path: Path) -> tuple[int, int]:
    """Which file has this name now: its device and its number there. Raises LedgerMissing."""
    try:
        found = path.stat()
    except FileNotFoundError:
        raise LedgerMissing(path.name) from None
    return found.st_dev, found.st_ino


def is_missing_or_empty(path: Path) -> bool:
    """Whether nobody has written anything to a file of this name."""
    return not path.exists() or path.stat().st_size == 0


def _require_there(path: Path) -> None:
    if not path.exists():
        raise LedgerMissing(path.name)


def _has_newer_pages(path: Path) -> bool:
    return not is_missing_or_empty(Path(f"{path}-wal"))


def _refused(place: str, error: OSError) -> CannotAppend:
    return CannotAppend(place, error.strerror or type(error).__name__, "系统报错")
