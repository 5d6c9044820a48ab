"""Who of a region's own people is a patient here, and whose record here is a relative's.

Compared are national numbers (identity card, health card) and telephone numbers, nothing else: no names, no addresses.
What is on no record is not known: a relative without a RelatedPerson and without a telephone number stays unseen.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson

from exchange.audit.anomalies.known import CONTACT, RELATIVE
from exchange.directory import Person
from exchange.errors import UnknownPatient
from exchange.records import AmbiguousPatient, Store, UnknownRecord
from exchange.records.identifiers import BARE_SYSTEMS, normalise

_NO_DIGIT = re.compile(r"\D+")
# Of a mainland mobile number, and of a landline with its area; what is in front of them is the country's 86.
_PHONE_DIGITS = 11
# Shorter ones are extensions and emergency numbers.
_LEAST_DIGITS = 7
Resource = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The numbers of one patient and, as their record has them, of those who belong to them."""

    numbers: frozenset[str]
    phones: frozenset[str]
    relatives: frozenset[str]
    contacts: frozenset[str]


def card_of(store: Store, patient: str) -> Card:
    """The card of the patient with this id: Patient, its contacts, and RelatedPerson."""
    person = _record(store, "Patient", patient)
    related = [orjson.loads(one.body) for one in store.of_patient(patient, ("RelatedPerson",))]
    contacts = [*_listed(person.get("contact")), *related]
    return Card(
        numbers=frozenset(_numbers(person)),
        phones=frozenset(_phones(person)),
        relatives=frozenset(number for one in related for number in _numbers(one)),
        contacts=frozenset(phone for one in contacts for phone in _phones(one)),
    )


def kinship(one: Card, other: Card) -> str | None:
    """RELATIVE where one is on the other's record by number, CONTACT by telephone; None where neither is.

    Two who only name the same third person are not compared: half a village may name its doctor.
    """
    if one.numbers & other.relatives or other.numbers & one.relatives:
        return RELATIVE
    if one.phones & other.contacts or other.phones & one.contacts:
        return CONTACT
    return None


def own_patient(store: Store, person: Person) -> str | None:
    """The id of the record this person has here as a patient; None where nobody knows one.

    As the registry says (`patient`), else by a national number of the Practitioner of the same id.
    """
    named = [person.patient] if person.patient else []
    for text in (*named, *sorted(_numbers(_record(store, "Practitioner", person.id)))):
        with suppress(UnknownPatient, AmbiguousPatient):
            return store.patient(text)
    return None


def _record(store: Store, kind: str, name: str) -> Resource:
    try:
        found: Resource = orjson.loads(store.get(kind, name).body)
    except UnknownRecord:
        return {}
    return found


def _numbers(resource: Resource) -> Iterator[str]:
    for one in _listed(resource.get("identifier")):
        system, value = normalise(str(one.get("system", "")), str(one.get("value", "")))
        # The number of a chart is somebody else's in the next hospital.
        if system in BARE_SYSTEMS and value:
            yield f"{system}|{value}"


def _phones(resource: Resource) -> Iterator[str]:
    for one in _listed(resource.get("telecom")):
        digits = _NO_DIGIT.sub("", str(one.get("value", "")))
        if one.get("system") == "phone" and len(digits) >= _LEAST_DIGITS:
            yield digits[-_PHONE_DIGITS:]


def _listed(value: object) -> Iterable[Resource]:
    return (one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else ()
