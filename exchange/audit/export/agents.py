"""Who took part, as the BALP profiles want it: the machines on both sides, the person, the organisation."""

from collections.abc import Mapping
from typing import Any

from exchange.audit import words
from exchange.audit.export.codes import (
    ACT_REASON,
    DCM,
    NODE_ID,
    ORGANISATION_ID,
    OUR_ROLE,
    PARTICIPATION,
    PROVENANCE,
    ROLE_CLASS,
    SECURITY_ROLE,
    coding,
    concept,
    identified,
    pseudonyms,
)
from exchange.audit.export.event import Event, Place, both
from exchange.audit.export.kinds import Shape
from exchange.audit.export.opening import Named

Agent = dict[str, Any]

SOURCE, DESTINATION, APPLICATION = (DCM, "110153"), (DCM, "110152"), (DCM, "110150")
_CUSTODIAN = (PROVENANCE, "custodian")
# The machine data came from or the question was put by, and the other. BALP: in a query both follow the question.
_MACHINES: Mapping[Shape, tuple[tuple[str, str], tuple[str, str]]] = {
    Shape.QUERY: (SOURCE, DESTINATION),
    Shape.READ: (DESTINATION, SOURCE),
    Shape.CREATE: (SOURCE, DESTINATION),
    Shape.UPDATE: (SOURCE, DESTINATION),
    Shape.DELETE: (APPLICATION, _CUSTODIAN),
    Shape.SENT: (DESTINATION, SOURCE),
    Shape.RECEIVED: (DESTINATION, SOURCE),
}
_WRITING = frozenset((Shape.CREATE, Shape.UPDATE, Shape.DELETE))
NOBODY = "not told in the entry · 条目未载明"


def agents(event: Event) -> list[Agent]:
    """All of them: machines first, then the person and, where they act for another, that one."""
    if event.kind.shape is Shape.DECISION:
        return _decided(event)
    client, server = _ends(event)
    one, other = _MACHINES[event.kind.shape]
    found = [_machine(client, one), _machine(server, other)]
    if event.entry.actor:
        found.append(_user(event))
    if event.entry.organisation:
        found.append(_organisation(event))
    return found + _behind(event)


def _ends(event: Event) -> tuple[Place, Place]:
    """Whoever acted, and whoever answered. On the asking side of an exchange the holder is the other end."""
    if event.kind.shape is Shape.RECEIVED or event.code == "access.request":
        return event.here, event.holder
    return event.asker, event.here


def _decided(event: Event) -> list[Agent]:
    """A decision: by the node that wrote it down, or, where an answer came back, by the node that was asked."""
    answered = bool(event.entry.intent) and event.entry.phase == "outcome"
    found = [_machine(event.asker, APPLICATION), _user(event), _organisation(event)]
    decider = event.holder if answered else event.here
    authorizer = {
        "type": concept(SECURITY_ROLE, "authserver"),
        "who": identified(NODE_ID, decider.id, "" if decider.id else NOBODY),
        "requestor": False,
    }
    return [*found, authorizer, *_behind(event)]


def _machine(place: Place, kind: tuple[str, str]) -> Agent:
    return {
        "type": concept(*kind),
        "who": identified(NODE_ID, place.id, "" if place.id else NOBODY),
        "requestor": False,
        # network-type: 5 is a URI, 1 the name of a machine.
        "network": {"address": place.url or place.host, "type": "5" if place.url else "1"},
    }


def _user(event: Event) -> Agent:
    entry, shape = event.entry, event.kind.shape
    found = {
        "type": concept(PARTICIPATION, "AUT" if shape in _WRITING else "IRCP"),
        "who": _person(event.people.actor, entry.node),
        "requestor": True,
    }
    if event.people.actor.name:
        found["name"] = event.people.actor.name
    if entry.role:
        said = {lang: words.role(entry.role, lang) for lang in ("zh", "en")}
        found["role"] = [concept(OUR_ROLE, entry.role, both(said))]
    if entry.purpose:
        found["purposeOfUse"] = purposes(event)
    return found


def _person(named: Named, node: str) -> Mapping[str, Any]:
    system = pseudonyms(node, "actor")
    return identified(system, named.pseudonym, named.id if named.pseudonym else NOBODY)


def _organisation(event: Event) -> Agent:
    entry = event.entry
    shown = both(event.organisation) or ("" if entry.organisation else NOBODY)
    who = identified(ORGANISATION_ID, entry.organisation, shown)
    return {"type": concept(ROLE_CLASS, "PROV"), "who": who, "requestor": False}


def _behind(event: Event) -> list[Agent]:
    if not event.entry.on_behalf_of:
        return []
    found = {
        "type": concept(PARTICIPATION, "RESP"),
        "who": _person(event.people.behind, event.entry.node),
        "requestor": False,
    }
    return [found | ({"name": event.people.behind.name} if event.people.behind.name else {})]


def purposes(event: Event) -> list[dict[str, Any]]:
    """What it was for; that the glass was broken is one of the purposes (HL7 v3 BTG)."""
    codes = [event.entry.purpose] if event.entry.purpose else []
    if event.entry.break_glass:
        codes.append("BTG")
    return [{"coding": [coding(ACT_REASON, one)]} for one in codes]
