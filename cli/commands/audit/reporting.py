"""The report of a month, as a page to print and as figures."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from cli import output
from cli.commands.audit.noun import audit
from cli.counting.accesses import MONTH
from cli.counting.answering import refusals
from cli.errors import DoNotGoTogether
from cli.files import answer_to, hand_over
from cli.options import as_json, out_file
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.audit.report import SupervisorsReport
    from exchange.audit.report.sheet import Sheet
    from exchange.node.node import Node
    from ledger import Recorded

OFFICER, SUPERVISOR = "officer", "supervisor"


@audit.command()
@click.option("--month", type=MONTH, metavar="MONTH", help="Which month; else the last one that is over.")
@click.option(
    "--for",
    "reader",
    type=click.Choice((OFFICER, SUPERVISOR)),
    default=OFFICER,
    help="Who reads it: an officer all figures, a supervisor none about few patients.",
)
@click.option(
    "--as",
    "person",
    metavar="PERSON",
    help="With --for supervisor: somebody of a supervising body, e.g. ks-po-001.",
)
@out_file
@as_json
@click.pass_obj
def report(
    terminal: Terminal, month: str | None, reader: str, person: str | None, out: Path | None, as_json: bool
) -> None:
    """Make the report of a month: who looked, what was refused and why, which reviews are late, how the ledger stood.

    One page to print (A4) and to file, in the language of the terminal. The officer's has exact figures and names
    staff, and nothing is written by making it. The supervisor's is judged by the rules and put on record like
    hutong audit count: only months that are over, and exit code 3 when refused.

    Example:
        hutong --node kunshan audit report --month 2026-11 -o report.html
    """
    if (reader == SUPERVISOR) is not bool(person):
        raise DoNotGoTogether(
            "audit report",
            "--for supervisor and --as PERSON need each other",
            "--for supervisor 与 --as 须同用",
        )
    # The place is tried before anything is counted: a supervisor's report is on record once it was told.
    with _place(out, as_json=as_json) as opened, terminal.open() as node, refusals(as_json=as_json):
        answer = _Answer(terminal, node, out, opened, as_json)
        if person:
            _supervise(answer, person, month or "")
        else:
            _officiate(answer, month or "")


@dataclass(frozen=True, slots=True)
class _Answer:
    """Where the page goes, None where only figures are asked for, and what is said beside it."""

    terminal: Terminal
    node: "Node"
    out: Path | None
    opened: IO[bytes] | None
    as_json: bool

    def give(self, sheet: "Sheet", figures: dict[str, object], en: str, zh: str) -> None:
        """Hand over the page, and the figures or one sentence: beside the page where that is on standard output.

        Raises CannotWriteAnswer.
        """
        from exchange.audit.report import page

        if self.opened is not None:
            hand_over(self.opened, self.out, page(sheet))
        if self.as_json:
            output.document(figures)
            return
        say = self.terminal.note if self.out is None else self.terminal.say
        say(en, zh)
        if sheet.warning:
            self.terminal.note(sheet.warning, sheet.warning)


def _place(out: Path | None, *, as_json: bool) -> AbstractContextManager[IO[bytes] | None]:
    return nullcontext() if as_json and out is None else answer_to(out)


def _officiate(answer: _Answer, month: str) -> None:
    from exchange.audit.report import for_officer, officers_sheet

    report = for_officer(answer.node, month)
    accesses, late, found = report.now.accesses, len(report.late), len(report.findings)
    answer.give(
        officers_sheet(answer.node, report, answer.terminal.lang),
        report.as_dict(),
        f"{report.period.month}: accesses {accesses.all}, allowed {accesses.allowed}, refused {accesses.refused};"
        f" emergencies {report.now.emergencies}, reviews overdue {late}; findings {found}",
        f"{report.period.month}：查看 {accesses.all} 次，允许 {accesses.allowed} 次，拒绝 {accesses.refused} 次；"
        f"紧急调阅 {report.now.emergencies} 次，逾期未复核 {late} 次；值得查看的情形 {found} 项",
    )


def _supervise(answer: _Answer, person: str, month: str) -> None:
    from exchange.audit.report import for_supervisor, supervisors_sheet

    def deliver(report: "SupervisorsReport", intent: "Recorded") -> None:
        answer.give(
            supervisors_sheet(answer.node, report, intent, answer.terminal.lang),
            report.as_dict() | {"entry": intent.id},
            f"{report.period.month}: numbers are rounded down to multiples of {report.limit.step}; entry {intent.id}",
            f"{report.period.month}：数字向下取为 {report.limit.step} 的倍数；账本条目 {intent.id}",
        )

    for_supervisor(answer.node, person, month, deliver)
