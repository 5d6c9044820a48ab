"""Regions vouch for each other's ledgers."""

from cli.commands.witness import asking, forks, looking
from cli.commands.witness.noun import witness

__all__ = ["asking", "forks", "looking", "witness"]
