"""Which looks for treatment no visit, referral or consultation on record explains.

Looking back, what has been completed since counts as it was, and in doubt for whoever looked: any order that names
their organisation, a visit not long before or after. Of a patient of whom no case is on record nothing is said.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from consent.when import Moment, Period, moment, period
from exchange.audit.details import details_of
from exchange.directory import NotInDirectory
from exchange.evidence.cases import LONGEST_VISIT, listed
from exchange.evidence.parties import Parties
from exchange.evidence.periods import HOURS_EAST
from exchange.path.office import Office
from exchange.path.request import Actor
from ledger import Recorded

PURPOSES = frozenset(("TREAT", "COC"))
CASES = ("Encounter", "Appointment", "ServiceRequest")
# Whoever prepares a visit looks before it, whoever writes the letter or reads the late result, after it.
BEFORE, AFTER = timedelta(days=7), timedelta(days=30)
_NEVER = frozenset("cancelled entered-in-error revoked noshow draft proposed".split())
Resource = Mapping[str, Any]


def caseless(office: Office, looks: Iterable[Recorded]) -> frozenset[str]:
    """The ids of those of `looks` at patients with cases on record, of which none fits. Emergencies need none."""
    desk = _Desk(office)
    return frozenset(
        one.id
        for one in looks
        if one.entry.purpose in PURPOSES and not one.entry.break_glass and desk.is_caseless(one)
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    """Reads each patient's cases once."""

    office: Office
    read: dict[str, list[Resource]] = field(default_factory=dict)

    def is_caseless(self, look: Recorded) -> bool:
        request = details_of(self.office, look).told.get("request")
        if not isinstance(request, Mapping) or request.get("based_on") is not None:
            return False
        actor, cases = self._actor(request.get("actor")), self._cases(str(request.get("patient", "")))
        if actor is None or not cases:
            return False
        parties = Parties(self.office.records, self.office.directory, self.office.desk.node, look.time)
        return not any(
            _fits(one, look.time) and parties.name_organisation(actor, _parties(one)) for one in cases
        )

    def _cases(self, patient: str) -> list[Resource]:
        if patient not in self.read:
            self.read[patient] = [
                orjson.loads(one.body) for one in self.office.records.of_patient(patient, CASES)
            ]
        return self.read[patient]

    def _actor(self, told: object) -> Actor | None:
        """Whoever looked, as it was sealed; None where their organisation has left the registry."""
        if not isinstance(told, Mapping):
            return None
        try:
            house = self.office.directory.organisation(str(told.get("organisation")))
        except NotInDirectory:
            return None
        names = {name: str(told.get(name, "")) for name in ("id", "role", "vouched_by", "on_behalf_of")}
        return Actor(organisation=house, groups=(), **names)


def _parties(case: Resource) -> Iterator[object]:
    """Everybody it names, whatever they do in it."""
    yield case.get("serviceProvider")
    yield case.get("requester")
    yield from listed(case.get("performer"))
    for one in listed(case.get("participant")):
        yield one.get("individual")
        yield one.get("actor")


def _fits(case: Resource, at: datetime) -> bool:
    """Whether it was under way about then. What cannot be read is taken to fit."""
    if case.get("status") in _NEVER:
        return False
    about = Moment(at - AFTER, at + BEFORE)
    try:
        lasted = _lasted(case)
    except ValueError:
        return True
    if lasted.end is None and lasted.start is not None and case.get("resourceType") == "Encounter":
        return lasted.touches(about) and lasted.start.first >= about.first - LONGEST_VISIT
    return lasted.touches(about)


def _lasted(case: Resource) -> Period:
    """From when until when, as it says; open where it does not. Raises ValueError."""
    for name in ("period", "occurrencePeriod"):
        if name in case:
            return period(case[name], HOURS_EAST)
    ends = [moment(str(case[name]), HOURS_EAST) for name in _INSTANTS if name in case]
    return Period(ends[0], ends[-1]) if ends else Period(None, None)


_INSTANTS = ("start", "occurrenceDateTime", "end")
