"""Is the asker one of those a record names? Somebody else's referral opens nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from exchange.directory import Directory, NotInDirectory
from exchange.evidence.periods import not_outside
from exchange.path.calling import person_called
from exchange.path.request import Actor
from exchange.records import Store, UnknownRecord
from exchange.records.references import target_of


@dataclass(frozen=True, slots=True)
class Parties:
    """Looks behind a reference in a record: who is it, and where do they work `at` this moment?

    `node` is this one, whose registry is `directory`. A person another node speaks for is meant by a record where the
    registry lists them at their organisation, or where the record calls them `Practitioner/<node>.<id>`.
    """

    records: Store
    directory: Directory
    node: str
    at: datetime

    def name_organisation(self, actor: Actor, references: Iterable[object]) -> bool:
        """Whether one of `references` is the actor's organisation, or somebody who works there."""
        wanted = (actor.organisation.reference, self._person(actor))
        return any(
            behind in wanted
            for reference in references
            for behind in (*self._of(reference), *self._employers(reference))
        )

    def name_person(self, actor: Actor, references: Iterable[object]) -> bool:
        """Whether one of `references` is the actor in person, or whoever the actor's device acts for."""
        wanted = self._person(actor)
        return any(behind == wanted for reference in references for behind in self._of(reference))

    def _person(self, actor: Actor) -> str:
        return person_called(actor, node=self.node, directory=self.directory)

    def _of(self, reference: object) -> Iterator[str]:
        """The organisations and people a reference stands for; through a PractitionerRole, both of its ends."""
        target = target_of(reference)
        if target is None or not target.id:
            return
        yield target.reference
        if target.type == "PractitionerRole":
            role = self._read(target.type, target.id)
            if self._is_held(role):
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
                role = orjson.loads(stored.body)
                if self._is_held(role):
                    yield from _addresses(role.get("organization"))

    def _is_held(self, role: Mapping[str, Any]) -> bool:
        """Whether somebody holds the role now: a doctor who left is not of the hospital any more."""
        return role.get("active", True) is True and not_outside(role, "period", self.at)

    def _read(self, kind: str, key: str) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = orjson.loads(self.records.get(kind, key).body)
        except UnknownRecord:
            return {}
        return found


def _addresses(*references: object) -> Iterator[str]:
    yield from (target.reference for one in references if (target := target_of(one)) and target.id)
