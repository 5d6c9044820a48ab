"""Two questions with known answers, asked before an engine is used: one to permit, one to refuse."""

from policies.decision import Decision, Engine, Obligation
from policies.errors import PolicyUnusable

MUST_PERMIT: dict[str, object] = {
    "request": {
        "purpose": "TREAT",
        "action": "disclose",
        "at": "2026-03-02T09:00:00+08:00",
        "classes": [],
        "emergency": {"declared": False, "reason_given": False},
        "cross_region": True,
        "cross_border": False,
        "based_on": None,
    },
    "requester": {
        "role": "physician",
        "organisation": "canary-a",
        "kind": "hospital",
        "tier": "provincial",
        "region": "310101",
        "standing": "active",
        "relationship": None,
        "on_behalf_of": None,
        "on_behalf_of_role": None,
    },
    "custodian": {"organisation": "canary-b", "kind": "hospital", "tier": "county", "region": "320583"},
    "consent": {"decision": "permit", "reason": "CONSENT_PERMIT"},
    "data": {"confidentiality": "N", "sensitivities": [], "classes": ["Condition"], "author": None},
    "research": None,
}
MUST_REFUSE: dict[str, object] = {**MUST_PERMIT, "consent": {"decision": "deny", "reason": "NO_CONSENT"}}

_PERMITTED = Decision(allow=True, obligations=(Obligation("deidentify", "care"), Obligation("seal")))


def require_canaries(engine: Engine) -> None:
    """Return if `engine` answers both as it must. Raises PolicyUnusable."""
    if engine.decide(MUST_PERMIT) != _PERMITTED:
        raise PolicyUnusable("refuses what it must permit", "拒绝了应当放行的请求")
    refused = engine.decide(MUST_REFUSE)
    if refused.allow or [one.code for one in refused.reasons] != ["CONSENT_NOT_PERMITTED"]:
        raise PolicyUnusable("does not refuse what it must refuse", "没有拒绝应当拒绝的请求")
