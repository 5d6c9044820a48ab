"""Evidence for a court: entries of the ledger, proven, in one file that checks itself without this program."""

from ledger.bundle.making import Material, make

__all__ = ["Material", "make"]
