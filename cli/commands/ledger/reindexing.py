"""The index the ledger is searched by."""

import click

from cli import output
from cli.commands.ledger.noun import ledger
from cli.options import as_json
from cli.terminal import Terminal


@ledger.command()
@as_json
@click.pass_obj
def reindex(terminal: Terminal, as_json: bool) -> None:
    """Throw away the index the ledger is searched by, and make it anew from the ledger itself.

    Nothing of the ledger is touched. Never needed in daily work: the index is kept in step by itself.

    Example:
        hutong --node kunshan ledger reindex
    """
    from exchange.audit.stretches import rebuilt

    with terminal.open() as node, terminal.progress("reading the ledger", "正在读取账本") as progress:
        done = rebuilt(node, progress)
    if as_json:
        output.document({"entries": done.entries, "stretches": done.stretches})
        return
    terminal.say(
        f"the index is made anew: {done.entries} entries, {done.stretches} full stretches",
        f"索引已重建：{done.entries} 条，{done.stretches} 个完整区段",
    )
