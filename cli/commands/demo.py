"""The whole story."""

from pathlib import Path

import click
from click import IntRange

from cli import output
from cli.kinds import Verb
from cli.terminal import Terminal


@click.command(cls=Verb)
@click.argument(
    "folder",
    metavar="[DIR]",
    default="demo",
    type=click.Path(path_type=Path),
    help="A new folder the three nodes are left in; demo if not given.",
)
@click.option("--patients", type=IntRange(min=1), default=300, metavar="N", help="How many people to invent.")
@click.pass_obj
def demo(terminal: Terminal, folder: Path, patients: int) -> None:
    """Tell the whole story with three regions: asked, agreed, handed over, proved, taken back, refused.

    In Chinese and English, without a network. What it did is left in DIR to look around in, with two pages
    to open in a browser and three commands to try next.

    Example:
        hutong demo demo
    """
    from cli.story import tell

    tell(folder, patients, output.line, terminal.environment, lang=terminal.lang)
