"""The noun."""

import click

from cli.kinds import Noun


@click.group(cls=Noun)
def deid() -> None:
    """Take out of a record or a text what says who."""
