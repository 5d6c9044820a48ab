"""The rows of the ledger's file, and the check that they are what this node left there."""

import itertools
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import apsw

from ledger import body as bodies
from ledger.body import BodyWrong
from ledger.checkpoint import Checkpoint
from ledger.entry import Recorded
from ledger.errors import BadNote, LedgerAltered, LedgerDamaged
from ledger.keyring import VERSION as HANDED_OVER_VERSION
from ledger.keyring import require_own
from ledger.merkle import HASH_BYTES, leaf_hash
from ledger.note import Signer
from ledger.tiles import Edge, Memo, TileWrong, Tree
from ledger.volumes import VolumeMissing, closed_until, rows_between

APPLICATION = 0x48544C47  # "HTLG"
VERSION = 1

SCHEMA = f"""
CREATE TABLE identity (verifier_key TEXT NOT NULL) STRICT;
CREATE TABLE entry (
    place INTEGER PRIMARY KEY,      -- index in the log, from 0
    body BLOB NOT NULL,             -- canonical JSON: what is hashed
    sealed BLOB NOT NULL            -- details, encrypted; their digest is in the body
) STRICT;
CREATE TABLE tile (
    level INTEGER NOT NULL, number INTEGER NOT NULL,
    hashes BLOB NOT NULL,           -- up to 256 of 32 bytes
    PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE patient_edge (
    patient TEXT PRIMARY KEY,       -- pseudonym
    sequence INTEGER NOT NULL,      -- of this patient's newest entry
    leaf BLOB NOT NULL              -- and its hash
) STRICT, WITHOUT ROWID;
CREATE TABLE head (                 -- one row: where the log ends
    one INTEGER PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL, root BLOB NOT NULL, time_us INTEGER NOT NULL,
    mark BLOB NOT NULL              -- only the node's key can make it
) STRICT;
CREATE TABLE checkpoint (
    stretch INTEGER PRIMARY KEY,    -- size // 256
    size INTEGER NOT NULL,          -- of the newest signed in this stretch
    note BLOB NOT NULL              -- C2SP signed note
) STRICT;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
"""

# One signed checkpoint is kept for each stretch of so many entries, and always the newest: older ones narrow
# down where a rewritten history begins, and each costs its reader a signature check.
ENTRIES_PER_CHECKPOINT = 256


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log ends: number of entries, root over them, time of the newest."""

    size: int
    root: bytes
    time_us: int

    @classmethod
    def read(cls, db: apsw.Connection, place: str) -> tuple[Self, bytes]:
        """The stored head and its mark. Raises LedgerAltered."""
        row = db.execute("SELECT size, CAST(root AS BLOB), time_us, mark FROM head").fetchone()
        if (
            row is None
            or not (isinstance(row[0], int) and isinstance(row[2], int) and row[0] >= 0)
            or len(row[1]) != HASH_BYTES
        ):
            raise LedgerAltered(place, "it does not say where it ends", "没有记录账本的末端")
        size, root, time_us, mark = row
        return cls(size, root, time_us), mark

    def write(self, db: apsw.Connection, signer: Signer) -> None:
        """Make this the end, inside the caller's transaction."""
        db.execute(
            "INSERT OR REPLACE INTO head VALUES (1, ?, ?, ?, ?)",
            (self.size, self.root, self.time_us, self.mark(signer)),
        )

    def mark(self, signer: Signer) -> bytes:
        """What shows, to the node itself only, that it was the node that ended the log here."""
        return signer.mark(b"%d\n%d\n%b" % (self.size, self.time_us, self.root))

    def checkpoint(self, signer: Signer) -> Checkpoint:
        """The same, to be signed for everybody."""
        return Checkpoint(origin=signer.origin, size=self.size, root=self.root)


def require_ledger(db: apsw.Connection, place: str) -> None:
    """Return if the file is a ledger this program can read. Raises LedgerDamaged."""
    if db.pragma("application_id") != APPLICATION:
        raise LedgerDamaged(place, "is damaged or is not a ledger", "已损坏或不是账本")
    if db.pragma("user_version") not in (VERSION, HANDED_OVER_VERSION):
        raise LedgerDamaged(place, "was made by another version of Hutong", "由其他版本的互通创建")


def require_plain(db: apsw.Connection, place: str) -> None:
    """Return if nothing runs by itself when the log is written or read. Raises LedgerAltered."""
    added = db.execute(
        "SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')"
        " AND tbl_name IN ('identity', 'entry', 'tile', 'patient_edge', 'head', 'checkpoint', 'handover', 'volume')"
    ).get
    if added:
        raise LedgerAltered(place, "a trigger or view was put into it", "被加入了触发器或视图")


def current(db: apsw.Connection, place: str, signer: Signer) -> Head:
    """The end of the log, if this node left it there. Raises LedgerAltered, KeyHandedOver."""
    head, mark = Head.read(db, place)
    if mark != head.mark(signer):
        require_own(db, place, signer)
        raise LedgerAltered(place, "its end was not written by this node", "末端不是本节点写入的")
    return head


