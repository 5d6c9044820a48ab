"""The two de-identification engines on their own."""

from cli.commands.deid import check, dicom, evaluate, preview, record, text
from cli.commands.deid.noun import deid

__all__ = ["check", "deid", "dicom", "evaluate", "preview", "record", "text"]
