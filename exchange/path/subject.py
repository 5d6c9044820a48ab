"""What the decision needs to know about the patient: who keeps the record, born when, still alive."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from exchange.directory import Directory, NotInDirectory, Organisation, contains
from exchange.records import Store, UnknownRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The patient of a request. Dates are FHIR dates as recorded, empty where not known.

    `custodian` is the organisation that manages the record (Patient.managingOrganization): its own staff treat
    this patient, everybody else is a third party. The asker cannot choose it (docs/adr/0011).
    """

    id: str
    custodian: Organisation
    born: str = ""
    died: str = ""

    def as_case(self) -> dict[str, str]:
        """The `patient` of a consent case."""
        known = {"reference": f"Patient/{self.id}", "birthDate": self.born, "deceasedDate": self.died}
        return {name: value for name, value in known.items() if value}


def subject_of(store: Store, patient: str, directory: Directory, own: Organisation) -> Subject:
    """The patient with this id; kept by `own` where the record names no organisation of this node's region.

    A patient's record may name a hospital elsewhere. What is held here is not that hospital's: were it the
    custodian, its staff would need no consent for it.
    """
    person = _person(store, patient)
    died = person.get("deceasedDateTime", "")
    return Subject(
        id=patient,
        custodian=_custodian(person, directory, own.region) or own,
        born=str(person.get("birthDate", "")),
        died=str(died)[:10] if died else "",
    )


def _person(store: Store, patient: str) -> Mapping[str, Any]:
    """The Patient resource; empty for somebody who is only known because records are about them."""
    try:
        person: Mapping[str, Any] = orjson.loads(store.get("Patient", patient).body)
    except UnknownRecord:
        return {}
    return person


def _custodian(person: Mapping[str, Any], directory: Directory, region: str) -> Organisation | None:
    manager = person.get("managingOrganization")
    reference = manager.get("reference", "") if isinstance(manager, Mapping) else ""
    try:
        named = directory.organisation(str(reference).removeprefix("Organization/"))
    except NotInDirectory:
        return None
    return named if contains(region, named.region) else None
