"""The small pieces FHIR resources are made of: codes, quantities, references, instants."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from exchange.instants import CHINA
from exchange.sample.dice import Dice

Resource = dict[str, Any]

ICD_10 = "http://hl7.org/fhir/sid/icd-10"
ICD_9_CM = "http://hl7.org/fhir/sid/icd-9-cm"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
ATC = "http://www.whocc.no/atc"
CVX = "http://hl7.org/fhir/sid/cvx"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_HL7 = "http://terminology.hl7.org/CodeSystem/"


def concept(system: str, code: str, zh: str) -> Resource:
    """A CodeableConcept with one code and its Chinese name."""
    return {"coding": [{"system": system, "code": code, "display": zh}], "text": zh}


def hl7(system: str, code: str) -> Resource:
    """A CodeableConcept from one of HL7's own code systems."""
    return {"coding": [{"system": _HL7 + system, "code": code}]}


def hl7_coding(system: str, code: str) -> Resource:
    """A Coding from one of HL7's own code systems."""
    return {"system": _HL7 + system, "code": code}


def ref(reference: str) -> Resource:
    """A Reference to `Type/id`."""
    return {"reference": reference}


def quantity(value: float, unit: str) -> Resource:
    """A Quantity in a UCUM unit."""
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def money(yuan: float) -> Resource:
    """An amount of yuan, rounded to the fen."""
    return {"value": round(yuan, 2), "currency": "CNY"}


def stamp(moment: datetime) -> str:
    """An aware moment as a FHIR dateTime, to the second."""
    return moment.isoformat(timespec="seconds")


def period(start: datetime, end: datetime) -> Resource:
    """A Period, both ends included."""
    return {"start": stamp(start), "end": stamp(end)}


def at(day: date, dice: Dice, first_hour: int = 8, last_hour: int = 16) -> datetime:
    """A moment of that day, between the two hours in China."""
    clock = time(dice.number(first_hour, last_hour), dice.number(0, 59), dice.number(0, 59), tzinfo=CHINA)
    return datetime.combine(day, clock)


def minutes(count: int) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)


def present(elements: Mapping[str, Any]) -> Resource:
    """Without the elements that are None: FHIR says nothing where there is nothing to say."""
    return {name: value for name, value in elements.items() if value is not None}
