"""What an emergency needs at one glance, first: who it is, allergies, current medicines, problems, devices, results.

The order of the International Patient Summary (ISO 27269, HL7 IPS) where whoever opens the record has no time to look
for anything. Nothing is left out; what is over stands behind what is current, and what was never true stands last.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from exchange.records.labels import describe
from exchange.records.references import Path, each_of, paths

# FHIR class -> its place, and the words for what stands there.
_PLACES: Mapping[str, int] = {
    "Patient": 0,
    "AllergyIntolerance": 1,
    "MedicationRequest": 2,
    "MedicationStatement": 2,
    "MedicationAdministration": 2,
    "Condition": 3,
    "Device": 4,
    "DeviceUseStatement": 4,
    "Observation": 5,
    "DiagnosticReport": 5,
    "ImagingStudy": 5,
    "Procedure": 6,
    "Immunization": 7,
}
_REST, _OVER, _UNTRUE = 8, 9, 10
_SECTIONS: Mapping[int, tuple[str, str, str]] = {
    1: ("allergies", "allergies", "过敏"),
    2: ("medicines", "current medicines", "当前用药"),
    3: ("problems", "current problems", "当前诊断"),
    4: ("devices", "devices", "器械"),
    5: ("results", "results", "检查检验"),
}
# Of an order, and of the clinical status of a problem or an allergy. What is not said counts as current.
_STATUS = paths("clinicalStatus.coding.code status")
_CURRENT = frozenset(("active", "on-hold", "unknown", "in-progress", "intended", "recurrence", "relapse"))
# Of whether it is so at all: an allergy that was ruled out, a result filed with the wrong patient.
_STANDS = paths("verificationStatus.coding.code status")
_WRONG = frozenset(("entered-in-error", "refuted"))


@dataclass(frozen=True, slots=True)
class Section:
    """How many there are of one part of the summary."""

    name: str
    en: str
    zh: str
    count: int


def in_order(resources: Iterable[bytes]) -> list[bytes]:
    """The same FHIR resources, JSON as it came: what an emergency needs first, and of each part the newest first.

    By the dates as they are written; within a day, times of other time zones are not weighed against each other.
    """
    read = [(orjson.loads(one), one) for one in resources]
    newest = sorted(read, key=lambda pair: describe(pair[0]).authored_on or "", reverse=True)
    return [body for _, body in sorted(newest, key=lambda pair: _place(pair[0]))]


def summary(bundle: bytes) -> tuple[Section, ...]:
    """How much of each part a Bundle begins with: allergies, medicines, problems, devices, results; 0 is told too."""
    found = Counter(_place(one["resource"]) for one in orjson.loads(bundle).get("entry", ()))
    return tuple(Section(*words, found[place]) for place, words in _SECTIONS.items())


def _place(resource: Mapping[str, Any]) -> int:
    place = _PLACES.get(str(resource.get("resourceType")), _REST)
    if not _WRONG.isdisjoint(_said(resource, _STANDS)):
        return _UNTRUE
    # One of several codes may be the house's own, which nobody here can read.
    said = _said(resource, _STATUS)
    return _OVER if 1 <= place <= 3 and said and _CURRENT.isdisjoint(said) else place


def _said(resource: Mapping[str, Any], elements: tuple[Path, ...]) -> frozenset[str]:
    return frozenset(value for value in each_of(resource, elements) if isinstance(value, str) and value)
