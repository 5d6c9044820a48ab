"""The noun."""

import click

from cli.kinds import Noun


@click.group(cls=Noun)
def exchange() -> None:
    """Ask for a patient's record, here or in another region."""
