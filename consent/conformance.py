"""Which reading of the standard a consent keeps to, and where others would read it differently.

IHE PCF 1.1 (Privacy Consent on FHIR) has three levels; plain FHIR R4 allows more. What is beyond them is said, as
another system may refuse it or, worse, read it another way. Source: profiles.ihe.net/ITI/PCF; HL7 FHIR R4 and R5
Consent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from consent.lint import computable

CLASSES = ("pcf-basic", "pcf-intermediate", "pcf-advanced", "r4-extended", "not-computable")
_BASIC = frozenset(("type", "period", "purpose"))
_INTERMEDIATE = _BASIC | {"actor", "data", "dataPeriod"}
_ADVANCED = _INTERMEDIATE | {"securityLabel"}
_BEYOND_PCF = ("action", "class", "code")
_PCF_DEPTH = 1  # rules inside the root rule; none inside those


@dataclass(frozen=True, slots=True)
class Difference:
    """Where another reading goes another way: who reads it so, the element, and how (en, zh)."""

    reader: str
    place: str
    en: str
    zh: str


def conformance(resource: Mapping[str, Any]) -> str:
    """One of CLASSES.

    >>> conformance({"resourceType": "Consent"})
    'not-computable'
    """
    if computable(resource) is not None:
        return "not-computable"
    rules = list(_rules(resource.get("provision", {})))
    used = {name for _, _, rule in rules for name in rule if name != "provision"}
    deepest = max(depth for depth, _, _ in rules)
    if used - _ADVANCED or "verification" in resource or deepest > _PCF_DEPTH:
        return "r4-extended"
    if "securityLabel" in used:
        return "pcf-advanced"
    return "pcf-intermediate" if deepest or used - _BASIC else "pcf-basic"


def differences(resource: Mapping[str, Any]) -> list[Difference]:
    """Where R4 to the letter, PCF or R5 would not read this consent as it is read here."""
    return [*_of_the_whole(resource), *_of_the_rules(resource)]


def _of_the_whole(resource: Mapping[str, Any]) -> Iterator[Difference]:
    root = resource.get("provision", {})
    if "type" in root:
        yield Difference(
            "R4",
            "Consent.provision.type",
            "the text of R4 does not permit a type on the root rule, PCF demands it; here it decides",
            "R4 文本不允许根规则带 type，PCF 则要求必须有；此处以它为准",
        )
    else:
        yield from _without_type(resource)
    if resource.get("scope"):
        yield Difference(
            "R5",
            "Consent.scope",
            "R5 has no scope: a treatment consent could be taken to cover research",
            "R5 没有 scope：为诊疗给出的同意可能被当作也适用于科研",
        )
    if "verification" in resource:
        yield Difference("PCF", "Consent.verification", "PCF forbids it", "PCF 不允许")


def _without_type(resource: Mapping[str, Any]) -> Iterator[Difference]:
    place, policy = "Consent.provision.type", _policy_rule(resource)
    yield Difference("PCF", place, "PCF demands it", "PCF 要求必须有")
    yield Difference(
        "R4",
        place,
        f"R4 falls back on the policy ({policy or 'none is named'}), and its own examples use one shape for opposite"
        " meanings; here nothing is guessed",
        f"R4 退回到政策({policy or '未写明'})，而其官方示例用同一写法表达相反的意思；此处不作猜测",
    )


def _policy_rule(resource: Mapping[str, Any]) -> str:
    """The code of the policy a consent without a type would fall back on, OPTIN or OPTOUT."""
    rule = resource.get("policyRule")
    codings = rule.get("coding") if isinstance(rule, Mapping) else None
    found = (
        [one.get("code") for one in codings if isinstance(one, Mapping)] if isinstance(codings, list) else []
    )
    return ", ".join(str(one) for one in found if one)


def _of_the_rules(resource: Mapping[str, Any]) -> Iterator[Difference]:
    for depth, place, rule in _rules(resource.get("provision", {})):
        for name in _BEYOND_PCF:
            if name in rule:
                yield Difference("PCF", f"{place}.{name}", "PCF forbids it", "PCF 不允许")
        if depth > _PCF_DEPTH:
            yield Difference(
                "PCF",
                place,
                "PCF has one level of exceptions; a rule this deep would be lost",
                "PCF 只允许一层例外；更深的规则会丢失",
            )
        for number, inner in enumerate(rule.get("provision", ())):
            if "type" in rule and inner.get("type") == rule["type"]:
                yield Difference(
                    "R5",
                    f"{place}.provision[{number}]",
                    "in R5 a rule inside another is an exception to it; one of the same kind would be turned round",
                    "R5 中嵌套规则是外层规则的例外；同向的规则会读成相反的意思",
                )
        for extension in rule.get("extension", ()):
            name = str(extension.get("url", "")).rpartition("/")[2] or "?"
            yield Difference(
                "R4",
                f"{place}.extension",
                f"another system does not know the extension {name} and would leave the limit out",
                f"其他系统不认识扩展 {name}，会忽略这项限制",
            )


def _rules(
    rule: Mapping[str, Any], place: str = "Consent.provision", depth: int = 0
) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    yield depth, place, rule
    for number, inner in enumerate(rule.get("provision", ())):
        yield from _rules(inner, f"{place}.provision[{number}]", depth + 1)
