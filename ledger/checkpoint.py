"""A checkpoint: how long the log is and the number at the top of its tree, signed (C2SP tlog-checkpoint).

Two checkpoints of one log must agree. Whoever keeps an old one can find out whether history was changed.
"""

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from ledger.errors import BadNote, CannotAppend
from ledger.merkle import EMPTY_ROOT, HASH_BYTES
from ledger.note import Signer, strict_base64

MOST_ENTRIES = 2**63 - 1


class Trusted(Protocol):
    """Whose signature under a checkpoint is believed: one key (note.Verifier), or those of a log (keys.Keys)."""

    @property
    def name(self) -> str: ...

    def open(self, note: bytes) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The state of a log: its name, the number of its entries, the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def open(cls, note: bytes, verifier: Trusted) -> Self:
        """The checkpoint in a note that `verifier` signed about its own log. Raises BadNote."""
        found = cls.parse(verifier.open(note))
        if found.origin != verifier.name:
            raise BadNote("is about another log", "属于另一个账本")
        return found

    @classmethod
    def parse(cls, text: str) -> Self:
        """From the three lines of a checkpoint; extension lines are not accepted. Raises BadNote."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:
            raise BadNote("has not three lines", "不是三行")
        origin, size, encoded = lines[:3]
        root = strict_base64(encoded)
        if root is None or len(root) != HASH_BYTES:
            raise BadNote("has a root that is not a hash", "树根不是散列值")
        if not (size.isascii() and size.isdigit()) or str(int(size[:20])) != size or int(size) > MOST_ENTRIES:
            raise BadNote("has a size that is not a number", "条目数不是数字")
        if int(size) == 0 and root != EMPTY_ROOT:
            raise BadNote("claims entries that are not there", "声称含有并不存在的条目")
        return cls(origin=origin, size=int(size), root=root)

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def signed(self, signer: Signer) -> bytes:
        """The signed note."""
        return signer.sign(str(self))


def export_checkpoint(note: bytes, path: Path) -> None:
    """Keep a signed checkpoint in a file of its own. Raises CannotAppend."""
    write_whole(path, note)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file durably: the old content or the new, nothing between. Raises CannotAppend."""
    fresh = path.with_name(path.name + ".new")
    try:
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise CannotAppend(path.name, error.strerror or type(error).__name__, "系统报错") from None


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable: without it, a new file may be gone after a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
