"""A question to the policy, told by how it differs from the plainest one there is.

The plain one: a physician of a provincial hospital in Shanghai asks a county hospital in Kunshan, of which
the node is another, for a normal item of a patient who agreed. All names are invented.
"""

from copy import deepcopy
from typing import Any

from policies import Decision

Question = dict[str, Any]

PLAIN: Question = {
    "request": {
        "purpose": "TREAT",
        "action": "disclose",
        "at": "2026-03-02T01:00:00+00:00",
        "classes": [],
        "emergency": {"declared": False, "reason_given": False},
        "cross_region": True,
        "cross_border": False,
        "based_on": None,
    },
    "requester": {
        "role": "physician",
        "organisation": "sh-hospital",
        "kind": "hospital",
        "tier": "provincial",
        "region": "310101",
        "standing": "active",
        "relationship": None,
        "on_behalf_of": None,
        "on_behalf_of_role": None,
    },
    "custodian": {"organisation": "ks-hospital", "kind": "hospital", "tier": "county", "region": "320583"},
    "consent": {"decision": "permit", "reason": "CONSENT_PERMIT"},
    "data": {"confidentiality": "N", "sensitivities": [], "classes": ["Condition"], "author": None},
    "research": None,
}

OPEN = {"kind": "referral", "id": "r-1", "open": True}
CLOSED = {**OPEN, "open": False}
EVIDENCE = ("referral", "consultation", "visit", "contract", "code", "agreement", "order")
PROJECT = {
    "project": "p-1",
    "approved": True,
    "approved_until": "2026-12-31",
    "profile": "research",
    "identified": False,
}

_PLACES: dict[str, tuple[str, ...]] = {
    **{name: ("request", name) for name in PLAIN["request"]},
    **{name: ("requester", name) for name in PLAIN["requester"]},
    "custodian": ("custodian", "organisation"),
    "custodian_region": ("custodian", "region"),
    "declared": ("request", "emergency", "declared"),
    "reason_given": ("request", "emergency", "reason_given"),
    "consent": ("consent", "decision"),
    "ground": ("consent", "reason"),
    "confidentiality": ("data", "confidentiality"),
    "labels": ("data", "sensitivities"),
    "item": ("data", "classes"),
    "author": ("data", "author"),
    "research": ("research",),
}


def asked(question: Question = PLAIN, /, **changes: object) -> Question:
    """`question` with `changes`, named as in _PLACES."""
    made = deepcopy(question)
    for name, value in changes.items():
        *folders, last = _PLACES[name]
        place = made
        for folder in folders:
            place = place[folder]
        place[last] = deepcopy(value)
    return made


def held(kind: str) -> Question:
    """Evidence of this kind that holds."""
    return {"kind": kind, "id": f"{kind}-1", "open": True}


def ended(kind: str) -> Question:
    """Evidence of this kind that held once."""
    return {**held(kind), "open": False}


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


def duties(decision: Decision) -> set[str]:
    """The obligations as `code` or `code:value`, a value of several words in one."""
    told = {one.code: "" if one.value is None else f":{one.value}" for one in decision.obligations}
    return {f"{code}{value}".replace(" ", "+") for code, value in told.items()}
