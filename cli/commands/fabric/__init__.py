"""A Fabric channel beside the ledger."""

from cli.commands.fabric import anchor, network, rebuild
from cli.commands.fabric.noun import fabric

__all__ = ["anchor", "fabric", "network", "rebuild"]
