"""Which files an import reads, and their bytes: plain or compressed, from a folder or standard input."""

import gzip
import io
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from exchange.records.errors import PathNotFound

STDIN = "-"
LINE_SUFFIXES = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")
SUFFIXES = (".json", ".json.gz", *LINE_SUFFIXES)
_GZIP = b"\x1f\x8b"
_BUFFER_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read. `size` is its bytes on disk, 0 where that is not known beforehand."""

    path: str
    size: int

    @property
    def name(self) -> str:
        """The path as it can be printed and written to a file."""
        return os.fsencode(self.path).decode("utf-8", "replace")

    @property
    def is_lines(self) -> bool:
        return self.path.lower().endswith(LINE_SUFFIXES)


class Opened:
    """A source being read: `stream` gives its bytes uncompressed, `position` is where we are on the disk."""

    def __init__(self, raw: io.RawIOBase | BinaryIO) -> None:
        self._raw = raw
        buffered: Any = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(raw, _BUFFER_BYTES)
        if buffered.peek(2)[:2] == _GZIP:
            buffered = io.BufferedReader(gzip.GzipFile(fileobj=buffered), _BUFFER_BYTES)
        self.stream: BinaryIO = buffered

    @property
    def position(self) -> int:
        try:
            return self._raw.tell()
        except (OSError, ValueError):
            return 0


@contextmanager
def opened(source: Source, stdin: BinaryIO | None) -> Iterator[Opened]:
    """Open `source`; raises OSError where it cannot be."""
    if source.path == STDIN:
        yield Opened(stdin if stdin is not None else sys.stdin.buffer)
        return
    with open(source.path, "rb", buffering=0) as raw:
        yield Opened(raw)


def find_sources(paths: Sequence[str | os.PathLike[str]]) -> list[Source]:
    """The files behind `paths`, folders opened in the order of their names.

    In a folder only files with a suffix of SUFFIXES count; hidden ones and whatever is no regular file do
    not. A file named outright is read whatever it is called. Raises PathNotFound before anything is read.
    """
    found: list[Source] = []
    for path in (os.fspath(path) for path in paths):
        if path == STDIN:
            found.append(Source(STDIN, 0))
        elif os.path.isdir(path):
            found.extend(_in_folder(path))
        elif os.path.exists(path):
            found.append(_source(path))
        else:
            raise PathNotFound(Source(path, 0).name)
    return found


def _in_folder(folder: str) -> Iterator[Source]:
    shut: list[OSError] = []
    for parent, folders, files in os.walk(folder, onerror=shut.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = os.path.join(parent, name)
            if not name.startswith(".") and name.lower().endswith(SUFFIXES) and os.path.isfile(path):
                yield _source(path)
    # A folder that cannot be looked into is named, not passed over: opening it says why.
    yield from (Source(os.fspath(error.filename), 0) for error in shut)


def _source(path: str) -> Source:
    status = os.stat(path)
    return Source(path, status.st_size if stat.S_ISREG(status.st_mode) else 0)
