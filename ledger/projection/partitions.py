"""The file: one table for each stretch of the log, so that the one that grows is small and the others never change.

A table with ten million rows and an index to keep in order at every insert was measured thirteen times slower.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing

import apsw

from ledger.projection.rows import COLUMNS, FORM, NAMES, WORDS, Row, packed, unpacked

APPLICATION = 0x4854504A  # "HTPJ"
ENTRIES = 1 << 18

SCHEMA = f"""
CREATE TABLE applied (              -- one row: how far the log was read
    one INTEGER PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL,
    root BLOB NOT NULL,             -- of the log's tree over so many entries
    verifier_key TEXT NOT NULL
) STRICT;
CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {FORM};
"""
_COLUMNS = ", ".join(COLUMNS)
_LISTED = "SELECT type, name, tbl_name, sql FROM sqlite_schema"


class Words:
    """Short texts that come again and again, by number."""

    def __init__(self, db: apsw.Connection) -> None:
        self._db = db
        self._ids: dict[str, int] = {}
        self._texts: dict[int, str] = {}

    def id_of(self, text: str) -> int:
        """The number of a text, given to it now where it has none."""
        known = self._ids.get(text)
        if known is None:
            self._db.execute("INSERT OR IGNORE INTO word(text) VALUES (?)", (text,))
            known = self._ids[text] = self._db.execute("SELECT id FROM word WHERE text = ?", (text,)).get
        return known

    def known(self, text: str) -> int | None:
        """The number of a text, if it has one."""
        found: int | None = self._db.execute("SELECT id FROM word WHERE text = ?", (text,)).get
        return found

    def text_of(self, number: int) -> str:
        """The text of a number. Raises ValueError where it has none."""
        if number not in self._texts:
            found: str | None = self._db.execute("SELECT text FROM word WHERE id = ?", (number,)).get
            if found is None:
                raise ValueError("no such word")
            self._texts[number] = found
        return self._texts[number]


def create(db: apsw.Connection, number: int) -> None:
    """Make the table of a stretch, unless it is there."""
    name = _name(number)
    columns = [f"{column} BLOB NOT NULL" for column in NAMES] + [f"{w} INTEGER NOT NULL" for w in WORDS]
    db.execute(
        f"CREATE TABLE IF NOT EXISTS {name} (place INTEGER PRIMARY KEY, break_glass INTEGER NOT NULL,"
        f" {', '.join(columns)}) STRICT;"
        f"CREATE INDEX IF NOT EXISTS {name}_patient ON {name}(patient) WHERE patient <> x'';"
        f"CREATE INDEX IF NOT EXISTS {name}_actor ON {name}(actor) WHERE actor <> x'';"
        f"CREATE INDEX IF NOT EXISTS {name}_house ON {name}(organisation, purpose);"
        f"CREATE INDEX IF NOT EXISTS {name}_why ON {name}(why);"
        f"CREATE INDEX IF NOT EXISTS {name}_intent ON {name}(intent) WHERE intent <> x'';"
        f"CREATE INDEX IF NOT EXISTS {name}_glass ON {name}(place) WHERE break_glass = 1;"
    )


def insert(db: apsw.Connection, number: int, rows: Iterable[Row], words: Words) -> None:
    """Add rows to a stretch; a place that is taken is written over."""
    marks = ", ".join("?" * (2 + len(COLUMNS)))
    db.executemany(
        f"INSERT OR REPLACE INTO {_name(number)}(place, break_glass, {_COLUMNS}) VALUES ({marks})",
        (
            (
                place,
                int(break_glass),
                *map(packed, values[: len(NAMES)]),
                *(words.id_of(word) for word in values[len(NAMES) :]),
            )
            for place, break_glass, values in rows
        ),
    )


def rows_of(db: apsw.Connection, number: int, words: Words, stop: int) -> Iterator[Row]:
    """The rows of a stretch before place `stop`, in the order of the log. Raises ValueError at one not made here."""
    for place, glass, *values in db.execute(
        f"SELECT place, break_glass, {_COLUMNS} FROM {_name(number)} WHERE place < ? ORDER BY place", (stop,)
    ):
        if glass not in (0, 1):
            raise ValueError("neither yes nor no")
        names = map(unpacked, values[: len(NAMES)])
        yield place, bool(glass), (*names, *(words.text_of(v) for v in values[len(NAMES) :]))


def places(
    db: apsw.Connection,
    number: int,
    within: tuple[int, int],
    conditions: Mapping[str, Sequence[bytes | int]],
    *,
    newest_first: bool,
) -> Iterator[int]:
    """Places from `within[0]` up to but not including `within[1]` whose columns have one of the values."""
    parts, bound = ["place >= ?", "place < ?"], list[bytes | int](within)
    for column, values in conditions.items():
        if column == "break_glass":
            # In the text itself: SQLite takes an index of some rows only where it sees that the others are not wanted.
            parts.append(f"break_glass = {int(values[0]):d}")
            continue
        marks = ", ".join("?" * len(values))
        # Said again so that the index, which leaves the empty ones out, may be used.
        filled = f" AND {column} <> x''" if column in NAMES and b"" not in values else ""
        parts.append(f"{column} IN ({marks}){filled}")
        bound += values
    order = "DESC" if newest_first else "ASC"
    found: Iterator[tuple[int]] = db.execute(
        f"SELECT place FROM {_name(number)} WHERE {' AND '.join(parts)} ORDER BY place {order}",
        bound,
    )
    return (place for (place,) in found)


def is_sound(db: apsw.Connection, stretches: int) -> bool:
    """Whether the tables and indexes are those made here, and each index has every row of its table.

    An index that leaves a row out blinds a search, and the table behind it still has the right digest.
    """
    with closing(apsw.Connection(":memory:")) as fresh:
        fresh.execute(SCHEMA)
        for number in range(stretches):
            create(fresh, number)
        made = set(fresh.execute(_LISTED))
    try:
        return set(db.execute(_LISTED)) == made and db.pragma("integrity_check") == "ok"
    except (apsw.SQLError, apsw.CorruptError, UnicodeDecodeError):
        return False


def _name(number: int) -> str:
    return f"part_{number:d}"
