"""Invented records for the tests of de-identification. All people, numbers and places of work are made up."""

from datetime import date
from typing import Any

import orjson

from deid import Cleaned, Cleaner, load_rules

KEY = bytes(range(32))
TODAY = date(2026, 11, 24)

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p-1",
    "meta": {"versionId": "3", "lastUpdated": "2026-01-05T08:00:00Z", "source": "https://his.example.org/p-1"},
    "implicitRules": "https://his.example.org/rules",
    "language": "zh-CN",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">欧阳测试</div>'},
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName", "valueString": "司徒"}],
    "identifier": [{"system": "urn:oid:2.16.156.10011.1.3", "value": "110101199002300012"}],
    "active": True,
    "name": [{"family": "欧阳", "given": ["测试"], "text": "欧阳测试"}],
    "telecom": [{"system": "phone", "value": "13800000000"}],
    "gender": "female",
    "birthDate": "1970-03-02",
    "deceasedBoolean": False,
    "address": [
        {
            "text": "江苏省苏州市昆山市某路1号",
            "line": ["某路1号"],
            "city": "苏州市",
            "district": "昆山市",
            "state": "江苏省",
            "postalCode": "215300",
            "country": "CN",
        }
    ],
    "photo": [{"contentType": "image/png", "data": "aGVsbG8="}],
    "generalPractitioner": [{"reference": "Practitioner/d-1", "display": "沈医生"}],
}  # fmt: skip

OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "o-1",
    "status": "final",
    "code": {
        "coding": [{"system": "http://loinc.org", "code": "4548-4", "display": "欧阳测试的糖化血红蛋白"}],
        "text": "HbA1c",
    },
    "subject": {"reference": "Patient/p-1", "display": "欧阳测试"},
    "effectiveDateTime": "2025-03-01T08:15:00+08:00",
    "valueQuantity": {"value": 6.5, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"},
    "note": [{"authorString": "沈医生", "time": "2025-03-01", "text": "患者欧阳测试,电话13800000000,复查。"}],
}


def cleaner(profile: str, **more: Any) -> Cleaner:
    """A cleaner with the key and the day of all these tests."""
    return Cleaner(load_rules(profile), key=KEY, today=TODAY, **more)


def clean(profile: str, resource: dict[str, Any], subject: str = "p-1", **more: Any) -> Any:
    """The cleaned resource, parsed; fails if it was skipped."""
    cleaned = cleaner(profile, **more).clean(orjson.dumps(resource), subject=subject)
    assert cleaned.body is not None, cleaned.skipped
    return orjson.loads(cleaned.body)


def skipped(profile: str, resource: Any, **more: Any) -> str | None:
    """Why the resource was skipped."""
    done: Cleaned = cleaner(profile, **more).clean(orjson.dumps(resource), subject="p-1")
    return done.skipped
