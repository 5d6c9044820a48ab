"""A newborn and the mother share one date shift, or the days between birth and delivery would not agree.

The mother is found through RelatedPerson (HL7 v3 RoleCode MTH, NMTH) by the identity number it carries.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from exchange.errors import UnknownPatient
from exchange.records import AmbiguousPatient, Store

MOTHER = frozenset(("MTH", "NMTH", "GESTM"))


def shift_subject(store: Store, patient: str) -> str:
    """Id of the patient whose date shift applies to `patient`: the mother's where one is known here, else their own."""
    for stored in store.of_patient(patient, ("RelatedPerson",)):
        person = orjson.loads(stored.body)
        if MOTHER.isdisjoint(_codes(person)):
            continue
        for number in _numbers(person):
            try:
                return store.patient(number)
            except (UnknownPatient, AmbiguousPatient):
                continue
    return patient


def _codes(person: Mapping[str, Any]) -> Iterator[str]:
    for concept in person.get("relationship", ()):
        yield from (str(coding.get("code")) for coding in concept.get("coding", ()))


def _numbers(person: Mapping[str, Any]) -> Iterator[str]:
    for one in person.get("identifier", ()):
        if one.get("system") and one.get("value"):
            yield f"{one['system']}|{one['value']}"
