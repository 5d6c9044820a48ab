"""Say who may see what, and take it back; ask what consents would permit; see what needs a person."""

from cli.commands.consent import code, deciding, differing, due, giving, linting, looking, receipts, revoking
from cli.commands.consent.noun import consent

__all__ = [
    "code",
    "consent",
    "deciding",
    "differing",
    "due",
    "giving",
    "linting",
    "looking",
    "receipts",
    "revoking",
]
