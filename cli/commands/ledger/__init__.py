"""The ledger: what happened, and proof that nobody changed it."""

from cli.commands.ledger import (
    bundling,
    exporting,
    looking,
    proving,
    reconciling,
    reindexing,
    rotating,
    stamping,
    verifying,
)
from cli.commands.ledger.noun import ledger

__all__ = [
    "bundling",
    "exporting",
    "ledger",
    "looking",
    "proving",
    "reconciling",
    "reindexing",
    "rotating",
    "stamping",
    "verifying",
]
