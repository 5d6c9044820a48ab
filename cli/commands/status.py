"""How a node is."""

import click

from cli import output
from cli.kinds import Verb
from cli.options import as_json
from cli.terminal import Terminal

HEAD = (("part", "部分"), ("state", "状态"), ("what is there", "情况"))


@click.command(cls=Verb)
@as_json
@click.pass_obj
def status(terminal: Terminal, as_json: bool) -> None:
    """Say, a line each, what is in the node and whether it is healthy.

    The whole ledger is verified. Exit code 0 when all is well, 4 when something does not verify, 5 when
    something cannot be reached or written.

    Example:
        hutong --node kunshan status
    """
    from exchange.status import health

    with terminal.open() as node, terminal.progress("verifying the ledger", "正在验证账本") as progress:
        findings = health(node, progress)
    if as_json:
        output.document([one.as_dict() for one in findings])
    else:
        rows = [
            (
                terminal.told(one.name_en, one.name_zh),
                terminal.told("ok", "正常") if one.ok else terminal.told("NOT OK", "异常"),
                terminal.told(one.en, one.zh),
            )
            for one in findings
        ]
        terminal.table(HEAD, rows)
    raise click.exceptions.Exit(min((one.exit_code for one in findings if one.exit_code), default=0))
