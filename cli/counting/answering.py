"""How figures are told: a table with bars, one JSON document, a file for a spreadsheet."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from io import StringIO
from itertools import chain, repeat
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click
from click.exceptions import Exit

from cli import output
from cli.files import answer_to, hand_over
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.counting import Counted, Figures, Names, Row

F = TypeVar("F", bound=Callable[..., Any])
# What stands above the first column, by the way of counting.
WAYS = {
    "age": ("age", "年龄"),
    "class": ("type", "类型"),
    "decision": ("decision", "决定"),
    "emergency": ("emergency", "紧急"),
    "month": ("month", "月份"),
    "organisation": ("organisation", "机构"),
    "purpose": ("purpose", "目的"),
    "reason": ("reason", "原因"),
    "region": ("region", "地区"),
    "role": ("role", "角色"),
    "sex": ("sex", "性别"),
    "tier": ("tier", "层级"),
}
TOGETHER, ALL = ("all others together", "其余合计"), ("all", "合计")
# The longest bar, in columns of the terminal: short enough to stay in one piece in a ruled table.
LONGEST = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Tells figures. `unit` is what was counted (en, zh); `file` is open at `csv`, None where none was asked for."""

    terminal: Terminal
    by: str
    unit: tuple[str, str]
    as_json: bool
    csv: Path | None
    file: IO[bytes] | None

    def tell(self, counted: "Counted", names: "Names") -> None:
        """Raises CannotWriteAnswer."""
        if self.file is not None:
            hand_over(self.file, self.csv, self._spreadsheet(counted.figures, names))
        if self.as_json:
            output.document(self._as_dict(counted, names))
            return
        en, zh = self.unit
        head = (
            WAYS[self.by],
            (f"{en}, at least", f"{zh}(至少)"),
            ("patients, at least", "患者(至少)"),
            ("", ""),
        )
        longest = max((one.number for one in counted.figures.rows), default=0)
        bars = chain((_bar(one.number, longest) for one in counted.figures.rows), repeat(""))
        rows = [
            (name, str(one.number), str(one.patients), next(bars))
            for name, one in self._named(counted.figures, names)
        ]
        self.terminal.table(head, rows, right=(1, 2))
        self._remarks(counted)

    def _named(self, figures: "Figures", names: "Names") -> "Iterator[tuple[str, Row]]":
        for one in figures.rows:
            yield names.of(self.by, one.key, self.terminal.lang), one
        yield self.terminal.told(*TOGETHER), figures.together
        yield self.terminal.told(*ALL), figures.total

    def _remarks(self, counted: "Counted") -> None:
        limit, entry = counted.figures.limit, counted.entry.id
        self.terminal.note(
            f"numbers are rounded down to multiples of {limit.step}; what is about fewer than {limit.least} patients"
            " stands together",
            f"数字向下取为 {limit.step} 的倍数；涉及患者不足 {limit.least} 人的合并列出",
        )
        if left_out := counted.figures.left_out:
            self.terminal.note(
                f"nothing is counted of at least {left_out} patients who have not agreed, or whose records may not be",
                f"至少 {left_out} 位患者未同意或其档案不得统计，未计入",
            )
        self.terminal.note(f"entry {entry}", f"账本条目 {entry}")

    def _as_dict(self, counted: "Counted", names: "Names") -> dict[str, object]:
        told = counted.figures.as_dict()
        rows = [
            {"key": one.key, "number": one.number, "patients": one.patients}
            | {lang: names.of(self.by, one.key, lang) for lang in ("en", "zh")}
            for one in counted.figures.rows
        ]
        return told | {"by": self.by, "entry": counted.entry.id, "permit": True, "rows": rows}

    def _spreadsheet(self, figures: "Figures", names: "Names") -> bytes:
        from exchange.audit.export.sheet import MARK, harmless

        text = StringIO()
        sheet = csv.writer(text)
        sheet.writerow((self.by, "name", "number", "patients"))
        sheet.writerows(
            (harmless(one.key), harmless(name), one.number, one.patients)
            for name, one in self._named(figures, names)
        )
        return (MARK + text.getvalue()).encode()


@contextmanager
def answering(
    terminal: Terminal, by: str, unit: tuple[str, str], *, as_json: bool, file: Path | None
) -> Iterator[Answer]:
    """The way to tell figures; where none is told, that is said as `refusals` does."""
    with answer_to(file) if file else nullcontext() as opened, refusals(as_json=as_json):
        yield Answer(terminal=terminal, by=by, unit=unit, as_json=as_json, csv=file, file=opened)


@contextmanager
def refusals(*, as_json: bool) -> Iterator[None]:
    """That nothing is told is said with --json on standard output, as a verdict. Raises Exit, else NotTold."""
    from exchange.counting import NotTold

    try:
        yield
    except NotTold as refusal:
        if not as_json:
            raise
        output.document(refusal.as_dict())
        raise Exit(refusal.exit_code) from None


def csv_file(command: F) -> F:
    """`--csv`: a file for a spreadsheet."""
    text = "Also write it to FILE, for a spreadsheet (UTF-8, comma-separated)."
    return click.option("--csv", "file", type=click.Path(path_type=Path), metavar="FILE", help=text)(command)


def _bar(number: int, longest: int) -> str:
    return "█" * round(LONGEST * number / longest)
