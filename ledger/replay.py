"""Read every entry again from the first, and stop at the first thing that is not as it was written."""

import copy
from collections.abc import Callable, Iterator
from contextlib import closing

import apsw

from ledger import body as bodies
from ledger.body import BodyWrong
from ledger.checkpoint import Checkpoint
from ledger.entry import Recorded
from ledger.errors import BadKey, BadNote, LedgerAltered
from ledger.keyring import handovers, keys_in
from ledger.keys import HandoverWrong, Keys, Term, successor_named
from ledger.merkle import EMPTY_ROOT, HASH_BYTES, leaf_hash
from ledger.note import Verifier
from ledger.share import NOBODY, WITHOUT_PATIENT, Crew, Newest, Share
from ledger.stored import Head, require_plain
from ledger.tiles import WIDTH, Edge
from ledger.volumes import closed_until, rows_between

_ENTRIES_PER_REPORT = 1000


class Wrong(Exception):
    """What is not as it was written, and the index of the first entry it concerns."""

    def __init__(self, index: int | None, en: str, zh: str) -> None:
        super().__init__(en)
        self.index = index
        self.zh = zh


class Replay:
    """One walk through the log in a snapshot of `db`. `edge` is the tree over what was found good so far."""

    def __init__(self, db: apsw.Connection, place: str, verifier: Verifier, known: Checkpoint | None) -> None:
        self.edge = Edge()
        self.signed = 0
        self._db = db
        self._place = place
        self._verifier = verifier
        self._known = known
        self.keys = Keys((Term(verifier, None),))
        self._handovers = set[int]()
        self._time_us = 0
        self._patients: dict[str, Newest] = {}
        # Sizes at which the tree must have a certain root, and the size at which it last had.
        self._expected: dict[int, bytes] = {0: EMPTY_ROOT}
        self._agreed = 0

    def run(self, progress: Callable[[int, int], None], crew: Crew | None = None) -> None:
        """Walk to the end, first along what `crew` read. Raises Wrong at the first thing that is wrong."""
        self._require_key()
        head = self._head()
        self._read_checkpoints()
        if crew and self._begins_where_due():
            self._take_shares(crew, head, progress)
        for place, body, sealed in self._rows():
            self._step(head, place, body, sealed)
            if self.edge.size % _ENTRIES_PER_REPORT == 0:
                progress(self.edge.size, head.size)
        self._require_end(head)
        self._require_patients()
        progress(self.edge.size, head.size)

    def _take_shares(self, crew: Crew, head: Head, progress: Callable[[int, int], None]) -> None:
        """Take what others read, up to the first share that does not fit; there the walk goes on by itself."""
        with closing(crew.shares(head.size, sorted(self._expected))) as shares:
            for share in shares:
                if not self._take(share):
                    return
                progress(self.edge.size, head.size)

    def _take(self, share: Share) -> bool:
        """Go on to the end of `share`; false, and nothing happened, unless it continues what was found so far."""
        follow = all(
            carried == self._patients.get(patient, NOBODY).next for patient, carried in share.begins.items()
        )
        if not follow or not share.successors <= self._handovers:
            return False
        if share.start != self.edge.size or share.first_us <= self._time_us:
            return False
        edge, agreed = copy.deepcopy(self.edge), self._agreed
        for root, peaks in share.tiles:
            for size, found in peaks.items():
                if edge.root(found) != self._expected[size]:
                    return False
                agreed = size
            edge.add_tile(root)
        if any(self._tile(level, number) != hashes for level, number, hashes in edge.take_full()):
            return False
        self.edge, self._agreed, self._time_us = edge, agreed, share.last_us
        self._patients.update(share.newest)
        return True

    def _begins_where_due(self) -> bool:
        """Whether nothing stands before the first entry of the ledger's own file, where no share would see it."""
        row = self._db.execute("SELECT place FROM entry ORDER BY place LIMIT 1").fetchone()
        return row is None or row[0] == closed_until(self._db)

    def _step(self, head: Head, place: int, body: bytes, sealed: bytes) -> None:
        index = self.edge.size
        if place != index:
            raise Wrong(index, f"entry {index} is missing", f"缺少第 {index} 条")
        if index >= head.size:
            raise Wrong(index, f"entry {index} was added from outside", f"第 {index} 条是从外部加入的")
        leaf = leaf_hash(body)
        stored = self._stored_leaf(head, index)
        try:
            found = bodies.read(body, sealed)
        except BodyWrong as wrong:
            raise Wrong(index, f"entry {index} {wrong}", f"第 {index} 条{wrong.zh}") from None
        if found.index != index:
            raise Wrong(
                index,
                f"entry {index} (id {found.id}) was written at place {found.index}",
                f"第 {index} 条(编号 {found.id})原本写在第 {found.index} 位",
            )
        if stored != leaf:
            raise _named(found, "is not what was hashed when it was appended", "与写入时的散列不符")
        self._require_order(found, leaf)
        if successor_named(found.entry) is not None and index not in self._handovers:
            raise _named(
                found, "hands the key over, and no change of key is kept", "交接了密钥，但没有保存该次更换"
            )
        self.edge.add(leaf)
        self._require_tiles()
        self._require_root()

    def _require_order(self, found: Recorded, leaf: bytes) -> None:
        if found.time_us <= self._time_us:
            raise _named(found, "is older than the one before it", "早于上一条")
        self._time_us = found.time_us
        patient = found.entry.patient
        before = self._patients.get(patient, NOBODY)
        due = before.next if patient else WITHOUT_PATIENT
        if (found.sequence, found.previous) != due:
            # All is well up to the last signature that agreed; after it, the earlier one may be the wrong one.
            since = min(found.index, max(before.index, self._agreed))
            raise Wrong(
                since,
                f"entry {found.index} (id {found.id}) does not follow the one before it about the same"
                f" patient: it was changed, or an entry since {since}",
                f"第 {found.index} 条(编号 {found.id})与同一患者的上一条不衔接：它或第 {since} 条以来的某条被改动",
            )
        if patient:
            self._patients[patient] = Newest(found.index, found.sequence, leaf)

    def _require_tiles(self) -> None:
        """Every tile that is full now must be stored as it was worked out."""
        if self.edge.size % WIDTH == 0:
            self._compare_tiles(self.edge.take_full())

    def _compare_tiles(self, tiles: list[tuple[int, int, bytes]]) -> None:
        for level, number, hashes in tiles:
            if self._tile(level, number) != hashes:
                first = number * WIDTH ** (level + 1)
                raise Wrong(
                    first,
                    f"tile {level}/{number}, over the entries from {first} on, was changed or is missing",
                    f"从第 {first} 条起的散列块 {level}/{number} 被改动或缺失",
                )

    def _require_root(self) -> None:
        size = self.edge.size
        if size in self._expected:
            if self.edge.root() != self._expected[size]:
                first, last = self._agreed, size - 1
                raise Wrong(
                    first,
                    f"one of the entries {first} to {last} is not the one that was signed",
                    f"第 {first} 至 {last} 条中有条目与签名时不同",
                )
            self._agreed = size

    def _require_end(self, head: Head) -> None:
        size = self.edge.size
        # Checkpoints beyond the end were signed when there was more.
        if size < max(head.size, *self._expected):
            raise Wrong(
                size, f"entry {size} and what came after it were cut off", f"第 {size} 条及其后的内容被截断"
            )
        self._compare_tiles(list(self.edge.take_written()))
        if self._db.execute("SELECT count(*) FROM tile").get != _tiles_of(size):
            raise Wrong(None, "there are tiles that belong to no entry", "存在不属于任何条目的散列块")
        if self.edge.root() != head.root or self._time_us != head.time_us:
            raise Wrong(None, "the stored end of the log is not that of its entries", "记录的末端与条目不符")
        if self._agreed < size:
            raise Wrong(
                self._agreed,
                f"the entries from {self._agreed} on carry no signature",
                f"第 {self._agreed} 条起没有签名",
            )

    def _require_patients(self) -> None:
        stored = 0
        for patient, sequence, leaf in self._db.execute("SELECT patient, sequence, leaf FROM patient_edge"):
            stored += 1
            newest = self._patients.get(patient, NOBODY)
            if (newest.sequence, newest.leaf) != (sequence, leaf):
                raise Wrong(None, "the newest entry of a patient is kept wrongly", "某患者的最新条目记录有误")
        if stored != len(self._patients):
            raise Wrong(None, "the newest entry of a patient is not kept", "缺少某患者的最新条目记录")

    def _require_key(self) -> None:
        try:
            self.keys = keys_in(self._db)
        except (BadKey, HandoverWrong) as wrong:
            raise Wrong(None, str(wrong), wrong.zh) from None
        if str(self._verifier) not in self.keys:
            raise Wrong(
                None, "the log was made under another key than the one given", "账本使用的密钥与给出的不同"
            )
        for one in handovers(self._db):
            state = one.state()
            self._expected[state.size] = state.root
            self._handovers.add(state.size - 1)
        try:
            require_plain(self._db, self._place)
        except LedgerAltered as altered:
            raise Wrong(None, str(altered), altered.zh) from None

    def _head(self) -> Head:
        try:
            return Head.read(self._db, self._place)[0]
        except LedgerAltered as altered:
            raise Wrong(altered.index, str(altered), altered.zh) from None

    def _read_checkpoints(self) -> None:
        for size, note in self._db.execute("SELECT size, CAST(note AS BLOB) FROM checkpoint ORDER BY size"):
            try:
                signed = Checkpoint.open(note, self.keys)
                if signed.size != size:
                    raise BadNote("belongs to another size", "属于另一个条目数")
            except BadNote as bad:
                raise Wrong(None, f"{bad} (after {size} entries)", f"{bad.zh}(第 {size} 条之后)") from None
            self._expected[size] = signed.root
            self.signed += 1
        known = self._known
        if known is not None and self._expected.setdefault(known.size, known.root) != known.root:
            raise Wrong(
                None,
                f"two different logs of {known.size} entries were signed: its history was forked",
                f"出现两份签名不同、条目数同为 {known.size} 的账本：历史已分叉",
            )

    def _stored_leaf(self, head: Head, index: int) -> bytes:
        number, offset = divmod(index, WIDTH)
        if offset == 0:
            self._leaves = self._tile(0, number)
            if len(self._leaves) != min(WIDTH, head.size - index) * HASH_BYTES:
                raise Wrong(
                    index,
                    f"tile 0/{number}, over the entries from {index} on, was changed or is missing",
                    f"从第 {index} 条起的散列块 0/{number} 被改动或缺失",
                )
        return self._leaves[offset * HASH_BYTES : (offset + 1) * HASH_BYTES]

    def _tile(self, level: int, number: int) -> bytes:
        row = self._db.execute(
            "SELECT CAST(hashes AS BLOB) FROM tile WHERE level = ? AND number = ?", (level, number)
        ).fetchone()
        return b"" if row is None else bytes(row[0])

    def _rows(self) -> Iterator[tuple[int, bytes, bytes]]:
        """What is stored from where the walk stands; the ledger's own file whole, if none of it was read yet."""
        start, base = self.edge.size, closed_until(self._db)
        yield from rows_between(self._db, start, base)
        yield from self._db.execute(
            "SELECT place, CAST(body AS BLOB), CAST(sealed AS BLOB) FROM entry"
            + (" WHERE place >= ?" if start > base else "")
            + " ORDER BY place",
            (start,) if start > base else (),
        )


def _named(found: Recorded, en: str, zh: str) -> Wrong:
    return Wrong(
        found.index, f"entry {found.index} (id {found.id}) {en}", f"第 {found.index} 条(编号 {found.id}){zh}"
    )


def _tiles_of(size: int) -> int:
    """How many tiles a tree of `size` leaves has."""
    count = 0
    while size:
        count, size = count + -(-size // WIDTH), size // WIDTH
    return count
