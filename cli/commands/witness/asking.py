"""Asking the witnesses now."""

import click

from cli import output
from cli.commands.witness.noun import witness
from cli.options import as_json
from cli.terminal import Terminal

HEAD = (("witness", "见证方"), ("signed for", "已见证条数"), ("why not", "未签名原因"))


@witness.command()
@as_json
@click.pass_obj
def ask(terminal: Terminal, as_json: bool) -> None:
    """Ask every other node to sign the newest state of this ledger; hutong serve does it by itself.

    Exit code 4 where one of them has seen another ledger of this node than the one that is here, 5 where fewer
    signed than must.

    Example:
        hutong --node kunshan witness ask
    """
    from exchange.federation.line import line_by
    from exchange.wiring import open_node
    from exchange.witnessing.asking import Asking
    from exchange.witnessing.circle import circle_of
    from exchange.witnessing.errors import TooFewSigned

    # Nothing is written before: an older copy put back would fork with what waits in its spool.
    with open_node(terminal.node, terminal.environment, asked_first=True) as node:
        circle = circle_of(node)
        line = line_by(node.settings, node.desk, node.keys, node.clock)
        told = Asking(node.log, circle, line, node.clock).ask_all()
    if as_json:
        output.document(
            [
                {
                    "witness": one.witness,
                    "size": one.size if one.problem is None else None,
                    "en": one.problem and one.problem[0],
                    "zh": one.problem and one.problem[1],
                }
                for one in told
            ]
        )
    else:
        rows = [
            (one.witness, "-" if one.problem else str(one.size), terminal.told(*(one.problem or ("", ""))))
            for one in told
        ]
        terminal.table(HEAD, rows, right=(1,))
    circle.require_reachable()
    signed = {one.witness for one in told if one.problem is None}
    if not circle.policy.is_met(signed):
        raise TooFewSigned(len(signed), len(told))
