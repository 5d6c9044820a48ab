"""The noun."""

import click

from cli.kinds import Noun


@click.group(cls=Noun)
def audit() -> None:
    """Find out who looked at which record, and why it was allowed."""
