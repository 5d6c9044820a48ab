"""The family doctor's contract: it opens a record to the team that signed it, and ends on its last day.

FHIR R4 EpisodeOfCare (the contract) and CareTeam (who signed it), as this node holds them.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from exchange.evidence.cases import listed
from exchange.evidence.parties import Parties
from exchange.evidence.periods import not_outside, within
from exchange.path.request import Actor
from exchange.records import Store
from exchange.records.references import target_of

FORMS = ("EpisodeOfCare", "CareTeam")
# Whose contract is looked for where the asker names none: who signs with a patient is known to be on a team.
SIGNING_ROLES = frozenset(("family-doctor",))
Resource = Mapping[str, Any]


class Contracts:
    """The contracts of one patient, asked about one asker at one moment."""

    def __init__(self, store: Store, patient: str, parties: Parties) -> None:
        found = (orjson.loads(one.body) for one in store.of_patient(patient, FORMS))
        self._records: dict[str, Resource] = {f"{one['resourceType']}/{one['id']}": one for one in found}
        self._parties = parties

    def is_open(self, name: str, actor: Actor, at: datetime) -> bool:
        """Whether one of the contracts called `name` is in force at `at` and the actor on its team."""
        return any(
            self._in_force(one, at) and self._parties.name_person(actor, self._team(one, at))
            for one in self._records.values()
            if one["id"] == name
        )

    def open_for(self, actor: Actor, at: datetime) -> str:
        """The id of a contract in force with the actor's team; "" where there is none."""
        names = sorted({str(one["id"]) for one in self._records.values()})
        return next((name for name in names if self.is_open(name, actor, at)), "")

    def _in_force(self, one: Resource, at: datetime) -> bool:
        # A contract is for a time (a year, as a rule): one that names no end is none to rely on.
        lasts = one.get("period")
        has_end = isinstance(lasts, Mapping) and "end" in lasts
        return one.get("status") == "active" and has_end and within(lasts, at)

    def _team(self, one: Resource, at: datetime) -> Iterator[object]:
        """Who signed: the care manager, and the members of the teams it names that are in force themselves."""
        yield one.get("careManager")
        for member in listed(one.get("participant")):
            if not_outside(member, "period", at):
                yield member.get("member")
        for reference in listed(one.get("team")) if one["resourceType"] == "EpisodeOfCare" else ():
            target = target_of(reference)
            team = self._records.get(target.reference) if target else None
            if team is not None and self._in_force(team, at):
                yield from self._team(team, at)
