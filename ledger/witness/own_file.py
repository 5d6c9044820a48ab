"""A small file beside the ledger whose changes are on disk when they return."""

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

import apsw

from ledger.checkpoint import sync_folder
from ledger.disk import connect_to_read, connect_to_write, explained, require_safe_place, use_write_ahead_log


class OwnFile:
    """Tables made by `schema` when something is first written, for several threads and processes."""

    def __init__(self, path: str | PathLike[str], schema: str) -> None:
        self.path = Path(path)
        self._schema = schema

    @contextmanager
    def writing(self) -> Iterator[apsw.Connection]:
        """One transaction, alone; nothing of it is kept where the body raises.

        Raises UnsafePlace, CannotAppend, LedgerDamaged.
        """
        with explained(self.path.name):
            self._make()
        db = connect_to_write(self.path)
        try:
            with explained(self.path.name):
                use_write_ahead_log(db, self.path.name)
                db.execute("BEGIN IMMEDIATE")
                db.execute(self._schema)
                yield db
                db.execute("COMMIT")
        finally:
            db.close()

    @contextmanager
    def reading(self) -> Iterator[apsw.Connection]:
        """The tables as they are now; empty ones where nothing was ever written. Raises LedgerDamaged."""
        db = connect_to_read(self.path) if self.path.exists() else apsw.Connection(":memory:")
        try:
            with explained(self.path.name, writing=False):
                # Another store may have made the file, with tables of its own.
                if not db.execute("SELECT count(*) FROM sqlite_schema WHERE sql LIKE ?", (self._first,)).get:
                    db.close()
                    db = apsw.Connection(":memory:")
                    db.execute(self._schema)
                yield db
        finally:
            db.close()

    @property
    def _first(self) -> str:
        """How the first table's definition begins, as SQLite keeps it."""
        return self._schema.strip().split("(")[0].replace("IF NOT EXISTS ", "").strip() + "%"

    def _make(self) -> None:
        if not self.path.exists():
            require_safe_place(self.path)
            self.path.touch(mode=0o600)
            sync_folder(self.path.parent)
