"""What an operator says about a new node, and the empty folder it starts in."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from exchange.errors import CannotWrite, NodeExists
from exchange.node.layout import Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """What the operator says about the new node."""

    region: str
    name: str
    node_id: str
    organisation: str
    registry: Path | None = None
    url: str = ""


def prepare_folder(folder: Path) -> Layout:
    """An empty node folder only its owner can enter. A folder with a node in it is refused, untouched."""
    layout = Layout(folder)
    if any(path.exists() for path in (*_files(layout), *_rooms(layout))):
        raise NodeExists(str(folder))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for room in _rooms(layout):
            room.mkdir(mode=0o700)
    except OSError as error:
        clear_folder(layout, registry=False)
        raise CannotWrite(str(folder), error.strerror or type(error).__name__) from error
    return layout


def clear_folder(layout: Layout, *, registry: bool) -> None:
    """Take away what was begun, so that the next attempt is not told that a node is there already.

    The registry goes too if it was written (`registry`); an operator may have put it there beforehand.
    """
    for path in (*_files(layout), *((layout.registry,) if registry else ())):
        with suppress(OSError):
            path.unlink()
    for room in _rooms(layout):
        shutil.rmtree(room, ignore_errors=True)
    # Somebody else's things may lie there.
    with suppress(OSError):
        layout.root.rmdir()


def _files(layout: Layout) -> tuple[Path, ...]:
    return (layout.settings, layout.ledger, layout.vault, layout.records)


def _rooms(layout: Layout) -> tuple[Path, ...]:
    return (layout.keys, layout.peers, layout.rejects, layout.cache)
