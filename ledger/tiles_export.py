"""Write the log as files that other transparency-log tools read: C2SP tlog-tiles.

`checkpoint`, `tile/<level>/<number>`, `tile/entries/<number>`, numbers in groups of three digits. Only bodies go
out: what is hashed; what an entry keeps sealed stays here. Written again into the same folder, only what is new is
added.
"""

import os
from collections.abc import Callable
from pathlib import Path

from ledger.checkpoint import Checkpoint, export_checkpoint, sync_folder
from ledger.errors import BadNote, CannotAppend, LedgerAltered
from ledger.log import Log
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
        _require_same_history(log, folder, tree)
        try:
            _write_tiles(tree, folder)
            _write_entries(log, tree.size, folder, progress)
        except OSError as error:
            raise CannotAppend(folder.name, error.strerror or type(error).__name__, "系统报错") from None
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


def _write_tiles(tree: Tree, folder: Path) -> None:
    level, hashes = 0, tree.size
    while hashes:
        full, rest = divmod(hashes, WIDTH)
        for number in range(full + bool(rest)):
            width = WIDTH if number < full else rest
            place = folder / tile_path(str(level), number, width)
            if not place.exists():
                _write(place, tree.tile(level, number))
        level, hashes = level + 1, full


def _write_entries(log: Log, size: int, folder: Path, progress: Progress | None) -> None:
    for start in range(0, size, WIDTH):
        stop = min(size, start + WIDTH)
        place = folder / tile_path("entries", start // WIDTH, stop - start)
        if not place.exists():
            _write(place, b"".join(_framed(found.body) for found in log.scan(start, stop)))
        if progress:
            progress(stop, size)


def _framed(body: bytes) -> bytes:
    if len(body) > _MOST_ENTRY_BYTES:
        raise LedgerAltered(
            "ledger", "an entry is too long for a bundle of entries", "有条目过长，无法写入条目文件"
        )
    return len(body).to_bytes(2) + body


def _write(place: Path, content: bytes) -> None:
    """Whole or not at all, also after a power cut."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(place.name + ".new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)
    sync_folder(place.parent)
