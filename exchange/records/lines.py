"""Read a stream line by line without ever holding more of it than one line may be long."""

import gzip
import zlib
from collections.abc import Callable
from typing import BinaryIO

MAX_LINE_BYTES = 64 << 20
MAX_DOCUMENT_BYTES = 512 << 20
_PIECE_BYTES = 1 << 20


class TooLong(Exception):
    """A line longer than MAX_LINE_BYTES (the rest of it has been skipped), or too large a document."""


class CutShort(Exception):
    """The compressed stream ended early or is damaged."""


class Lines:
    """The lines of `stream`; `number` is that of the last one, from 1; `bytes_read` counts them all."""

    def __init__(self, stream: BinaryIO, *, limit: int = MAX_LINE_BYTES) -> None:
        self._stream = stream
        self.limit = limit
        self.number = 0
        self.bytes_read = 0

    def next(self) -> bytes:
        """The next line with its line break; b"" at the end. Raises TooLong, CutShort."""
        self.number += 1
        line = self._read(self._stream.readline, self.limit)
        if len(line) == self.limit and not line.endswith(b"\n"):
            while (rest := self._read(self._stream.readline, _PIECE_BYTES)) and not rest.endswith(b"\n"):
                pass
            raise TooLong
        return line

    def rest(self) -> bytes:
        """Everything that is left. Raises TooLong beyond MAX_DOCUMENT_BYTES, CutShort."""
        parts = bytearray()
        while part := self._read(self._stream.read, _PIECE_BYTES):
            parts += part
            if len(parts) > MAX_DOCUMENT_BYTES:
                raise TooLong
        return bytes(parts)

    def _read(self, read: Callable[[int], bytes], limit: int) -> bytes:
        try:
            part = read(limit)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise CutShort from None
        self.bytes_read += len(part)
        return part
