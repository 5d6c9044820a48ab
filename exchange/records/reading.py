"""Read what hospitals hand in: FHIR R4 resources, one a line or in Bundles, one at a time.

Lines are read as they come, so a file of any size needs little memory; a Bundle is read whole. Whatever
cannot be taken becomes a Problem with its place, and reading goes on: no content makes it raise.
"""

import os
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO

import msgspec
import orjson

from exchange.records.bundles import bundle_in, unpack
from exchange.records.lines import (
    MAX_DOCUMENT_BYTES,
    MAX_LINE_BYTES,
    CutShort,
    Lines,
    TooLong,
)
from exchange.records.problems import Found, Place, Problem
from exchange.records.resources import check
from exchange.records.sources import STDIN, Opened, Source, find_sources, opened

_SNIFFED_LINES = 10


def read_paths(paths: Sequence[str | os.PathLike[str]], *, stdin: BinaryIO | None = None) -> "Reading":
    """Everything in `paths` (files, folders, `-`), lazily, in the order of the names.

    Raises PathNotFound at once if one of them is not there.
    """
    return Reading(find_sources(paths), stdin)


class Reading(Iterator[Found | Problem]):
    """The items of several sources, and how far we are."""

    def __init__(self, sources: Sequence[Source], stdin: BinaryIO | None = None) -> None:
        self.files = len(sources)
        self.files_done = 0
        self.bytes_total = sum(source.size for source in sources)
        self._stdin = stdin
        self._opened: Opened | None = None
        self._lines: Lines | None = None
        self._on_disk_before = 0
        self._read_before = 0
        self._items = self._all(sources)

    def __iter__(self) -> "Reading":
        return self

    def __next__(self) -> Found | Problem:
        return next(self._items)

    def close(self) -> None:
        """Stop, and close the file that is being read."""
        self._items.close()

    @property
    def bytes_done(self) -> int:
        """How many of `bytes_total`, the size of the files, are behind us."""
        return self._on_disk_before + (self._opened.position if self._opened else 0)

    @property
    def bytes_read(self) -> int:
        """How many bytes were read, counted uncompressed."""
        return self._read_before + (self._lines.bytes_read if self._lines else 0)

    def _all(self, sources: Sequence[Source]) -> Generator[Found | Problem, None, None]:
        for source in sources:
            yield from self._of(source)

    def _of(self, source: Source) -> Iterator[Found | Problem]:
        place = Place(source.name if source.path != STDIN else "<stdin>")
        try:
            with opened(source, self._stdin) as self._opened:
                limit = MAX_LINE_BYTES if source.is_lines else MAX_DOCUMENT_BYTES
                self._lines = lines = Lines(self._opened.stream, limit=limit)
                yield from (_from_lines(lines, place) if source.is_lines else _from_either(lines, place))
        except OSError as error:
            yield Problem(place, "unreadable", error.strerror or type(error).__name__)
        finally:
            self._read_before, self._lines = self.bytes_read, None
            self._opened = None
            self._on_disk_before += source.size
            self.files_done += 1


def _from_lines(lines: Lines, place: Place) -> Iterator[Found | Problem]:
    """One resource, or one Bundle, a line; blank lines count but say nothing."""
    while True:
        try:
            line = lines.next()
        except TooLong:
            yield Problem(Place(place.file, lines.number), "too-long", f"{lines.limit >> 20} MiB")
            continue
        except CutShort:
            yield Problem(Place(place.file, lines.number), "cut-short")
            return
        if not line:
            return
        yield from _from_text(line, Place(place.file, lines.number))


def _from_either(lines: Lines, place: Place) -> Iterator[Found | Problem]:
    """Lines if the first one is whole by itself, else one document; lines after all if that is none."""
    try:
        first = lines.next()
        while first and not first.strip():
            first = lines.next()
        if _is_object(first):
            yield from _from_text(first, Place(place.file, lines.number))
            yield from _from_lines(lines, place)
            return
        start = lines.number
        document = first + lines.rest()
    except TooLong:
        yield Problem(place, "too-long", f"{MAX_DOCUMENT_BYTES >> 20} MiB")
    except CutShort:
        yield Problem(place, "cut-short")
    else:
        items = _from_text(document, place)
        yield from (items if _is_document(document) else _from_split(document, Place(place.file, start)))


def _from_split(document: bytes, place: Place) -> Iterator[Found | Problem]:
    for number, line in enumerate(document.split(b"\n"), place.line):
        yield from _from_text(line, Place(place.file, number))


def _from_text(text: bytes, place: Place) -> Iterator[Found | Problem]:
    text = text.strip()
    if not text:
        return
    if bundle := bundle_in(text):
        yield from unpack(bundle, place)
        return
    item = check(text, place)
    # A document that is broken as a whole stays where it is; only lines are copied to the reject file.
    yield item if isinstance(item, Found) or place.line else replace(item, raw=b"")


def _is_document(text: bytes) -> bool:
    """Whether `text` is one JSON value or, broken as it is, at least not lines that are one each."""
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return not any(map(_is_object, text.split(b"\n", _SNIFFED_LINES)[:_SNIFFED_LINES]))
    return True


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False
