"""The entries as they stand, and the state they are in."""

import click
from click import IntRange

from cli import output
from cli.commands.ledger.noun import ledger
from cli.options import as_json
from cli.terminal import Terminal

HEAD = (
    ("no.", "序号"),
    ("time", "时间"),
    ("what", "事项"),
    ("phase", "阶段"),
    ("entry", "条目"),
    ("decision and why", "决定及原因"),
)


@ledger.command("list")
@click.option("--last", type=IntRange(min=1), default=20, metavar="N", help="How many, from the newest back.")
@as_json
@click.pass_obj
def list_entries(terminal: Terminal, last: int, as_json: bool) -> None:
    """List the newest entries: what happened, how it was decided and why, without names.

    Example:
        hutong --node kunshan ledger list --last 5
    """
    import orjson

    from cli.commands.audit.looking import decided
    from exchange.audit import reasons_of, words

    with terminal.open() as node:
        found, rules = list(node.log.scan(max(0, node.log.size - last))), reasons_of(node)
    if as_json:
        output.document([{"index": one.index, "id": one.id, "body": orjson.loads(one.body)} for one in found])
        return
    rows = [
        (
            str(one.index),
            terminal.time(one.time),
            words.event(one.entry, terminal.lang),
            words.phase(one.entry.phase, terminal.lang),
            one.id,
            decided(terminal, one.entry, rules),
        )
        for one in found
    ]
    terminal.table(HEAD, rows, right=(0,))


@ledger.command()
@click.pass_obj
def checkpoint(terminal: Terminal) -> None:
    """Print the newest signed checkpoint. Kept elsewhere, it shows later whether history was rewritten.

    Example:
        hutong --node kunshan ledger checkpoint > kunshan.checkpoint
    """
    with terminal.open() as node:
        output.raw(node.log.checkpoint())
