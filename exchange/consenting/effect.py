"""What a consent does not permit although it names it: said when it is given, and when it is looked at again.

Without its evidence, or without what the law wants asked separately, a consent stands in the register and
permits nothing. Whoever reads it must not be told otherwise by silence.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from consent import StoredConsent, decide, reason_words
from consent.codes import is_a
from exchange.directory import NotInDirectory
from exchange.node.node import Node
from exchange.path.agreeing import all_known_at, case_of
from exchange.path.request import Actor, Request
from exchange.path.subject import subject_of


def shortfalls(node: Node, patient: str, stored: StoredConsent) -> tuple[tuple[str, str], ...]:
    """What those named in a consent would be told today under it alone, where that is not yes: (en, zh).

    `patient` is an id. Nothing for a refusal or a consent that is not in force; research is judged by project.
    """
    office, now = node.office, node.clock()
    subject = subject_of(office.records, patient, office.directory, office.own)
    problems: dict[str, tuple[str, str]] = {}
    for actor, purpose in _named(node, stored.resource):
        request = Request(id="", patient=patient, purpose=purpose, actor=actor, asked_at=now)
        case = case_of(request, subject, items=(), at=now, known_at=all_known_at(stored.known, now))
        answer = decide([stored.resource], case, office.consent_config)
        if answer.decision != "permit":
            words = reason_words(answer.reason)
            problems.setdefault(answer.reason, (words.en, words.zh))
    return tuple(problems.values())


def _named(node: Node, resource: Mapping[str, Any]) -> Iterator[tuple[Actor, str]]:
    """Everybody an active permit names, with every purpose it names."""
    rule = resource.get("provision", {})
    if resource.get("status") != "active" or rule.get("type") != "permit":
        return
    purposes = [one["code"] for one in rule.get("purpose", ()) if not is_a(one.get("code", ""), "HRESCH")]
    for one in rule.get("actor", ()):
        if actor := _as_actor(node, str(one.get("reference", {}).get("reference", ""))):
            yield from ((actor, purpose) for purpose in purposes)


def _as_actor(node: Node, reference: str) -> Actor | None:
    """Somebody the consent names, as if they asked; None for whom this node cannot ask in the name of.

    That is a group, whose members ask one by one, and a person of another region, who is in no registry of ours.
    """
    kind, _, name = reference.partition("/")
    try:
        if kind == "Organization":
            role, organisation, own = "physician", node.directory.organisation(name), "Practitioner/somebody"
        elif kind == "Practitioner":
            person = node.directory.person(name)
            role, organisation, own = person.role, node.directory.organisation(person.organisation), reference
        else:
            return None
    except NotInDirectory:
        return None
    groups = node.directory.groups_of(own, organisation.reference)
    return Actor(id=own, role=role, organisation=organisation, groups=groups, vouched_by=node.id)
