"""Where the entries lie: those of keys that have handed over in closed volumes, the others in the ledger's own file.

A closed volume is a file beside the ledger, `ledger-1.db` for the entries the first key signed, and never changes
again. It holds entries and nothing else: the tree over them, and so every proof, stays with the ledger.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import apsw

from ledger.disk import connect_to_read, explained
from ledger.errors import LedgerDamaged, LedgerMissing
from ledger.keyring import VERSION

APPLICATION = 0x48544C56  # "HTLV"
_FORM = 1

# In the ledger's own file.
SCHEMA = """
CREATE TABLE IF NOT EXISTS volume (
    number INTEGER PRIMARY KEY,     -- of the file, from 1
    first INTEGER NOT NULL, stop INTEGER NOT NULL
) STRICT;
"""
# In the volume's. It is written once, so what a page leaves over counts, and not what a commit writes: rows of four
# kilobytes leave 800 bytes each on SQLite's usual pages of 4 KiB, 170 on these, and are read through twice as fast.
ENTRIES_SCHEMA = f"""
PRAGMA page_size = 65536;
CREATE TABLE entry (place INTEGER PRIMARY KEY, body BLOB NOT NULL, sealed BLOB NOT NULL) STRICT;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {_FORM};
"""
_ROWS = (
    "SELECT place, CAST(body AS BLOB), CAST(sealed AS BLOB) FROM entry"
    " WHERE place >= ? AND place < ? ORDER BY place"
)

Row = tuple[int, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Volume:
    """A closed volume: the entries from `first` up to but not including `stop`."""

    number: int
    first: int
    stop: int

    def beside(self, ledger: Path) -> Path:
        """Where it lies; a symbolic link to another disk will do."""
        return ledger.with_name(f"{ledger.stem}-{self.number}{ledger.suffix}")


class VolumeMissing(LedgerMissing):
    """A closed volume is not where the ledger is."""

    def __init__(self, place: str, first: int, stop: int) -> None:
        super().__init__(place)
        self.args = (f"{place}, with the entries {first} to {stop - 1}, is not there",)
        self.zh = f"{place}（第 {first} 至 {stop - 1} 条）不存在"
        self.place = place
        self.hint = "put it back beside ledger.db, or a symbolic link to it; a backup has it too"
        self.hint_zh = "请将其放回 ledger.db 所在目录，或在那里建立指向它的符号链接；备份中也有"


def closed(db: apsw.Connection) -> list[Volume]:
    """The closed volumes, oldest first."""
    if db.pragma("user_version") < VERSION:
        return []
    return [Volume(*row) for row in db.execute("SELECT number, first, stop FROM volume ORDER BY first")]


def closed_until(db: apsw.Connection) -> int:
    """How many entries lie in closed volumes."""
    if db.pragma("user_version") < VERSION:
        return 0
    return int(db.execute("SELECT coalesce(max(stop), 0) FROM volume").get)


def absent(db: apsw.Connection) -> list["VolumeMissing"]:
    """The closed volumes that are not beside the ledger, each in the words of whoever wanted to read it."""
    ledger = Path(db.filename)
    places = ((one, one.beside(ledger)) for one in closed(db))
    return [VolumeMissing(path.name, one.first, one.stop) for one, path in places if not path.exists()]


def rows_between(db: apsw.Connection, start: int, stop: int) -> Iterator[Row]:
    """The stored entries from `start` up to but not including `stop`, wherever they lie; nothing is compared.

    Raises VolumeMissing, LedgerDamaged.
    """
    if start < closed_until(db):
        for volume in closed(db):
            if start < volume.stop and volume.first < stop:
                with (
                    closing(opened(Path(db.filename), volume)) as there,
                    explained(there.filename, writing=False),
                ):
                    yield from there.execute(_ROWS, (max(start, volume.first), min(stop, volume.stop)))
                start = min(stop, volume.stop)
    if start < stop:
        yield from db.execute(_ROWS, (start, stop))


def opened(ledger: Path, volume: Volume) -> apsw.Connection:
    """A connection to read a volume with. Raises VolumeMissing, LedgerDamaged."""
    path = volume.beside(ledger)
    if not path.exists():
        raise VolumeMissing(path.name, volume.first, volume.stop)
    db = connect_to_read(path)
    with explained(path.name, writing=False):
        if (db.pragma("application_id"), db.pragma("user_version")) != (APPLICATION, _FORM):
            db.close()
            raise LedgerDamaged(path.name, "is not a volume of a ledger", "不是账本的分卷")
    return db
