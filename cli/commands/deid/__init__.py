"""The two de-identification engines on their own."""

# The first is what most come for: help tells them in this order.
from cli.commands.deid import text, check, dicom, evaluate, preview, record  # isort: skip
from cli.commands.deid.noun import deid

__all__ = ["check", "deid", "dicom", "evaluate", "preview", "record", "text"]
