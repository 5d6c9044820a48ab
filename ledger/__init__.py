"""The ledger: what happened, and proof that it has not been changed."""

from ledger.entry import Change, Entry, Recorded
from ledger.errors import LedgerError
from ledger.log import Log
from ledger.note import Signer
from ledger.submission import Draft

__all__ = ["Change", "Draft", "Entry", "LedgerError", "Log", "Recorded", "Signer"]
