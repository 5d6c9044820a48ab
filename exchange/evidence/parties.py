"""Is the asker one of those a record names? Somebody else's referral opens nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from exchange.directory import Directory, NotInDirectory
from exchange.path.request import Actor
from exchange.records import Store, UnknownRecord
from exchange.records.references import target_of


@dataclass(frozen=True, slots=True)
class Parties:
    """Looks behind a reference in a record: who is it, and where do they work?"""

    records: Store
    directory: Directory

    def name_organisation(self, actor: Actor, references: Iterable[object]) -> bool:
        """Whether one of `references` is the actor's organisation, or somebody who works there."""
        wanted = actor.organisation.reference
        return any(
            wanted == behind or behind == _person_behind(actor)
            for reference in references
            for behind in (*self._of(reference), *self._employers(reference))
        )

    def name_person(self, actor: Actor, references: Iterable[object]) -> bool:
        """Whether one of `references` is the actor in person, or whoever the actor's device acts for."""
        return any(
            behind == _person_behind(actor) for reference in references for behind in self._of(reference)
        )

    def _of(self, reference: object) -> Iterator[str]:
        """The organisations and people a reference stands for; through a PractitionerRole, both of its ends."""
        target = target_of(reference)
        if target is None or not target.id:
            return
        yield target.reference
        if target.type == "PractitionerRole":
            role = self._read(target.type, target.id)
            yield from _addresses(role.get("practitioner"), role.get("organization"))

    def _employers(self, reference: object) -> Iterator[str]:
        """Where a person named in a record works: as the registry says, else as the record of their roles does."""
        target = target_of(reference)
        if target is None or target.type != "Practitioner" or not target.id:
            return
        try:
            yield f"Organization/{self.directory.person(target.id).organisation}"
        except NotInDirectory:
            for stored in self.records.roles_of(target.id):
                yield from _addresses(orjson.loads(stored.body).get("organization"))

    def _read(self, kind: str, key: str) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = orjson.loads(self.records.get(kind, key).body)
        except UnknownRecord:
            return {}
        return found


def _addresses(*references: object) -> Iterator[str]:
    yield from (target.reference for one in references if (target := target_of(one)) and target.id)


def _person_behind(actor: Actor) -> str:
    return f"Practitioner/{actor.on_behalf_of}" if actor.on_behalf_of else actor.reference
