"""Logs whose key was changed: signers one after the other, and the entry that hands over."""

from dataclasses import replace

from ledger import Draft, Log, Recorded, Signer
from ledger.keys import HANDED_OVER, in_clear
from tests.ledger.books import ENTRY, SIGNER


def signer(number: int) -> Signer:
    """The `number`-th key of the log, from 1: the first is the one `new_log` begins with."""
    return SIGNER if number == 1 else Signer(SIGNER.origin, bytes([number]) * 32)


def naming(vkey: str) -> Draft:
    """The entry that hands the key over to `vkey`."""
    kind, subtype = HANDED_OVER
    return Draft(entry=replace(ENTRY, type=kind, subtype=subtype, patient="", obligations=in_clear(vkey)))


def hand_over(log: Log, to: Signer) -> Recorded:
    return log.hand_over(naming(to.verifier_key), to)
