"""The noun."""

import click

from cli.kinds import Noun


@click.group(cls=Noun)
def ledger() -> None:
    """Verify the ledger, and prove single entries of it to others."""
