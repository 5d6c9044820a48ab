"""Write the log as files that other transparency-log tools read: C2SP tlog-tiles.

`checkpoint`, `tile/<level>/<number>`, `tile/entries/<number>`, numbers in groups of three digits. Only bodies go
out: what is hashed; what an entry keeps sealed stays here. Written again into the same folder, what is there of the
newest state is compared, and only what is new is added.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ledger.checkpoint import Checkpoint, export_checkpoint, write_whole
from ledger.errors import BadNote, CannotAppend, LedgerAltered
from ledger.log import Log
from ledger.merkle import leaf_hash
from ledger.tiles import WIDTH, Tree

Progress = Callable[[int, int], None]
_MOST_ENTRY_BYTES = 0xFFFF
CHECKPOINT = "checkpoint"


def export_tiles(log: Log, folder: Path, progress: Progress | None = None) -> Checkpoint:
    """Write the log into `folder`; the state it is in then. The checkpoint comes last.

    Raises LedgerAltered where another history lies there, or the log is not what was appended; CannotAppend.
    """
    with log.tree() as (_, tree):
        note = log.checkpoint()
        state = Checkpoint.open(note, log.keys)
        pieces = list(_pieces(log, tree))
        try:
            _require_same_history(log, folder, tree)
            missing = [one for one in pieces if _is_missing(folder, one)]
            for one in missing:
                (folder / one.path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotAppend(folder.name, error.strerror or type(error).__name__, "系统报错") from None
        for done, one in enumerate(missing, 1):
            write_whole(folder / one.path, one.made())
            if progress:
                progress(done, len(missing))
    export_checkpoint(note, folder / CHECKPOINT)
    return state


def tile_path(level: str, number: int, width: int = WIDTH) -> str:
    """Where a tile lies; fewer than 256 hashes make a partial one."""
    digits = f"{number % 1000:03d}"
    while number >= 1000:
        number //= 1000
        digits = f"x{number % 1000:03d}/{digits}"
    return f"tile/{level}/{digits}" + (f".p/{width}" if width < WIDTH else "")


def _require_same_history(log: Log, folder: Path, tree: Tree) -> None:
    there = folder / CHECKPOINT
    if not there.exists():
        return
    try:
        before = Checkpoint.open(there.read_bytes(), log.keys)
    except BadNote:
        raise LedgerAltered(folder.name, "it holds another ledger", "其中是另一个账本") from None
    if before.size > tree.size or tree.root(before.size) != before.root:
        raise LedgerAltered(
            folder.name, "it holds another history of this ledger", "其中是本账本的另一段历史"
        )


@dataclass(frozen=True, slots=True)
class _Piece:
    """A file of the layout: what is in it, and whether that is what somebody found there."""

    path: str
    made: Callable[[], bytes]
    is_in: Callable[[bytes], bool]


def _pieces(log: Log, tree: Tree) -> Iterator[_Piece]:
    level, hashes = 0, tree.size
    while hashes:
        full, rest = divmod(hashes, WIDTH)
        for number in range(full + bool(rest)):
            width = WIDTH if number < full else rest
            yield _tile(tree, level, number, width)
            if level == 0:
                yield _entries(log, tree, number, width)
        level, hashes = level + 1, full


def _tile(tree: Tree, level: int, number: int, width: int) -> _Piece:
    return _Piece(
        tile_path(str(level), number, width),
        made=lambda: tree.tile(level, number),
        is_in=lambda content: content == tree.tile(level, number),
    )


def _entries(log: Log, tree: Tree, number: int, width: int) -> _Piece:
    start = number * WIDTH
    return _Piece(
        tile_path("entries", number, width),
        made=lambda: b"".join(_framed(found.body) for found in log.scan(start, start + width)),
        is_in=lambda content: _are_entries(content, tree.tile(0, number)),
    )


def _are_entries(content: bytes, leaves: bytes) -> bool:
    """By their hashes: reading the log again for what was written long ago would take as long as writing it."""
    bodies = list(_bodies(content))
    return b"".join(map(leaf_hash, bodies)) == leaves and b"".join(map(_framed, bodies)) == content


def _is_missing(folder: Path, piece: _Piece) -> bool:
    """Raises LedgerAltered where something else is there."""
    place = folder / piece.path
    if not place.exists():
        return True
    if not piece.is_in(place.read_bytes()):
        raise LedgerAltered(
            folder.name, f"{piece.path} is not what the ledger has", f"{piece.path} 与账本不符"
        )
    return False


def _bodies(content: bytes) -> Iterator[bytes]:
    """The entries in a bundle of them; of one that is cut off, what is there."""
    at = 0
    while at < len(content):
        stop = at + 2 + int.from_bytes(content[at : at + 2])
        yield content[at + 2 : stop]
        at = stop


def _framed(body: bytes) -> bytes:
    if len(body) > _MOST_ENTRY_BYTES:
        raise LedgerAltered(
            "ledger", "an entry is too long for a bundle of entries", "有条目过长，无法写入条目文件"
        )
    return len(body).to_bytes(2) + body
