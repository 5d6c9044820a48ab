"""Give every thread its own window on the file, so that nobody who reads waits for anybody who writes."""

import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import apsw


class Readers:
    """Read-only connections, one a thread, made when first asked for."""

    def __init__(self, connect: Callable[[], apsw.Connection]) -> None:
        self._connect = connect
        self._own = threading.local()
        self._all: weakref.WeakSet[apsw.Connection] = weakref.WeakSet()
        self._guard = threading.Lock()

    @contextmanager
    def snapshot(self) -> Iterator[apsw.Connection]:
        """The file as it is now, whatever is written meanwhile. Inside another snapshot: that same one."""
        db = self.connection()
        if db.in_transaction:
            yield db
            return
        db.execute("BEGIN")
        try:
            # The moment is that of the first look, so look.
            db.execute("SELECT 1 FROM sqlite_schema LIMIT 1")
            yield db
        finally:
            # A disk that fails may have ended it.
            if not db.get_autocommit():
                db.execute("ROLLBACK")

    def close(self) -> None:
        """Close every thread's connection."""
        with self._guard:
            for db in self._all:
                db.close()
            self._all.clear()
        self._own = threading.local()

    def connection(self) -> apsw.Connection:
        """This thread's connection, for one statement read to its end: a snapshot by itself, at a third of the cost."""
        db: apsw.Connection | None = getattr(self._own, "db", None)
        # A connection does not survive a fork: the child opens its own.
        if db is None or self._own.process != os.getpid():
            db = self._connect()
            self._own.db, self._own.process = db, os.getpid()
            with self._guard:
                self._all.add(db)
        return db
