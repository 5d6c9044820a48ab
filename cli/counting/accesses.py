"""Count accesses in the ledger."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from cli.counting.answering import answering, csv_file
from cli.kinds import Verb
from cli.options import as_json
from cli.terminal import Terminal
from cli.usage import BadValue

# exchange.counting.ACCESSES_BY, without reading the ledger's code for a page of help.
BY = ("organisation", "region", "tier", "role", "purpose", "decision", "reason", "emergency", "month")


_FIRST = date(1970, 1, 1)


class MonthType(click.ParamType[str]):
    """A month: 2026-01."""

    name = "month"

    def convert(self, value: Any, _: click.Parameter | None, __: click.Context | None) -> str:
        """Raises BadValue for anything else, and for months before 1970: no clock of a ledger shows those."""
        try:
            first = date.fromisoformat(f"{value}-01")
        except ValueError:
            first = date.min
        if first < _FIRST:
            raise BadValue(
                "must be a month like 2026-01, from 1970-01 on", "应为 1970-01 起的月份，例如 2026-01"
            )
        return first.isoformat()[: len("2026-01")]


MONTH = MonthType()


@click.command("count", cls=Verb)
@click.option(
    "--as",
    "person",
    required=True,
    metavar="PERSON",
    help="Who counts: somebody of a supervising body, e.g. ks-po-001.",
)
@click.option(
    "--by",
    type=click.Choice(BY),
    default="organisation",
    help="What makes a row; region, tier and role are those of whoever asked.",
)
@click.option("--from", "since", type=MONTH, metavar="MONTH", help="From this month on, e.g. 2026-01.")
@click.option("--to", "until", type=MONTH, metavar="MONTH", help="To the end of this month, e.g. 2026-06.")
@csv_file
@as_json
@click.pass_obj
def count_accesses(
    terminal: Terminal,
    person: str,
    by: str,
    since: str | None,
    until: str | None,
    file: Path | None,
    as_json: bool,
) -> None:
    """Count who saw records of this node or was refused, for whoever supervises it; no content, and no patient.

    Only months that are over are counted, as far as PERSON's organisation answers for this region. Every number is
    rounded down; rows about few patients are told together. Who counted, what and what was told is on record. Exit code
    3 when refused, or when there are too few patients for any number.

    Example:
        hutong --node kunshan audit count --as ks-po-001 --by purpose --from 2026-01
    """
    from exchange.counting import Names
    from exchange.counting import count_accesses as count

    with (
        answering(terminal, by, ("accesses", "查看次数"), as_json=as_json, file=file) as answer,
        terminal.open() as node,
    ):
        names = Names(node)
        count(node, person, by, lambda told: answer.tell(told, names), since=since or "", until=until or "")
