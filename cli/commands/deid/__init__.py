"""The two de-identification engines on their own."""

from cli.commands.deid import evaluate, record, text
from cli.commands.deid.noun import deid

__all__ = ["deid", "evaluate", "record", "text"]
