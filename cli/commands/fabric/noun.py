"""The noun."""

import click

from cli.kinds import Noun


@click.group(cls=Noun)
def fabric() -> None:
    """Keep the ledger's roots on a Hyperledger Fabric channel, and run such a network."""
