"""Notes in which people marked what identifies, one JSON object a line: {"id","text","spans":[{"start","end","type"}]}.

Offsets are code points of `text`, end exclusive. `tags` of a span name kinds of hard cases, to be counted apart. The
mark of UTF-8 some editors put in front of the first line is left out.
"""

import codecs
from collections.abc import Container, Iterable, Iterator

import msgspec

from deid.text.scoring import Mark, Note


class BadLine(Exception):
    """A line is not what it should be: which, and why, never what stands in it."""

    def __init__(self, line: int, en: str, zh: str) -> None:
        super().__init__(f"line {line}: {en}")
        self.line = line
        self.zh = f"第 {line} 行：{zh}"


class _Span(msgspec.Struct):
    start: int
    end: int
    type: str
    tags: tuple[str, ...] = ()


class _Marked(msgspec.Struct):
    spans: tuple[_Span, ...]
    text: str | None = None
    id: str | int | None = None


_decode = msgspec.json.Decoder(_Marked).decode


def read_notes(lines: Iterable[bytes]) -> Iterator[Note]:
    """The marked notes; one without an id is called by its line. Raises BadLine, also for an id that comes twice."""
    names: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        one = _read(number, line)
        if one.text is None:
            raise BadLine(number, 'has no "text"', '缺少 "text"')
        marks = tuple(_mark(number, span, len(one.text)) for span in one.spans)
        name = _new(one, number, names)
        names.add(name)
        yield Note(name, one.text, marks)


def read_findings(lines: Iterable[bytes]) -> dict[str, tuple[Mark, ...]]:
    """What an engine found, by the notes' ids. Raises BadLine, also for an id that comes twice."""
    found: dict[str, tuple[Mark, ...]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        one = _read(number, line)
        name = _new(one, number, found)
        found[name] = tuple(_mark(number, span) for span in one.spans)
    return found


def _read(number: int, line: bytes) -> _Marked:
    try:
        return _decode(line.removeprefix(codecs.BOM_UTF8) if number == 1 else line)
    except msgspec.ValidationError as error:
        raise BadLine(number, str(error), f"内容不符合要求：{error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadLine(number, "is not JSON in UTF-8", "不是 UTF-8 编码的 JSON") from None


def _mark(number: int, span: _Span, length: int | None = None) -> Mark:
    if not 0 <= span.start < span.end or (length is not None and span.end > length):
        at = f"{span.start}-{span.end}"
        raise BadLine(number, f"has a span {at} outside the text or empty", f"区间 {at} 为空或超出文本")
    return Mark(span.start, span.end, span.type, span.tags)


def _new(one: _Marked, number: int, names: Container[str]) -> str:
    name = f"line {number}" if one.id is None else str(one.id)
    if name in names:
        raise BadLine(number, "has an id that was there before", "id 与前面某行相同")
    return name
