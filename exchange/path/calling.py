"""By which name a consent or a record means whoever asks: an id is a person only together with who says so.

Two regions may use one id for two people, and a node vouches for its own people only (docs/adr/0006). So a person of
another node is called `Practitioner/<node>.<id>`, unless our own registry lists them at their organisation.
"""

from exchange.directory import Directory, NotInDirectory
from exchange.path.request import Actor


def names_of(actor: Actor, *, node: str, directory: Directory) -> tuple[str, ...]:
    """The FHIR reference whoever asks goes by at `node`, whose registry is `directory`.

    Of a person of another node the other name follows, by which somebody may have meant them before or after they
    were listed: it is good for a refusal, never for a permit.
    """
    return _names(actor.reference, actor, node, directory)


def person_called(actor: Actor, *, node: str, directory: Directory) -> str:
    """The reference the person goes by: whom a device acts for, or whoever asks."""
    reference = f"Practitioner/{actor.on_behalf_of}" if actor.on_behalf_of else actor.reference
    return _names(reference, actor, node, directory)[0]


def _names(reference: str, actor: Actor, node: str, directory: Directory) -> tuple[str, ...]:
    if actor.vouched_by == node:
        return (reference,)
    kind, _, name = reference.partition("/")
    # A dot in the node's id is doubled, and no person's id from elsewhere begins with one (federation/entitlement):
    # node "zh" with person "a.b" must not come out as node "zh.a" with person "b".
    qualified = f"{kind}/{actor.vouched_by.replace('.', '..')}.{name}"
    listed = _works_at(name, actor.organisation.id, directory)
    return (reference, qualified) if listed else (qualified, reference)


def _works_at(person: str, organisation: str, directory: Directory) -> bool:
    try:
        return directory.person(person).organisation == organisation
    except NotInDirectory:
        return False
