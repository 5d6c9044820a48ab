"""A question to the decision point: who wants to see whose record, for what. Read strictly.

The shape is the published case format; a field that is not in it is an error (BadCase), never ignored.
Whether enough is said to decide is another matter: `Question.is_complete`.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from consent.codes import EMERGENCY, LEVELS, lineage
from consent.config import Config
from consent.errors import BadCase
from consent.shapes import Actor, Emergency, Patient, Research, SaidItem, SaidRequest
from consent.strict import read
from consent.when import Moment, local, moment, seen_in

# Of an actor whose country is not said (the published case format).
DEFAULT_COUNTRY = "CN"
MECHANISMS = frozenset(("security-assessment", "standard-contract", "certification"))
# The patient's own requests and those of the people who act for the patient are no provision to others.
_FOR_THE_PATIENT = frozenset(("PATRQT", "FAMRQT", "PWATRNY"))


class Item(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing asked for. `sensitivity` is None where nothing is said about it, () where "none" is said."""

    ref: str
    kind: str | None
    codes: frozenset[tuple[str, str]]
    confidentiality: str | None
    sensitivity: tuple[str, ...] | None
    author: str | None
    authored: Moment | None
    encounter: str | None

    @property
    def is_unlabelled(self) -> bool:
        """Whether nobody has said how confidential this is."""
        return self.confidentiality is None and self.sensitivity is None


class Question(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A request with everything worked out that rules ask for again and again.

    A time written in whole seconds means that second to its end, so what was withdrawn within it counts.
    """

    patient: str
    born: Moment | None
    died: Moment | None
    at: datetime
    asked: Moment | None  # `at` as it was written
    hours_east: int
    known_at: datetime
    actor: str
    organisation: str
    parties: Mapping[str, int]  # whom a rule can mean by the requester -> how precisely it then means them
    region: str | None
    country: str
    is_abroad: bool
    is_foreign: bool
    is_next_of_kin: bool
    custodian: str
    is_third_party: bool
    purpose: str
    purposes: frozenset[str]
    action: str | None
    items: tuple[Item, ...]
    is_onward: bool
    mechanism: str
    emergency: Emergency
    legal_basis: str | None
    research: Research

    @property
    def is_complete(self) -> bool:
        """Whether enough is said to decide: who asks, from where, for whose record, for what, and when."""
        return bool(self.patient and self.actor and self.organisation and self.purpose and self.asked)

    @property
    def today(self) -> date:
        """The local day of the question, by its first instant."""
        return seen_in(local(self.hours_east), self.asked.first).date() if self.asked else date.max

    @property
    def is_for_research(self) -> bool:
        return "HRESCH" in self.purposes

    @property
    def is_for_care(self) -> bool:
        return "TREAT" in self.purposes

    @property
    def is_emergency(self) -> bool:
        """A purpose alone is no declaration, and a declaration needs an emergency purpose."""
        return bool(self.emergency.declared) and self.purpose in EMERGENCY

    @property
    def provides_to_others(self) -> bool:
        """Whether the record goes to another organisation on its own account (PIPL 23)."""
        return self.is_third_party and self.purpose not in _FOR_THE_PATIENT


def read_question(request: Mapping[str, Any], config: Config) -> Question:
    """The question in `request`. Raises BadCase for an unknown field, a wrong type, an unreadable date."""
    said = read(request, SaidRequest, "request")
    patient, actor = said.patient or Patient(), said.actor or Actor()
    hours = config.tz_hours
    at = _date(said.at, "request.at", hours)
    known = _date(said.known_at, "request.knownAt", hours) or at
    reference, organisation = _name(actor.reference), _name(actor.organization)
    custodian, purpose = _name(said.custodian), _name(said.purpose)
    moment_asked = at.last if at else datetime.max.replace(tzinfo=UTC)
    country = _name(actor.country) or DEFAULT_COUNTRY
    return Question(
        patient=_name(patient.reference),
        born=_born(patient, hours),
        died=_died(patient, hours),
        at=moment_asked,
        asked=at,
        hours_east=hours,
        known_at=known.last if known else moment_asked,
        actor=reference,
        organisation=organisation,
        parties={**dict.fromkeys(actor.member_of or (), 1), organisation: 2, reference: 3},
        region=_name(actor.region) or None,
        country=country,
        is_abroad=country != config.home_country,
        is_foreign=country != config.home_country or bool(actor.foreign_controlled),
        is_next_of_kin=actor.relationship == "next-of-kin",
        custodian=custodian,
        is_third_party=organisation != custodian,
        purpose=purpose,
        purposes=lineage(purpose),
        action=_name(said.action) or None,
        items=tuple([_item(one, f"request.items[{i}]", hours) for i, one in enumerate(said.items or ())]),
        is_onward=bool(said.onward),
        mechanism=_name(said.cross_border.mechanism) if said.cross_border else "",
        emergency=said.emergency or Emergency(),
        legal_basis=_name(said.legal_basis) or None,
        research=said.research or Research(),
    )


def ask_about(question: Question, patient: Mapping[str, Any], known_at: datetime) -> Question:
    """The same question about this patient (`request.patient` of a case), where all up to `known_at` is known.

    Nothing else of it is read again. Raises BadCase.
    """
    said, hours = read(patient, Patient, "request.patient"), question.hours_east
    return msgspec.structs.replace(
        question,
        patient=_name(said.reference),
        born=_born(said, hours),
        died=_died(said, hours),
        known_at=known_at,
    )


def _born(patient: Patient, hours: int) -> Moment | None:
    return _date(patient.birth_date, "request.patient.birthDate", hours)


def _died(patient: Patient, hours: int) -> Moment | None:
    return _date(patient.deceased_date, "request.patient.deceasedDate", hours)


def _item(said: SaidItem, place: str, hours: int) -> Item:
    if said.confidentiality is not None and said.confidentiality not in tuple(LEVELS):
        raise BadCase(
            f"{place}.confidentiality", f"is none of {' '.join(LEVELS)}", f"应为 {' '.join(LEVELS)} 之一"
        )
    return Item(
        ref=said.ref,
        kind=said.class_,
        codes=frozenset(_coded(text) for text in said.code or ()),
        confidentiality=said.confidentiality,
        sensitivity=None if said.sensitivity is None else tuple(said.sensitivity),
        author=_name(said.author) or None,
        authored=_date(said.authored_on, f"{place}.authoredOn", hours),
        encounter=_name(said.encounter) or None,
    )


def _coded(text: str) -> tuple[str, str]:
    system, _, code = text.rpartition("|")
    return system, code


def _name(text: str | None) -> str:
    return text.strip() if text else ""


def _date(text: str | None, place: str, hours: int) -> Moment | None:
    written = text.strip() if text else ""
    if not written:
        return None
    try:
        return moment(written, hours)
    except ValueError:
        raise BadCase(place, "is not a date or an instant", "不是日期或时刻") from None
