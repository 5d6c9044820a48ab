"""Hold a ledger against what the channel has of it, and name the first batch that differs.

A root covers every entry before it. Whoever rewrites the past of a ledger, with its key, or puts an old copy back, has
other roots than those that other regions' peers keep.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ledger.checkpoint import Checkpoint, Trusted
from ledger.disk import connect_to_read, explained
from ledger.errors import BadNote, LedgerError
from ledger.fabric.anchors import Alarm
from ledger.fabric.channel import Batch
from ledger.keyring import trusted_in
from ledger.log import Log
from ledger.merkle import EMPTY_ROOT
from ledger.stored import Head, tree_of
from ledger.tiles import TileWrong
from ledger.verify import signed_snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A ledger as far as its past can be asked: entries, and the root over the first so many (None: unreadable)."""

    size: int
    root: Callable[[int], bytes | None]
    keys: Trusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What was found: `batches` agree, up to the entry before `stop`; `wrong` is the first that does not."""

    batches: int
    stop: int
    wrong: Alarm | None

    @property
    def ok(self) -> bool:
        return self.wrong is None


def past_of(log: Log) -> Past:
    """The past of an open log, as it is now."""
    with log.tree() as (_, tree):
        size = tree.size

    def root(stop: int) -> bytes | None:
        with log.tree() as (_, now):
            return _root(now.root, stop)

    return Past(size=size, root=root, keys=log.keys)


def past_in(path: Path, vkey: str, stops: Iterable[int]) -> Past:
    """The past in a ledger's file, which need not open any more; asked for at `stops`. Raises LedgerError."""
    db = connect_to_read(path)
    try:
        with explained(path.name, writing=False), signed_snapshot(db):
            keys = trusted_in(db, vkey)
            size = Head.read(db, path.name)[0].size
            tree = tree_of(db, size)
            roots = {stop: _root(tree.root, stop) for stop in stops if stop <= size}
    finally:
        db.close()
    return Past(size=size, root=roots.get, keys=keys)


def compare(batches: Iterable[Batch], past_of_now: Callable[[], Past]) -> Compared:
    """Compare every batch, from the first, with the past as it is when all of them are known."""
    agreed, stop, root = 0, 0, EMPTY_ROOT.hex()
    all_of_them = list(batches)
    past = past_of_now()
    for batch in all_of_them:
        wrong = _not_following(batch, stop, root) or not_ours(past, batch)
        if wrong is not None:
            return Compared(batches=agreed, stop=stop, wrong=wrong)
        agreed, stop, root = batch.seq, batch.stop, batch.root
    return Compared(batches=agreed, stop=stop, wrong=None)


def not_ours(past: Past, batch: Batch) -> Alarm | None:
    """Why `batch` is not of this past; None where it is, and so are all entries before its end."""
    if not _is_signed(past.keys, batch):
        return Alarm(
            batch=batch.seq,
            first_wrong=None,
            en=f"batch {batch.seq} of the channel is not signed with this ledger's key: somebody else put it there",
            zh=f"通道中第 {batch.seq} 批不是用本账本密钥签名的：由他人写入",
        )
    if batch.stop > past.size:
        return Alarm(
            batch=batch.seq,
            first_wrong=past.size,
            en=f"the channel has {batch.stop} entries of this ledger (batch {batch.seq}), and {past.size} are here:"
            " it was cut short, or an old copy was put back",
            zh=f"通道中已有本账本 {batch.stop} 条(第 {batch.seq} 批)，此处只有 {past.size} 条："
            "账本被截断或被换成旧副本",
        )
    root = past.root(batch.stop)
    if root is None or root.hex() != batch.root:
        return Alarm(
            batch=batch.seq,
            first_wrong=batch.start,
            en=f"batch {batch.seq} differs: one of the entries up to {batch.stop - 1} is not the one that was anchored",
            zh=f"第 {batch.seq} 批不符：第 {batch.stop - 1} 条及以前有条目与上链时不同",
        )
    return None


def _not_following(batch: Batch, stop: int, root: str) -> Alarm | None:
    if (batch.start, batch.previous_root) == (stop, root):
        return None
    return Alarm(
        batch=batch.seq,
        first_wrong=stop,
        en=f"batch {batch.seq} of the channel does not follow the one before it",
        zh=f"通道中第 {batch.seq} 批与上一批不衔接",
    )


def _is_signed(keys: Trusted, batch: Batch) -> bool:
    try:
        signed = Checkpoint.open(batch.checkpoint.encode(), keys)
    except BadNote:
        return False
    return (signed.size, signed.root.hex()) == (batch.stop, batch.root)


def _root(root_of: Callable[[int], bytes], stop: int) -> bytes | None:
    try:
        return root_of(stop)
    except (TileWrong, LedgerError):
        return None
