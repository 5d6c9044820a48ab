"""Tables in a text: a line of column heads, and under it lines with as many cells."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

_PARTED = re.compile(r"[\t|]|  | , |,")
_RULE = re.compile(r"[\s|:+=-]*")
_SEPARATORS = (re.compile(r"\t"), re.compile(r"\|"), re.compile(r" {2,}"), re.compile(","))
_LONGEST_HEAD = 12
_LONGEST_CELL = 60


class Cell(NamedTuple):
    """What stands in a cell of a line, without blanks around, and where."""

    text: str
    start: int
    end: int


def columns(text: str) -> Iterator[tuple[str, int, int]]:
    """Each cell under a head: the words of the head, and where the cell begins and ends in `text`."""
    heads: list[Cell] = []
    by: re.Pattern[str] = _SEPARATORS[0]
    at = 0
    for line in text.splitlines(keepends=True):
        start, at = at, at + len(line)
        if not _PARTED.search(line):
            heads = []
            continue
        if _RULE.fullmatch(line) and line.strip():
            continue
        cells = _cells(line, start, by) if heads else []
        if heads and len(cells) == len(heads):
            yield from (
                (head.text, cell.start, cell.end)
                for head, cell in zip(heads, cells, strict=True)
                if 0 < len(cell.text) <= _LONGEST_CELL
            )
            continue
        heads, by = _heads(line, start)


def stacked(text: str, is_head: Callable[[str], bool]) -> Iterator[tuple[str, int, int]]:
    """The same of a column of heads, one a line, with as many lines of values under it.

    `is_head` says whether a line, without its colon, is a head; a line of blanks counts as none.
    """
    heads: list[str] = []
    values: list[Cell] = []
    at = 0
    for line in text.splitlines(keepends=True):
        start, at = at, at + len(line)
        body = line.strip()
        if not body:
            continue
        head = body.rstrip(":").rstrip()
        if not values and len(head) <= _LONGEST_HEAD and is_head(head):
            heads.append(head)
            continue
        left = start + len(line) - len(line.lstrip())
        values.append(Cell(body, left, left + len(body)))
        if len(values) < len(heads) and len(body) <= _LONGEST_CELL:
            continue
        if len(values) == len(heads) > 1:
            yield from ((name, cell.start, cell.end) for name, cell in zip(heads, values, strict=True))
        heads, values = [], []


def _heads(line: str, start: int) -> tuple[list[Cell], re.Pattern[str]]:
    """The cells of a line of heads and what parts them; none if the line is not one."""
    by = next((one for one in _SEPARATORS if one.search(line.strip())), _SEPARATORS[0])
    cells = _cells(line, start, by)
    named = all(len(cell.text) <= _LONGEST_HEAD and not any(map(str.isdecimal, cell.text)) for cell in cells)
    plain = not any(mark in line for mark in ":;。")
    return (cells, by) if named and plain and len(cells) > 1 else ([], by)


def _cells(line: str, start: int, by: re.Pattern[str]) -> list[Cell]:
    cells: list[Cell] = []
    edge = 0
    body = line.rstrip("\r\n")
    for match in (*by.finditer(body), None):
        piece = body[edge : match.start() if match else len(body)]
        left = edge + len(piece) - len(piece.lstrip())
        cells.append(Cell(piece.strip(), start + left, start + left + len(piece.strip())))
        edge = match.end() if match else len(body)
    # | a | b | has a cell that is none at either end.
    first = 1 if by.pattern != r"\t" and cells[0].text == "" else 0
    last = len(cells) - 1 if by.pattern != r"\t" and len(cells) > 1 and cells[-1].text == "" else len(cells)
    return cells[first:last]
