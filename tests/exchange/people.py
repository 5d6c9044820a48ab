"""Invented people whose records are known to the last label, beside the sample population."""

from collections.abc import Iterator
from typing import Any

from exchange.sample.identity import check_character

Resource = dict[str, Any]

LOINC, ICD_10 = "http://loinc.org", "http://hl7.org/fhir/sid/icd-10"
_V3 = "http://terminology.hl7.org/CodeSystem/v3-"
IDENTITY = "urn:oid:2.16.156.10011.1.3"

AN = "p-an"  # has a bit of everything
BO = "p-bo"  # never said anything
CHILD = "p-child"
LATE = "p-late"  # has died
COHORT = tuple(f"c-{number:02}" for number in range(1, 15))
NAMES = {AN: "欧阳静姝", BO: "司徒博闻", CHILD: "欧阳小满", LATE: "慕容德馨"}
# What AN's record holds, by what it is labelled.
PLAIN = ("Condition/an-e11", "MedicationRequest/an-metformin", "Observation/an-hba1c", "Patient/p-an")
PSYCHIATRIC = ("Condition/an-f32", "Observation/an-phq9")
BOTH = ("Observation/an-both",)  # psychiatric and about a sexually transmitted disease
UNLABELLED = ("Observation/an-unlabelled",)
EVERYTHING = (*PLAIN, *PSYCHIATRIC, *BOTH, *UNLABELLED)


def labelled(level: str, *sensitivities: str) -> Resource:
    """A `meta` with these security labels."""
    codes = [("Confidentiality", level), *(("ActCode", one) for one in sensitivities)]
    return {"security": [{"system": _V3 + system, "code": code} for system, code in codes]}


def identity(born: str, serial: int) -> str:
    """An identity number with the right check digit, of a place there never was."""
    digits = f"328583{born.replace('-', '')}{serial:03}"
    return digits + check_character(digits)


AN_NUMBER = identity("1990-03-07", 1)


def patient(name: str, *, serial: int, born: str = "1990-03-07", **more: object) -> Resource:
    """A woman of Kunshan whose record Kunshan's first hospital keeps; no telephone of that number rings."""
    return {
        "resourceType": "Patient",
        "id": name,
        "meta": labelled("N"),
        "identifier": [{"system": IDENTITY, "value": identity(born, serial)}],
        "name": [{"text": NAMES.get(name, f"队列{name}")}],
        "telecom": [{"system": "phone", "value": f"179{serial:08}"}],
        "gender": "female",
        "birthDate": born,
        "address": [{"state": "江苏省", "city": "苏州市", "district": "昆山市", "line": ["亭林路1号"]}],
        "managingOrganization": {"reference": "Organization/ks-first-hospital"},
        **more,
    }


def condition(name: str, about: str, code: str, meta: Resource | None = None, **more: object) -> Resource:
    """A diagnosis in ICD-10."""
    return {
        "resourceType": "Condition",
        "id": name,
        "meta": labelled("N") if meta is None else meta,
        "clinicalStatus": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}
            ]
        },
        "subject": {"reference": f"Patient/{about}"},
        "code": {"coding": [{"system": ICD_10, "code": code}]},
        "onsetDateTime": "2025-02-03",
        "asserter": {"reference": "Practitioner/ks-dr-001"},
        **more,
    }


def observation(
    name: str, about: str, code: str, value: float, *, on: str = "2026-03-02", meta: Resource | None = None
) -> Resource:
    """A measured value; with `meta={}` nobody has labelled it."""
    return {
        "resourceType": "Observation",
        "id": name,
        "meta": labelled("N") if meta is None else meta,
        "status": "final",
        "subject": {"reference": f"Patient/{about}"},
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "effectiveDateTime": f"{on}T08:30:00+08:00",
        "valueQuantity": {"value": value, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"},
        "performer": [{"reference": "Practitioner/ks-dr-001"}],
    }


def _ans() -> Iterator[Resource]:
    yield patient(AN, serial=1)
    yield condition("an-e11", AN, "E11.9")
    yield observation("an-hba1c", AN, "4548-4", 7.1)
    yield {
        "resourceType": "MedicationRequest",
        "id": "an-metformin",
        "meta": labelled("N"),
        "status": "active",
        "intent": "order",
        "subject": {"reference": f"Patient/{AN}"},
        "medicationCodeableConcept": {
            "coding": [{"system": "http://www.whocc.no/atc", "code": "A10BA02"}],
            "text": "二甲双胍",
        },
        "authoredOn": "2026-03-02",
        "requester": {"reference": "Practitioner/ks-dr-001"},
    }
    yield condition("an-f32", AN, "F32.1", labelled("R", "PSY"))
    yield observation("an-phq9", AN, "44261-6", 14, meta=labelled("R", "PSY"))
    yield observation("an-both", AN, "20507-0", 1, meta=labelled("R", "PSY", "STD"))
    yield observation("an-unlabelled", AN, "718-7", 131, meta={})


def everybody() -> Iterator[Resource]:
    """All of them, AN first."""
    yield from _ans()
    yield patient(BO, serial=2, born="1985-01-01")
    yield condition("bo-e11", BO, "E11.9")
    yield patient(CHILD, serial=3, born="2020-06-01")
    yield condition("child-j00", CHILD, "J00")
    yield patient(LATE, serial=4, born="1940-02-01", deceasedDateTime="2026-06-01")
    yield condition("late-c34", LATE, "C34.9")
    for place, name in enumerate(COHORT):
        born = f"19{60 + place % 3}-0{1 + place % 3}-15"
        yield patient(name, serial=100 + place, born=born)
        yield condition(f"{name}-e11", name, "E11.9", onsetDateTime=f"2024-01-{1 + place:02}")
        yield observation(f"{name}-o1", name, "4548-4", 6 + place / 10, on="2026-01-10")
        yield observation(f"{name}-o2", name, "4548-4", 7 + place / 10, on="2026-04-20")
