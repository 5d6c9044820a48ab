"""Count the records of one's own house."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.counting.answering import answering, csv_file
from cli.kinds import Verb
from cli.options import as_json
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.counting import Counted

# exchange.counting.RECORDS_BY, without reading the registry's code for a page of help.
BY = ("class", "month", "organisation", "sex", "age")


@click.command("count", cls=Verb)
@click.option(
    "--as",
    "person",
    required=True,
    metavar="PERSON",
    help="Who counts: an id of the registry, e.g. ks-mg-001.",
)
@click.option(
    "--by",
    type=click.Choice(BY),
    default="class",
    help="What makes a row; the organisation is where the author works.",
)
@click.option(
    "--of",
    "custodian",
    default="",
    show_default=False,
    metavar="ORG",
    help="Whose records: the organisation that keeps them; else where PERSON works.",
)
@csv_file
@as_json
@click.pass_obj
def count_records(
    terminal: Terminal, person: str, by: str, custodian: str, file: Path | None, as_json: bool
) -> None:
    """Count the records of a house, for whoever manages it: numbers, and nothing about few patients.

    Counted are patients who agreed to it (purpose HPRGRP), or all where consent.statutory_authorities lists the house
    for that, and months that are over. Every number is rounded down; rows about few patients are told together. Who
    counted, what and what was told is on record. Exit code 3 when refused, or when there are too few patients for any
    number.

    Example:
        hutong --node kunshan records count --as ks-mg-001 --by month
    """
    from exchange.counting import Names
    from exchange.counting import count_records as count

    with (
        answering(terminal, by, ("records", "记录数"), as_json=as_json, file=file) as answer,
        terminal.open() as node,
        ExitStack() as bar,
    ):
        advance = bar.enter_context(terminal.progress("counting", "正在统计"))

        def tell(counted: "Counted") -> None:
            bar.close()
            answer.tell(counted, Names(node))

        count(node, person, by, tell, custodian=custodian, progress=advance)
