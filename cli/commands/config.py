"""Settings of a node."""

import click

from cli import output
from cli.kinds import Noun
from cli.options import as_json
from cli.terminal import Terminal

HEAD = (("setting", "设置项"), ("value", "值"), ("from", "来源"), ("what it does", "作用"))


@click.group(cls=Noun)
def config() -> None:
    """See the settings of a node, and where each came from."""


@config.command()
@as_json
@click.pass_obj
def show(terminal: Terminal, as_json: bool) -> None:
    """List every setting with its value and where it came from: default, node.toml, or the environment.

    Works without the node's keys, so also when the node cannot be opened.

    Example:
        hutong --node kunshan config show
    """
    import orjson

    from exchange.node.layout import Layout
    from exchange.node.settings import read_settings

    settings = read_settings(Layout(terminal.node).settings, terminal.environment)
    if as_json:
        output.document(
            {key: {"value": one.value, "from": one.origin} for key, one in settings.values.items()}
        )
        return
    rows = [
        (
            key,
            one.value if isinstance(one.value, str) else orjson.dumps(one.value).decode(),
            one.origin,
            terminal.told(one.setting.en, one.setting.zh),
        )
        for key, one in settings.values.items()
    ]
    terminal.table(HEAD, rows)
