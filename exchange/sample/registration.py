"""Who somebody is, as the hospital's front desk writes it down."""

from datetime import date

from exchange.sample.chart import Chart
from exchange.sample.elements import Resource, hl7, present, ref
from exchange.sample.identity import ARCHIVE, HEALTH_CARD, IDENTITY_CARD, RECORD
from exchange.sample.labels import NORMAL
from exchange.sample.people import Person

# GB/T 2261.2, as HL7 names it.
_MARRIED = {True: "M", False: "S"}


def register(chart: Chart, person: Person, today: date) -> None:
    """The Patient, and for a child the mother as RelatedPerson: she decides for the child."""
    chart.put(person.reference, NORMAL, _patient(person, today))
    if person.mother and person.age(today) < 18:
        chart.add("RelatedPerson", NORMAL, _mother(person, person.mother))


def _patient(person: Person, today: date) -> Resource:
    address = person.address
    status = _MARRIED[person.married] if person.age(today) >= 18 else None
    return {
        "identifier": _identifiers(person),
        "active": True,
        "name": [{"use": "official", "text": person.name.text, "family": person.name.family,
                  "given": [person.name.given]}],
        "telecom": [{"system": "phone", "value": person.phone, "use": "mobile"}],
        "gender": person.sex,
        "birthDate": person.born.isoformat(),
        "address": [
            {
                "use": "home",
                "text": address.text,
                "line": [address.line],
                "city": address.city,
                "district": address.district,
                "state": address.state,
                "postalCode": address.postal,
                "country": "CN",
            }
        ],
        "maritalStatus": hl7("v3-MaritalStatus", status) if status else None,
        "contact": _contact(person),
        "managingOrganization": ref(f"Organization/{person.home}"),
    }  # fmt: skip


def _identifiers(person: Person) -> list[Resource]:
    """Identity number and health card (a newborn has neither), archive number, a record number a hospital."""
    national = ((IDENTITY_CARD, person.identity), (HEALTH_CARD, person.card), (ARCHIVE, person.archive))
    listed: list[Resource] = [
        {"use": "official", "system": system, "value": value} for system, value in national if value
    ]
    for organisation, number in person.records.items():
        assigner = ref(f"Organization/{organisation}")
        listed.append({"use": "usual", "system": RECORD, "value": number, "assigner": assigner})
    return listed


def _contact(person: Person) -> list[Resource] | None:
    called = person.mother or person.contact
    if called is None:
        return None
    kin = "MTH" if called is person.mother else "FAMMEMB"
    return [
        {
            "relationship": [hl7("v3-RoleCode", kin)],
            "name": {"text": called.name.text},
            "telecom": [{"system": "phone", "value": called.phone}],
        }
    ]


def _mother(child: Person, mother: Person) -> Resource:
    return present(
        {
            "identifier": [{"system": IDENTITY_CARD, "value": mother.identity}] if mother.identity else None,
            "active": True,
            "patient": ref(child.reference),
            "relationship": [hl7("v3-RoleCode", "MTH")],
            "name": [{"text": mother.name.text}],
            "telecom": [{"system": "phone", "value": mother.phone}],
            "gender": "female",
        }
    )
