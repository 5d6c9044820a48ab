"""The noun."""

import click

from cli.kinds import Noun


@click.group(cls=Noun)
def witness() -> None:
    """See which regions vouch for this node's ledger, and for which ledgers this node vouches."""
