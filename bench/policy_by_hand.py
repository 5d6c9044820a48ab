"""The rules as somebody would write them who needs nothing of a rule engine: the bound the engine is held against."""

from collections.abc import Mapping
from typing import Any

# A verdict, the codes of its reasons, and its obligations as pairs.
Answer = tuple[bool, frozenset[str], frozenset[tuple[str, object]]]


def by_hand(question: Mapping[str, Any], data: Mapping[str, Any]) -> Answer:
    """The answer by as much of the rules as the questions above meet; the data are the bundle's."""
    request, requester, item = question["request"], question["requester"], question["data"]
    role, terms = (
        data["roles"][requester["role"]],
        data["families"][data["purposes"][request["purpose"]]["family"]],
    )
    is_open = data["purposes"][request["purpose"]]["family"] != "closed"
    rank = data["labels"]["rank"]
    level = rank[item["confidentiality"]]
    emergency = request["emergency"]
    referred = request["based_on"] is not None and request["based_on"]["open"]
    refusals = (
        ("CONSENT_NOT_PERMITTED", question["consent"]["decision"] != "permit"),
        ("ORGANISATION_NOT_ACTIVE", requester["standing"] != "active"),
        ("PURPOSE_CLOSED", not is_open),
        ("ROLE_NOT_FOR_PURPOSE", is_open and requester["role"] not in terms["roles"]),
        ("KIND_NOT_FOR_PURPOSE", is_open and not _among(requester["kind"], terms["kinds"])),
        ("ROLE_NOT_AT_KIND", not _among(requester["kind"], role["kinds"])),
        ("CASE_NOT_OPEN", request["purpose"] == "COC" and not referred),
        ("CLASS_NOT_FOR_ROLE", not all(_among(one, role["classes"]) for one in item["classes"])),
        (
            "CLASS_NOT_FOR_PURPOSE",
            is_open and not all(_among(one, terms["classes"]) for one in item["classes"]),
        ),
        ("CONFIDENTIALITY_ABOVE_ROLE", level > rank[role["ceiling"]]),
        ("CONFIDENTIALITY_ABOVE_PURPOSE", is_open and level > rank[terms["ceiling"]]),
        ("LABEL_NOT_FOR_ROLE", bool(item["sensitivities"]) and role["labels"] == "none"),
        ("LABEL_NOT_FOR_PURPOSE", is_open and bool(item["sensitivities"]) and terms["labels"] == "none"),
        ("BREAK_GLASS_REASON_REQUIRED", emergency["declared"] and not emergency["reason_given"]),
    )
    if reasons := frozenset(code for code, holds in refusals if holds):
        return False, reasons, frozenset()
    leaves = requester["organisation"] != question["custodian"]["organisation"] or request["cross_region"]
    duties = (
        ("deidentify", terms["profile"], True),
        ("minimum-necessary", None, terms["minimum"]),
        ("seal", None, leaves),
        ("notify-patient", None, emergency["declared"]),
        ("review", data["emergency"]["review"], emergency["declared"]),
        ("time-limit", data["emergency"]["limit"], emergency["declared"]),
    )
    return True, frozenset(), frozenset((code, value) for code, value, due in duties if due)


def _among(value: str, choices: object) -> bool:
    return choices == "*" or (isinstance(choices, list) and value in choices)
