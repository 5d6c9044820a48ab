"""Open the file the records are kept in, and say in plain words what is wrong when it does not open."""

import errno
import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import apsw

from exchange.errors import WrongNodeKey
from exchange.records.errors import StoreMissing, StoreNotWritable, StoreUnreadable

_APPLICATION = 0x48545243  # "HTRC"
_VERSION = 1
_BUSY_MS = 10_000
_KEY_CHECK = b"hutong:records:key-check"

_SCHEMA = f"""
CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE resource (
    num INTEGER PRIMARY KEY,
    type TEXT NOT NULL, id TEXT NOT NULL,
    version INTEGER NOT NULL,
    reach INTEGER NOT NULL,         -- filing.Reach
    subjects BLOB NOT NULL,         -- whom it is about
    facts BLOB NOT NULL,            -- labels.ItemFacts
    digest BLOB NOT NULL,           -- SHA-256 of the body without blanks
    seal BLOB NOT NULL,             -- HMAC over all of the row
    body BLOB NOT NULL,
    UNIQUE (type, id)
);
CREATE TABLE subject (num INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE);
CREATE TABLE about (
    subject INTEGER NOT NULL, resource INTEGER NOT NULL, PRIMARY KEY (subject, resource)
) WITHOUT ROWID;
CREATE TABLE identifier (
    hash TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (hash, type, id)
) WITHOUT ROWID;
CREATE INDEX identifier_of ON identifier (type, id);
CREATE TABLE history (
    type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
    digest BLOB NOT NULL, body BLOB NOT NULL, PRIMARY KEY (type, id, version)
);
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_VERSION};
"""


def connect(path: Path, *, key: bytes, writable: bool) -> apsw.Connection:
    """The open store. A new file is readable by its owner only.

    Raises StoreMissing, StoreNotWritable, StoreUnreadable, WrongNodeKey.
    """
    place = path.name
    with explained(place):
        if writable:
            _make_private(path)
            db = apsw.Connection(str(path))
            if db.readonly("main"):
                raise StoreNotWritable(place, "it is read-only", "文件为只读")
            db.set_busy_timeout(_BUSY_MS)
            _prepare(db, key)
        else:
            if not path.exists():
                raise StoreMissing(place)
            db = _read_only(path)
            db.set_busy_timeout(_BUSY_MS)
        _check(db, key, place)
        return db


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Turn what SQLite or the system says into a RecordsError that names `place`."""
    try:
        yield
    except (apsw.NotADBError, apsw.CorruptError):
        raise StoreUnreadable(
            place, "is damaged or is not a record store", "已损坏或不是健康档案库"
        ) from None
    except apsw.FullError:
        raise StoreNotWritable(place, "the disk is full", "磁盘已满") from None
    except (apsw.ReadOnlyError, apsw.PermissionsError, PermissionError):
        raise StoreNotWritable(place, "no permission, or a read-only disk", "没有权限或磁盘为只读") from None
    except FileNotFoundError:
        raise StoreNotWritable(place, "its folder is not there", "所在目录不存在") from None
    except (apsw.BusyError, apsw.LockedError):
        raise StoreNotWritable(place, "another import is running", "另一个导入正在进行") from None
    except apsw.CantOpenError:
        raise StoreUnreadable(place, "cannot be opened", "无法打开") from None
    except apsw.IOError:
        raise StoreUnreadable(
            place, "cannot be read or written: the disk reports an error", "读写失败：磁盘报错"
        ) from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreNotWritable(place, "the disk is full", "磁盘已满") from None
        raise StoreNotWritable(place, error.strerror or "the system refuses", "系统拒绝") from None


@contextmanager
def transaction(db: apsw.Connection) -> Iterator[None]:
    """All that happens inside is kept, or nothing is; it waits for another writer, then gives up."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _make_private(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Return when the names in `folder` are on the disk: a file whose name is lost is lost."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_only(path: Path) -> apsw.Connection:
    """Read-only, also where not even the index of the write-ahead log can be made (a read-only disk, a full one)."""
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        db.pragma("application_id")
        return db
    except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.FullError, apsw.IOError):
        db.close()
        newer = Path(f"{path}-wal")
        if newer.exists() and newer.stat().st_size:
            raise
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    return apsw.Connection(f"file:{quote(str(path.absolute()))}?immutable=1", flags=flags)


def _prepare(db: apsw.Connection, key: bytes) -> None:
    """Lay out an empty file; any other is left as it is until `_check` has looked at it."""
    if _is_empty(db):
        db.execute("PRAGMA journal_mode = WAL")
        with transaction(db):
            if _is_empty(db):  # still, now that no other process can be laying it out
                db.execute(_SCHEMA)
                db.execute("INSERT INTO setting VALUES ('key-check', ?)", (_key_check(key),))
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA cache_size = -65536")


def _is_empty(db: apsw.Connection) -> bool:
    return bool(db.execute("SELECT count(*) = 0 FROM sqlite_schema").get) and not db.pragma("application_id")


def _check(db: apsw.Connection, key: bytes, place: str) -> None:
    if db.pragma("application_id") != _APPLICATION:
        raise StoreUnreadable(place, "is not a record store", "不是健康档案库")
    if db.pragma("user_version") != _VERSION:
        raise StoreUnreadable(place, "was made by another version of Hutong", "由其他版本的互通创建")
    try:
        kept = db.execute("SELECT value FROM setting WHERE name = 'key-check'").get
    except apsw.SQLError:  # the table is not there
        raise StoreUnreadable(place, "is damaged", "已损坏") from None
    if not isinstance(kept, bytes) or not hmac.compare_digest(kept, _key_check(key)):
        raise WrongNodeKey(place)


def _key_check(key: bytes) -> bytes:
    return hmac.digest(key, _KEY_CHECK, hashlib.sha256)
