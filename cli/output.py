"""What is printed, and where: the answer on stdout, everything else on stderr behind `hutong:`.

A terminal gets tables with rules and progress bars; a pipe or a file gets plain aligned columns, no colour
and no bar. Text that came from a record is made harmless before it reaches a screen.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Literal, TextIO

import click

from cli.width import pad, visible, width

PREFIX = "hutong: "
GAP = "  "
# As long as a date and a time of day.
SHORT = len("2026-01-31 08:00:00")
# What a ruled table puts around its columns.
EDGES, BETWEEN = 2, 3

# Bytes, items, whatever is counted: (done, total); total 0 means that nobody knows.
Advance = Callable[[int, int], None]


def line(text: str = "") -> None:
    """One line of the answer."""
    click.echo(visible(text))


def page(text: str) -> None:
    """Many lines of our own, as they are."""
    click.echo(text)


def note(text: str) -> None:
    """Something beside the answer, every line of it behind `hutong:`."""
    for one in text.splitlines():
        click.echo(PREFIX + visible(one), err=True)


def document(value: object) -> None:
    """The answer as one JSON document: UTF-8, keys sorted, one newline at the end."""
    import orjson

    # Dataclasses pass through `default`, because orjson sorts the keys of dictionaries only.
    options = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    raw(orjson.dumps(value, default=_plain, option=options | orjson.OPT_PASSTHROUGH_DATACLASS))


def json_line(value: object) -> None:
    """One JSON document on one line, keys sorted."""
    import orjson

    click.echo(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))


def compact(value: object) -> str:
    """JSON on one line, to stand in a sentence."""
    import orjson

    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def raw(content: bytes) -> None:
    """Bytes of the answer as they are."""
    click.echo(content, nl=False)


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[int],
    environment: Mapping[str, str],
) -> None:
    """Rows under a head; the columns numbered in `right` are aligned to the right (figures)."""
    shown = [[visible(cell) for cell in row] for row in rows]
    if _is_terminal(sys.stdout) and _ruled(head, shown, right, environment):
        return
    widths = [max(map(width, column)) for column in zip(head, *shown, strict=True)]
    for row in (head, *shown):
        cells = (pad(cell, widths[n], right=n in right) for n, cell in enumerate(row))
        click.echo(GAP.join(cells).rstrip())


@contextmanager
def progress(label: str, environment: Mapping[str, str]) -> Iterator[Advance]:
    """A bar on stderr while the block runs, if a person is looking; otherwise nothing."""
    if not _is_terminal(sys.stderr):
        yield _no_bar
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, no_color=bool(environment.get("NO_COLOR")))
    columns = (TextColumn(PREFIX + label), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


def _plain(value: object) -> object:
    """What JSON has no form for, as something that has one. Raises TypeError for anything unforeseen."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(type(value).__name__)


def _no_bar(_: int, __: int) -> None:
    """Progress nobody looks at."""


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def _ruled(
    head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int], environment: Mapping[str, str]
) -> bool:
    """Print a table with rules; False, and nothing, where the terminal is too narrow to show all of it."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(no_color=bool(environment.get("NO_COLOR")), highlight=False)
    ruled = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    narrowest = EDGES
    for number, column in enumerate(zip(head, *rows, strict=True)):
        whole = all(map(_in_one_piece, column))
        narrowest += BETWEEN + max(width(cell) if whole else _longest_word(cell) for cell in column)
        justify: Literal["left", "right"] = "right" if number in right else "left"
        ruled.add_column(Text(head[number]), justify=justify, no_wrap=whole, overflow="fold")
    if narrowest > console.width:
        return False
    for row in rows:
        # Text, not a plain string: square brackets in somebody's name are not rich's markup.
        ruled.add_row(*map(Text, row))
    console.print(ruled)
    return True


def _in_one_piece(cell: str) -> bool:
    """An id or a time, which somebody copies: it is not broken over two lines."""
    return width(cell) <= SHORT or (cell.isascii() and " " not in cell)


def _longest_word(cell: str) -> int:
    """How narrow a column of text can get; Chinese can be broken anywhere."""
    return max((width(word) if word.isascii() else SHORT for word in cell.split()), default=0)
