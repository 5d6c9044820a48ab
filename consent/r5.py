"""How HL7 FHIR R5 would put this consent: one decision, and exceptions to it inside one another.

R5 has no type on a rule: `Consent.decision` says permit or deny, a provision is an exception to the decision, and a
provision inside it an exception to that. So only a consent whose rules take turns can be said in R5.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]
_OTHER = {"permit": "deny", "deny": "permit"}
_ZH = {"permit": "允许", "deny": "拒绝"}


@dataclass(frozen=True, slots=True)
class Reading:
    """The decision R5 would have, "" where R5 cannot say it, and the same in words."""

    decision: str
    en: str
    zh: str


def r5_reading(resource: Json) -> Reading:
    """Of a computable consent.

    >>> r5_reading({"provision": {"type": "permit", "purpose": [{"code": "TREAT"}]}}).decision
    'deny'
    """
    root = resource.get("provision")
    if not isinstance(root, Mapping):
        return Reading("", "R5 has no rule to read here", "此处没有 R5 可读的规则")
    if place := next(_not_taking_turns(root), ""):
        return Reading(
            "",
            f"cannot be said in R5: {place} is of the same kind as the rule around it, and R5 would turn it round",
            f"R5 无法表达：{place} 与外层规则同向，按 R5 会读成相反的意思",
        )
    if set(root) <= {"id", "type", "provision"}:
        kind = str(root["type"])
        return Reading(
            kind, f"R5: decision {kind}{_inside(root)[0]}", f"R5：总决定为{_ZH[kind]}{_inside(root)[1]}"
        )
    kind = _OTHER[str(root["type"])]
    return Reading(
        kind,
        f"R5: decision {kind}, and what the root rule says as the exception to it{_inside(root)[0]}",
        f"R5：总决定为{_ZH[kind]}，根规则所说的是其例外{_inside(root)[1]}",
    )


def _inside(rule: Json) -> tuple[str, str]:
    if not rule.get("provision"):
        return "", ""
    return "; the rules inside are exceptions in turn", "；其中的规则逐层为例外"


def _not_taking_turns(rule: Json, place: str = "Consent.provision") -> Iterator[str]:
    """Every rule that is of the same kind as the one around it."""
    for number, inner in enumerate(rule.get("provision", ())):
        where = f"{place}.provision[{number}]"
        if inner.get("type") == rule.get("type"):
            yield where
        yield from _not_taking_turns(inner, where)
