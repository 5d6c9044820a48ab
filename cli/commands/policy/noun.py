"""The noun its verbs hang on."""

import click

from cli.kinds import Noun


@click.group(cls=Noun)
def policy() -> None:
    """Try what the rules would say, without any record."""
