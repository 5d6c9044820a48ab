"""Ask for a record, and rely on what came."""

from cli.commands.exchange import recognise, request
from cli.commands.exchange.noun import exchange

__all__ = ["exchange", "recognise", "request"]
