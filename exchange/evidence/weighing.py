"""Does what the asker names hold? Looked up by the node that has the record, at the moment it decides.

Nobody's word counts, not even another node's (docs/adr/0017): a case must be in the records here and name the
asker's organisation; a contract, the asker's team; a code must have been given out here; a document lies here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

import orjson

from consent import PatientKey
from exchange.errors import CannotWrite
from exchange.evidence import codes
from exchange.evidence.cases import CASES, VISITS, is_open_case
from exchange.evidence.contracts import SIGNING_ROLES, Contracts
from exchange.evidence.papers import BadOrders
from exchange.evidence.parties import Parties
from exchange.instants import CHINA
from exchange.path.office import Office
from exchange.path.request import BasedOn, Request
from exchange.path.subject import Subject
from ledger import Change
from ledger.errors import CannotAppend

KEY_USE = "health codes"


def weighed(request: Request, office: Office, *, subject: Subject, keys: PatientKey) -> Request:
    """`request` with its evidence looked up; where a family doctor names none, with a contract in force.

    What another node said about it is not looked at. An emergency has its own ground: what does not hold, or cannot
    be looked up, is set aside, and a code is not used up by it. Otherwise raises BadOrders, CannotAppend, CannotWrite.
    """
    claim = request.based_on
    # The ledger's time never goes back. If the clock does, what was over is over.
    look = _Look(request, office, subject, keys, max(office.clock(), office.log.time))
    if claim is None:
        return replace(request, based_on=look.contract_in_force())
    if claim.kind == "code":
        # Perhaps there is no ledger today in which a code could be marked as used.
        return replace(request, based_on=None if request.is_emergency else look.code(claim))
    try:
        found = _LOOKS.get(claim.kind, _Look.nothing)(look, claim)
    except (BadOrders, CannotAppend, CannotWrite):
        if not request.is_emergency:
            raise
        return replace(request, based_on=None)
    return replace(request, based_on=found if found.open or not request.is_emergency else None)


def code_used(request: Request) -> tuple[Change, ...]:
    """What goes with the intent of a weighed request: the code it rests on, if it does, is used."""
    ground = request.based_on
    return (codes.using(ground.id),) if ground and ground.kind == "code" and ground.open else ()


def code_missed(request: Request) -> Change | None:
    """What goes with the refusal of a weighed request: a wrong code is counted."""
    ground = request.based_on
    return codes.missing(ground.door) if ground and ground.door and request.rests_on_nothing else None


@dataclass(frozen=True, slots=True)
class _Look:
    """One look into records and documents, for one asker at one moment."""

    request: Request
    office: Office
    subject: Subject
    keys: PatientKey
    at: datetime

    def code(self, claim: BasedOn) -> BasedOn:
        """The code behind a token, as this node keeps codes."""
        request, key = self.request, self.office.master.for_use(KEY_USE)
        patient, organisation = self.keys.pseudonym, request.actor.organisation.id
        kept = codes.kept_as(
            key, patient=patient, organisation=organisation, purpose=request.purpose, token=claim.id
        )
        door = codes.door_of(key, patient=patient, organisation=organisation)
        is_open = codes.is_live(self.office.log, kept, self.office.clock())
        return BasedOn(kind="code", id=kept, open=is_open, door=door)

    def nothing(self, claim: BasedOn) -> BasedOn:
        return replace(claim, open=False)

    def case(self, claim: BasedOn) -> BasedOn:
        types = VISITS if claim.kind == "visit" else (CASES[claim.kind],)
        about = self.office.records.of_patient(self.subject.id, types)
        is_open = any(
            is_open_case(claim.kind, orjson.loads(one.body), self.request.actor, self._parties(), self.at)
            for one in about
            if one.id == claim.id
        )
        return replace(claim, open=is_open)

    def contract(self, claim: BasedOn) -> BasedOn:
        return replace(claim, open=self._contracts().is_open(claim.id, self.request.actor, self.at))

    def contract_in_force(self) -> BasedOn | None:
        """The contract a family doctor need not name; None for everybody else."""
        if self.request.actor.role not in SIGNING_ROLES or not self.keys.pseudonym:
            return None
        found = self._contracts().open_for(self.request.actor, self.at)
        return BasedOn(kind="contract", id=found, open=True) if found else None

    def order(self, claim: BasedOn) -> BasedOn:
        papers = self.office.papers()
        is_open = papers.order_holds(
            claim.id,
            authority=self.request.actor.organisation.id,
            purpose=self.request.purpose,
            today=self._today,
        )
        return replace(claim, open=is_open, paper=papers.told("order", claim.id))

    def agreement(self, claim: BasedOn) -> BasedOn:
        papers = self.office.papers()
        is_open = papers.agreement_holds(
            claim.id,
            controller=self.subject.custodian.id,
            processor=self.request.actor.organisation.id,
            purpose=self.request.purpose,
            today=self._today,
        )
        return replace(claim, open=is_open, paper=papers.told("agreement", claim.id))

    @property
    def _today(self) -> date:
        return self.at.astimezone(CHINA).date()

    def _contracts(self) -> Contracts:
        return Contracts(self.office.records, self.subject.id, self._parties())

    def _parties(self) -> Parties:
        return Parties(self.office.records, self.office.directory, self.office.desk.node, self.at)


_LOOKS: Mapping[str, Callable[[_Look, BasedOn], BasedOn]] = {
    "referral": _Look.case,
    "consultation": _Look.case,
    "visit": _Look.case,
    "contract": _Look.contract,
    "order": _Look.order,
    "agreement": _Look.agreement,
}