def examine(db: apsw.Connection, place: str, signer: Signer) -> tuple[Head, Edge]:
    """The end of the log and the edge of its tree, compared with each other and with the newest signature.

    Reads a few tiles, one entry and one checkpoint, however long the log is. Raises LedgerDamaged,
    WrongSigner, KeyHandedOver, LedgerAltered.
    """
    require_ledger(db, place)
    try:
        require_own(db, place, signer)
        require_plain(db, place)
        head = current(db, place, signer)
        tree = tree_of(db, head.size)
        edge = Edge.of(tree)
        if edge.root() != head.root:
            raise LedgerAltered(place, "its tree does not lead to its root", "散列树与树根不符")
        _require_last(db, place, head, tree)
        _require_signed(db, place, head, tree, signer)
    except TileWrong as wrong:
        raise LedgerAltered(place, str(wrong), wrong.zh) from None
    except apsw.SQLError:
        raise LedgerDamaged(place, "lacks one of its tables", "缺少数据表") from None
    return head, edge


def tree_of(db: apsw.Connection, size: int, memo: Memo | None = None) -> Tree:
    """The tree over the first `size` entries, read as it is needed."""

    def read_tile(level: int, number: int) -> bytes | None:
        row = db.execute(
            "SELECT CAST(hashes AS BLOB) FROM tile WHERE level = ? AND number = ?", (level, number)
        ).fetchone()
        return None if row is None else bytes(row[0])

    return Tree(size, read_tile, memo)


def entry_at(db: apsw.Connection, place: str, index: int, tree: Tree) -> Recorded:
    """The entry at `index`, after comparing its hash with the tree. Raises LedgerAltered."""
    return entries_between(db, place, index, index + 1, tree)[0]


def entries_between(db: apsw.Connection, place: str, start: int, stop: int, tree: Tree) -> list[Recorded]:
    """The entries from `start` up to but not including `stop`, compared likewise. Raises LedgerAltered."""
    rows = list(rows_between(db, start, stop))
    for index, row in itertools.zip_longest(range(start, stop), rows):
        if row is None or row[0] != index:
            raise LedgerAltered(place, f"entry {index} is missing", f"缺少第 {index} 条", index=index)
    return [_checked(place, *row, tree) for row in rows]


def _checked(place: str, index: int, stored: bytes, sealed: bytes, tree: Tree) -> Recorded:
    try:
        found = bodies.read(stored, sealed)
        if tree.node(0, index) != leaf_hash(stored) or found.index != index:
            raise BodyWrong("is not the one that was appended there", "不是当初写入的条目")
    except BodyWrong as wrong:
        raise LedgerAltered(
            place, f"entry {index} {wrong}", f"第 {index} 条{wrong.zh}", index=index
        ) from None
    except TileWrong as wrong:
        raise LedgerAltered(place, str(wrong), wrong.zh, index=index) from None
    return found


def keep_checkpoint(db: apsw.Connection, size: int, note: bytes) -> None:
    """Store a signed checkpoint in place of the older one of its stretch, unless a newer one is there."""
    db.execute(
        "INSERT INTO checkpoint VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
        " SET size = excluded.size, note = excluded.note WHERE excluded.size > size",
        (size // ENTRIES_PER_CHECKPOINT, size, note),
    )


def newest_note(db: apsw.Connection) -> bytes | None:
    """The newest signed checkpoint that was stored."""
    row = db.execute("SELECT CAST(note AS BLOB) FROM checkpoint ORDER BY stretch DESC LIMIT 1").fetchone()
    return None if row is None else bytes(row[0])


def _require_last(db: apsw.Connection, place: str, head: Head, tree: Tree) -> None:
    last = db.execute("SELECT max(place) FROM entry").get
    if last is None or last < head.size - 1:
        missing = closed_until(db) if last is None else last + 1
        if missing < head.size:
            raise LedgerAltered(place, f"entry {missing} is missing", f"缺少第 {missing} 条", index=missing)
    elif last >= head.size:
        raise LedgerAltered(
            place,
            f"entry {head.size} was not appended by this node",
            f"第 {head.size} 条不是本节点写入的",
            index=head.size,
        )
    # The tree and the mark hold without it: a disk with old volumes that is not mounted does not shut the ledger.
    with suppress(VolumeMissing):
        if head.size and entry_at(db, place, head.size - 1, tree).time_us != head.time_us:
            raise LedgerAltered(place, "its end has another time", "末端时间不符", index=head.size - 1)


def _require_signed(db: apsw.Connection, place: str, head: Head, tree: Tree, signer: Signer) -> None:
    note = newest_note(db)
    if note is None:
        raise LedgerAltered(place, "it holds no signed checkpoint", "没有已签名的检查点")
    try:
        signed = Checkpoint.open(note, signer.verifier)
    except BadNote as bad:
        raise LedgerAltered(place, str(bad), bad.zh) from None
    if signed.size > head.size:
        raise LedgerAltered(
            place,
            f"it was cut short: {signed.size} entries were signed, {head.size} are there",
            f"被截断：已签名 {signed.size} 条，现存 {head.size} 条",
            index=head.size,
        )
    if tree.root(signed.size) != signed.root:
        raise LedgerAltered(place, "its tree is not the one that was signed", "散列树与签名不符")
