"""The officers' queue: take something onto it, decide by one officer, sign off or give back by a second one."""

from exchange.audit.review.deciding import decide
from exchange.audit.review.signing import SignedOff, give_back, sign_off
from exchange.audit.review.steps import Case, Step, case_of, cases
from exchange.audit.review.taking import TakenBefore, take, taken

__all__ = [
    "Case",
    "SignedOff",
    "Step",
    "TakenBefore",
    "case_of",
    "cases",
    "decide",
    "give_back",
    "sign_off",
    "take",
    "taken",
]
