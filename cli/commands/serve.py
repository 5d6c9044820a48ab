"""Answer other nodes."""

import signal
from typing import TYPE_CHECKING

import click

from cli.commands.witness.reach import say_out_of_reach
from cli.kinds import Verb
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.witnessing.asking import Asking


@click.command(cls=Verb)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Port to listen on, 0 for any that is free; else the setting serve.port.",
)
@click.pass_obj
def serve(terminal: Terminal, port: int | None) -> None:
    """Answer the nodes of other regions over HTTP until stopped with Ctrl-C.

    Tells them of withdrawals, signs what it sees of their ledgers, and has them sign this one. Does not start, or stops
    with exit code 4, where one of them has seen another ledger of this node than the one that is here.

    Example:
        hutong --node kunshan serve --port 8320
    """
    from exchange.fabric.keeping_anchored import keeping_anchored
    from exchange.federation.line import line_by
    from exchange.federation.running import listen
    from exchange.federation.running import serve as serve_until_stopped
    from exchange.federation.serving import app
    from exchange.wiring import open_counter
    from exchange.withdrawal.delivering import delivering
    from exchange.witnessing.asking import Asking
    from exchange.witnessing.circle import circle_of
    from exchange.witnessing.keeping_asked import keeping_asked
    from ledger.witness import require_not_behind

    with open_counter(terminal.node, terminal.environment) as (node, counter):
        line = line_by(node.settings, node.desk, counter.keys, counter.clock)
        wanted = node.settings["serve.port"] if port is None else port

        def asking() -> Asking:
            return Asking(node.log, circle_of(node), line, counter.clock)

        say_out_of_reach(terminal, circle_of(node))
        _ask_before(terminal, asking())
        with listen(node.settings["serve.host"], wanted) as listener:
            host, bound = listener.getsockname()[:2]
            terminal.note(
                f"{counter.card.id} answers on {host}:{bound}; Ctrl-C stops it",
                f"{counter.card.id} 正在 {host}:{bound} 应答；Ctrl-C 停止",
            )
            with (
                delivering(counter.office, counter.peers, line),
                keeping_anchored(node, counter.office),
                keeping_asked(asking, behind=lambda: signal.raise_signal(signal.SIGTERM)),
            ):
                serve_until_stopped(app(counter), listener)
        require_not_behind(node.log, asking().circle.notes)


def _ask_before(terminal: Terminal, asking: "Asking") -> None:
    """Nothing is written before the witnesses were asked; one that is silent is named and does not stop the node."""
    for told in asking.ask_all():
        if told.problem:
            en, zh = told.problem
            terminal.note(f"not witnessed now: {en}", f"暂未获见证：{zh}")
