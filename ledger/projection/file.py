"""The file a projection lies in: it may be lost, damaged or thrown away at any time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw

from ledger.disk import BUSY_MS

_CACHE_KIB = 65_536


class Unfit(Exception):
    """The projection is not there, not whole, or not of this log: the log itself must be read."""


class Damaged(Unfit):
    """The file is no database any more."""


class File:
    """Opened for each use: another process may have thrown it away meanwhile."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def writing(self) -> Iterator[apsw.Connection]:
        """One transaction, alone. Raises Unfit."""
        try:
            with suppress(FileExistsError):
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            db = apsw.Connection(str(self._path), flags=apsw.SQLITE_OPEN_READWRITE)
            try:
                with suppress(apsw.BusyError):  # somebody else is just doing so; not waited for
                    db.pragma("journal_mode", "wal")
                db.set_busy_timeout(BUSY_MS)
                db.pragma("cache_size", -_CACHE_KIB)
                # Losing its end in a power cut costs the time to read it from the log again, and nothing else.
                db.pragma("synchronous", "normal")
                db.execute("BEGIN IMMEDIATE")
                yield db
                db.execute("COMMIT")
            finally:
                db.close()
        except (apsw.NotADBError, apsw.CorruptError) as error:
            raise Damaged(str(error)) from None
        except (apsw.Error, OSError) as error:
            raise Unfit(str(error)) from None

    @contextmanager
    def reading(self) -> Iterator[apsw.Connection]:
        """The file as it is now. Raises Unfit."""
        try:
            db = apsw.Connection(str(self._path), flags=apsw.SQLITE_OPEN_READONLY)
            try:
                db.set_busy_timeout(BUSY_MS)
                db.execute("BEGIN")
                yield db
            finally:
                db.close()
        except (apsw.Error, UnicodeDecodeError) as error:
            raise Unfit(str(error)) from None

    def throw_away(self) -> None:
        """Delete it. Raises Unfit."""
        try:
            for ending in ("", "-wal", "-shm"):
                Path(f"{self._path}{ending}").unlink(missing_ok=True)
        except OSError as error:
            raise Unfit(str(error)) from None
