"""May it leave? Asks the policy for every kind of item, and joins the answers (docs/adr/0005)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from exchange.directory import Organisation
from exchange.path.request import Request
from exchange.path.verdict import Because, Withheld
from exchange.records import ItemFacts
from policies import Decision, Engine, Obligation

# Items that differ in none of these are one kind: class, confidentiality, sensitivities, sort of author.
Kind = tuple[str, str | None, tuple[str, ...] | None, str | None]
# Who answers for an item, by the FHIR type it names. Organisations are professionals too.
_AUTHORS = {
    "Device": "device",
    "Organization": "professional",
    "Patient": "patient",
    "Practitioner": "professional",
    "PractitionerRole": "professional",
    "RelatedPerson": "patient",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What the policy said about all kinds together: `allow` where it permits at least one."""

    allow: bool
    allowed: tuple[str, ...]
    withheld: tuple[Withheld, ...]
    obligations: tuple[Obligation, ...]
    reasons: tuple[Because, ...]
    questions: tuple[Mapping[str, object], ...]
    answers: tuple[Mapping[str, object], ...]


def may_leave(engine: Engine, question: Mapping[str, object], items: Sequence[ItemFacts]) -> Permission:
    """Ask once for each kind among `items` (once with no item when there are none)."""
    kinds: dict[Kind, list[str]] = {}
    for item in items:
        kinds.setdefault(_kind(item), []).append(item.ref)
    groups = sorted(kinds.items(), key=lambda pair: repr(pair[0])) or [(("", None, None, None), [])]
    asked = [_with_data(question, kind) for kind, _ in groups]
    decisions = [engine.decide(one) for one in asked]
    allowed = {ref for (_, refs), d in zip(groups, decisions, strict=True) if d.allow for ref in refs}
    withheld = {
        ref: d.reasons[0].code
        for (_, refs), d in zip(groups, decisions, strict=True)
        if not d.allow
        for ref in refs
    }
    permits = [d for d in decisions if d.allow]
    return Permission(
        allow=bool(permits),
        allowed=tuple(item.ref for item in items if item.ref in allowed),
        withheld=tuple(
            Withheld(ref=item.ref, reason=withheld[item.ref]) for item in items if item.ref in withheld
        ),
        obligations=_joined(permits),
        reasons=_reasons(permits or decisions),
        questions=tuple(asked),
        answers=tuple(as_kept(d) for d in decisions),
    )


def policy_question(
    request: Request,
    custodian: Organisation,
    *,
    consent: tuple[str, str],
    action: str,
    cross_region: bool,
    at: str,
) -> dict[str, object]:
    """The policy's input (policies/schemas/input.json), without the data part."""
    asker = request.actor.organisation
    return {
        "request": {
            "purpose": request.purpose,
            "action": action,
            "at": at,
            "classes": list(request.classes),
            "emergency": {
                "declared": request.is_emergency,
                "reason_given": bool((request.emergency_reason or "").strip()),
            },
            "cross_region": cross_region,
            "cross_border": False,
            "based_on": None
            if request.based_on is None
            else {"kind": request.based_on.kind, "id": request.based_on.id, "open": request.based_on.open},
        },
        "requester": {
            "role": request.actor.role,
            "organisation": asker.id,
            "kind": asker.kind,
            "tier": asker.tier,
            "region": asker.region,
            "standing": asker.standing,
            "relationship": request.actor.role if request.actor.role in ("patient", "next-of-kin") else None,
            "on_behalf_of": request.actor.on_behalf_of or None,
            "on_behalf_of_role": request.actor.on_behalf_of_role or None,
        },
        "custodian": {
            "organisation": custodian.id,
            "kind": custodian.kind,
            "tier": custodian.tier,
            "region": custodian.region,
        },
        "consent": {"decision": consent[0], "reason": consent[1]},
        "data": {"confidentiality": None, "sensitivities": [], "classes": [], "author": None},
        "research": None if request.research is None else request.research.as_question(),
    }


def _kind(item: ItemFacts) -> Kind:
    return (item.class_, item.confidentiality, item.sensitivity, sort_of_author(item.author))


def sort_of_author(author: str | None) -> str | None:
    """Who answers for an item, as the policy is asked: professional, patient, device; None where it is not said."""
    return _AUTHORS.get(author.partition("/")[0]) if author else None


def _with_data(question: Mapping[str, object], kind: Kind) -> dict[str, object]:
    class_, confidentiality, sensitivities, author = kind
    return {
        **question,
        "data": {
            "confidentiality": confidentiality,
            "sensitivities": list(sensitivities or ()),
            "classes": [class_] if class_ else [],
            "author": author,
        },
    }


def _joined(permits: Iterable[Decision]) -> tuple[Obligation, ...]:
    seen: dict[str, Obligation] = {}
    for decision in permits:
        for obligation in decision.obligations:
            seen.setdefault(repr(obligation), obligation)
    return tuple(seen[name] for name in sorted(seen))


def _reasons(decisions: Iterable[Decision]) -> tuple[Because, ...]:
    seen: dict[str, Because] = {}
    for decision in decisions:
        for r in decision.reasons:
            seen.setdefault(r.code, Because(code=r.code, en=r.en, zh=r.zh, law=r.law))
    return tuple(seen.values())


def as_kept(decision: Decision) -> dict[str, object]:
    """The policy's answer as it is sealed with the entry, and compared when it is made again."""
    return {
        "allow": decision.allow,
        "reasons": [r.code for r in decision.reasons],
        "obligations": [[o.code, o.value] for o in decision.obligations],
    }
