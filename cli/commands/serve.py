"""Answer other nodes."""

import click

from cli.kinds import Verb
from cli.terminal import Terminal


@click.command(cls=Verb)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Port to listen on, 0 for any that is free; else the setting serve.port.",
)
@click.pass_obj
def serve(terminal: Terminal, port: int | None) -> None:
    """Answer the nodes of other regions over HTTP until stopped with Ctrl-C, and tell them of withdrawals.

    Example:
        hutong --node kunshan serve --port 8320
    """
    from exchange.federation.line import line_by
    from exchange.federation.running import listen
    from exchange.federation.running import serve as serve_until_stopped
    from exchange.federation.serving import app
    from exchange.wiring import open_counter
    from exchange.withdrawal.delivering import delivering

    with open_counter(terminal.node, terminal.environment) as (settings, counter):
        line = line_by(settings, counter.office().desk, counter.keys, counter.clock)
        wanted = settings["serve.port"] if port is None else port
        with listen(settings["serve.host"], wanted) as listener:
            host, bound = listener.getsockname()[:2]
            terminal.note(
                f"{counter.card.id} answers on {host}:{bound}; Ctrl-C stops it",
                f"{counter.card.id} 正在 {host}:{bound} 应答;Ctrl-C 停止",
            )
            with delivering(counter.office, counter.peers, line):
                serve_until_stopped(app(counter), listener)
