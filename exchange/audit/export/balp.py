"""An entry as a FHIR R4 AuditEvent in the form of IHE's Basic Audit Log Patterns (BALP 1.1).

A profile is claimed only where everything it asks for is in the entry. The RESTful ones are for what succeeded: what
failed has the same form and claims none. A decision without a consent names, in the place of the consent, the rules it
was made by (docs/reference/audit-export.md).
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import orjson

from exchange.audit.export import codes
from exchange.audit.export.agents import NOBODY, agents, purposes
from exchange.audit.export.codes import coding, identified
from exchange.audit.export.event import Event, both
from exchange.audit.export.kinds import EVENTS, REPORT, RESOURCE, Shape

_ACTIONS = {
    Shape.DECISION: "E",
    Shape.SENT: "R",
    Shape.RECEIVED: "C",
    Shape.QUERY: "E",
    Shape.READ: "R",
    Shape.CREATE: "C",
    Shape.UPDATE: "U",
    Shape.DELETE: "D",
}
_INTERACTIONS = {
    Shape.QUERY: "search",
    Shape.READ: "read",
    Shape.CREATE: "create",
    Shape.UPDATE: "update",
    Shape.DELETE: "delete",
}
_TYPES = {Shape.DECISION: "110113", Shape.SENT: "110106", Shape.RECEIVED: "110107"}
_PERSON = coding(codes.ENTITY, "1", "Person")
_PATIENT = coding(codes.OBJECT_ROLE, "1", "Patient")
_SYSTEM_OBJECT = coding(codes.ENTITY, "2", "System Object")
# What a BALP data entity may have been.
_ROLES = {REPORT: "Report", RESOURCE: "Domain Resource", "20": "Job"}


def audit_event(event: Event) -> dict[str, Any]:
    """The AuditEvent. Its id is that of the entry; the extension ledger-entry holds what FHIR has no place for."""
    entry, shape = event.entry, event.kind.shape
    found: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": event.found.id,
        "extension": [_ledger_entry(event)],
        "type": _type(shape),
        "subtype": _subtypes(event),
        "action": _ACTIONS[shape],
        "recorded": _instant(event),
        "outcome": entry.outcome,
        "agent": agents(event),
        "source": _source(event),
        "entity": _entities(event),
    }
    if claimed := _claimed(event):
        found["meta"] = {"profile": [codes.PROFILE + claimed]}
    if event.claimed:
        found["period"] = {"start": event.claimed.isoformat()}
    if told := both({lang: event.because(lang) for lang in ("zh", "en")}):
        found["outcomeDesc"] = told
    if why := purposes(event):
        found["purposeOfEvent"] = why
    return found


def written(event: Event) -> bytes:
    """The same as JSON on one line."""
    return orjson.dumps(audit_event(event))


def _claimed(event: Event) -> str:
    """The profile the event is an instance of; "" where something it asks for is not in the entry."""
    entry, shape = event.entry, event.kind.shape
    whole = {
        Shape.DECISION: bool(entry.actor and entry.organisation and entry.patient),
        Shape.SENT: bool(entry.patient),
        Shape.RECEIVED: bool(entry.patient),
    }.get(shape, entry.outcome == "0")
    return shape.profile(patient=bool(entry.patient)) if whole else ""


def _type(shape: Shape) -> codes.Coding:
    if shape.is_restful:
        return coding(codes.REST, "rest", "Restful Operation")
    return coding(codes.DCM, _TYPES[shape], EVENTS[_TYPES[shape]])


def _subtypes(event: Event) -> list[codes.Coding]:
    shape = event.kind.shape
    if shape is Shape.DECISION:
        # A closed list: what kind of entry it is stands in the extension.
        by_consent = bool(event.entry.consents)
        return [coding(codes.AUTHORISATION, "AuthZ-Consent" if by_consent else "AuthZ-Role")]
    first = (
        coding(codes.INTERACTION, _INTERACTIONS[shape])
        if shape.is_restful
        else coding(codes.LIFECYCLE, "disclose", "Disclose Record Lifecycle Event")
    )
    said = both({lang: event.what(lang) for lang in ("zh", "en")})
    return [first, coding(codes.OUR_ENTRY, event.code, said)]


def _instant(event: Event) -> str:
    return f"{event.found.time:%Y-%m-%dT%H:%M:%S.%fZ}"


def _source(event: Event) -> dict[str, Any]:
    # security-source-type: 6 a security server, which decides; 4 an application server.
    is_decision = event.kind.shape is Shape.DECISION
    return {
        "site": event.entry.region,
        "observer": identified(codes.NODE_ID, event.entry.node, f"hutong {event.entry.source}"),
        "type": [coding(codes.SOURCE_TYPE, "6" if is_decision else "4")],
    }


def _entities(event: Event) -> list[dict[str, Any]]:
    shape, entry = event.kind.shape, event.entry
    if shape is Shape.DECISION:
        return [_patient(event), *_consents(event)]
    about = _query(event) if shape is Shape.QUERY else _data(event)
    return ([_patient(event)] if entry.patient or not shape.is_restful else []) + [about]


def _patient(event: Event) -> dict[str, Any]:
    named, node = event.people.patient, event.entry.node
    shown = " ".join(filter(None, (named.id, named.name))) if named.pseudonym else NOBODY
    who = identified(codes.pseudonyms(node, "patient"), named.pseudonym, shown)
    return {"what": who, "type": _PERSON, "role": _PATIENT}


def _consents(event: Event) -> list[dict[str, Any]]:
    """The consents it was decided by, as commitments; where there was none, the rules by which it was decided."""
    kind = coding(codes.RESOURCE_TYPES, "Consent")
    if event.entry.consents:
        return [{"what": identified(codes.CONSENT_ID, one), "type": kind} for one in event.entry.consents]
    shown = "no consent: the rules it was decided by · 无同意，依规则判定"
    return [{"what": identified(codes.POLICY_ID, event.entry.policy, shown), "type": kind}]


def _data(event: Event) -> dict[str, Any]:
    entry = event.entry
    role = event.kind.role
    told = {"zh": f"{entry.count} 项", "en": f"{entry.count} items"} if entry.count else {}
    found = {
        "what": identified(f"{codes.NODE_ID}/{entry.node}/ledger-entry", entry.intent or event.found.id)
        | {"type": event.kind.about},
        "type": _SYSTEM_OBJECT,
        "role": coding(codes.OBJECT_ROLE, role, _ROLES[role]),
    }
    return found | ({"description": both(told)} if told else {})


def _query(event: Event) -> dict[str, Any]:
    """What was asked, without a word that says who: BALP wants the question itself, which is sealed."""
    entry = event.entry
    asked = "&".join(
        f"{name}={value}"
        for name, value in (
            ("kind", event.code),
            ("patient", entry.patient),
            ("purpose", entry.purpose),
            ("classes", entry.object_class.replace(" ", ",")),
            ("details", entry.details),
        )
        if value
    )
    return {
        "type": _SYSTEM_OBJECT,
        "role": coding(codes.OBJECT_ROLE, "24", "Query"),
        "query": b64encode(asked.encode()).decode(),
    }


def _ledger_entry(event: Event) -> dict[str, Any]:
    """Where the entry stands and what else it says, so that the event can be proved and nothing is lost."""
    entry = event.entry
    said: Mapping[str, str] = {
        "index": str(event.found.index),
        "leaf": event.leaf,
        "kind": event.code,
        "source": entry.source,
        "phase": entry.phase,
        "intent": entry.intent,
        "decision": entry.decision,
        "why": entry.why,
        "policy": entry.policy,
        "obligations": " ".join(entry.obligations),
        "classes": entry.object_class,
        "count": str(entry.count) if entry.count else "",
        "reason": entry.reason,
        "details": entry.details,
        "sequence": str(event.found.sequence) if event.found.sequence else "",
        "previous": event.found.previous,
    }
    inner = [{"url": name, "valueString": value} for name, value in said.items() if value]
    return {"url": codes.LEDGER_ENTRY, "extension": inner}
