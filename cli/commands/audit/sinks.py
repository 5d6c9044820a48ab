"""Where an export goes: one file or standard output, or a folder with a file for each event."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cli.errors import CannotWriteAnswer
from cli.files import answer_to, hand_over

if TYPE_CHECKING:
    from exchange.audit.export import Sink

SUMS = "SHA256SUMS"
# Written to the disk in pieces of this size, so that a full disk is met early and not once for every entry.
_PIECE = 1 << 16


@dataclass
class OneFile:
    """One file; standard output where `file` is None."""

    opened: IO[bytes]
    file: Path | None
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    _waiting: bytearray = field(default_factory=bytearray)

    is_folder = False

    def take(self, content: bytes, _: str) -> None:
        """Raises CannotWriteAnswer."""
        self._digest.update(content)
        self._waiting += content
        if len(self._waiting) >= _PIECE:
            self._write()

    def finish(self) -> str:
        """Raises CannotWriteAnswer."""
        self._write()
        return self._digest.hexdigest()

    def _write(self) -> None:
        hand_over(self.opened, self.file, bytes(self._waiting))
        self._waiting.clear()


@dataclass
class Folder:
    """A folder that appears when it is whole; what `sha256sum -c SHA256SUMS` checks is in it."""

    beside: Path
    _sums: list[str] = field(default_factory=list)

    is_folder = True

    def take(self, content: bytes, name: str) -> None:
        """Raises CannotWriteAnswer."""
        self._put(content, name)
        self._sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")

    def finish(self) -> str:
        """Raises CannotWriteAnswer."""
        content = "".join(self._sums).encode()
        self._put(content, SUMS)
        return hashlib.sha256(content).hexdigest()

    def _put(self, content: bytes, name: str) -> None:
        try:
            (self.beside / name).write_bytes(content)
        except OSError as error:
            raise CannotWriteAnswer(name, error.strerror or type(error).__name__) from error


@contextmanager
def sink_for(out: Path | None, *, is_folder: bool) -> "Iterator[Sink]":
    """What `out` names, whole or not at all. Raises CannotWriteAnswer."""
    if not is_folder or out is None:
        with answer_to(out) as opened:
            yield OneFile(opened, out)
        return
    folder = out.resolve()
    _require_free(folder, named=out)
    beside = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        beside.mkdir(mode=0o700)
    except OSError as error:
        raise CannotWriteAnswer(str(out), error.strerror or type(error).__name__) from error
    try:
        yield Folder(beside)
        beside.rename(folder)  # over an empty folder, never over one that holds something
    except BaseException as error:
        shutil.rmtree(beside, ignore_errors=True)
        if isinstance(error, OSError):
            raise CannotWriteAnswer(str(out), error.strerror or type(error).__name__) from error
        raise


def _require_free(folder: Path, *, named: Path) -> None:
    """Return if `folder` can appear: nothing is in it, and it is not in a node. Raises CannotWriteAnswer."""
    if any((above / "node.toml").exists() for above in (folder, *folder.parents)):
        raise CannotWriteAnswer(str(named), "it lies in a node's folder, whose files are not overwritten")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotWriteAnswer(str(named), "it is not an empty folder")
    if folder == Path.cwd():
        # It would be replaced under whoever stands in it, whose shell would then be nowhere.
        raise CannotWriteAnswer(str(named), "it is the folder you are in; name one in it")
