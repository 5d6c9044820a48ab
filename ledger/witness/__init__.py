"""Witnesses: other regions sign what they saw of a log, so that its own keeper cannot show two histories."""

from ledger.witness.asking import WitnessSays, read_answer, submission
from ledger.witness.behind import Behind, require_not_behind
from ledger.witness.cosignature import Cosigner, WitnessKey
from ledger.witness.cosigned import Confirmed, Cosigned, CosignedNotes
from ledger.witness.fork import Fork, check_fork
from ledger.witness.policy import Policy
from ledger.witness.seen import Seen, SeenLogs
from ledger.witness.witnessing import Answer, Witness

__all__ = [
    "Answer",
    "Behind",
    "Confirmed",
    "Cosigned",
    "CosignedNotes",
    "Cosigner",
    "Fork",
    "Policy",
    "Seen",
    "SeenLogs",
    "Witness",
    "WitnessKey",
    "WitnessSays",
    "check_fork",
    "read_answer",
    "require_not_behind",
    "submission",
]
