"""What the decision needs to know about a record without opening it again: its kind, codes and labels.

Decided once, at import, and stored beside the record. The shape is that of one entry of `items` in a
consent case. Labels come from `meta.security` (HL7 v3 Confidentiality and ActCode); what is not labelled
stays unlabelled, and a label that cannot be read (another system, no code) counts as very restricted.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Any

import msgspec

from exchange.records.references import Path, Target, each_of, paths, target_of, values_at

CONFIDENTIALITY = "ULMNRV"  # from unrestricted to very restricted
_CONFIDENTIALITY_SYSTEMS = frozenset(
    (
        "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
        "http://hl7.org/fhir/v3/Confidentiality",
        "urn:oid:2.16.840.1.113883.5.25",
    )
)
_SENSITIVITY_SYSTEMS = frozenset(
    (
        "http://terminology.hl7.org/CodeSystem/v3-ActCode",
        "http://hl7.org/fhir/v3/ActCode",
        "urn:oid:2.16.840.1.113883.5.4",
    )
)

# These label something else: why it may be used, how far it can be trusted.
_OTHER_SYSTEMS = frozenset(
    (
        "http://terminology.hl7.org/CodeSystem/v3-ActReason",
        "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    )
)

# Elements that say what the record is; a rule on one of their codes is a rule on the record.
_CONCEPTS = paths("code type category vaccineCode medicationCodeableConcept component.code")
# Who answers for the content, most telling element first (FHIR W5: author, then actor).
_AUTHORS = paths(
    "author recorder requester asserter performer.actor performer informationSource source enterer sender"
    " provider agent.who participant.individual interpreter"
)
# When it was written down or, failing that, when it happened; the first that is there counts.
_DATES = paths(
    "authoredOn recordedDate authored dateAsserted dateRecorded effectiveDateTime effectiveInstant"
    " effectivePeriod.start performedDateTime performedPeriod.start occurrenceDateTime occurrencePeriod.start"
    " started whenHandedOver whenPrepared date sent created issued recorded statusDate period.start start"
    " onsetDateTime onsetPeriod.start"
)
_ENCOUNTERS = paths("encounter context context.encounter item.encounter")
_DRUGS = paths("medicationReference")
_LABELS = paths("meta.security")
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII)


class ItemFacts(msgspec.Struct, frozen=True, array_like=True):
    """One record as the decision sees it.

    `sensitivity` is None where the record carries no label at all and () where it is labelled "none".
    `drug` is the Medication it points at, whose codes the store adds to `codes` when the facts are read.
    """

    ref: str
    class_: str
    codes: tuple[str, ...] = ()
    confidentiality: str | None = None
    sensitivity: tuple[str, ...] | None = None
    author: str | None = None
    authored_on: str | None = None
    encounter: str | None = None
    drug: str | None = None

    def as_item(self) -> dict[str, object]:
        """The entry of `items` in a consent case; what is not known is left out."""
        item: dict[str, object] = {"ref": self.ref, "class": self.class_, "code": list(self.codes)}
        known = {
            "confidentiality": self.confidentiality,
            "sensitivity": None if self.sensitivity is None else list(self.sensitivity),
            "author": self.author,
            "authoredOn": self.authored_on,
            "encounter": self.encounter,
        }
        return item | {name: value for name, value in known.items() if value is not None}


def describe(
    resource: Mapping[str, Any], person: Callable[[Target], str] = attrgetter("reference")
) -> ItemFacts:
    """The facts of `resource`; `person` writes down who is meant, also where only a number says so."""
    kind = str(resource.get("resourceType"))
    reference = f"{kind}/{resource.get('id')}"
    confidentiality, sensitivity = _labels(resource)
    author = _author(resource)
    return ItemFacts(
        ref=reference,
        class_=kind,
        codes=tuple(dict.fromkeys(_codes(resource))),
        confidentiality=confidentiality,
        sensitivity=sensitivity,
        author=(person(author) or None) if author else None,
        authored_on=_date(resource),
        encounter=reference if kind == "Encounter" else _pointed(resource, _ENCOUNTERS, "Encounter"),
        drug=_pointed(resource, _DRUGS, "Medication"),
    )


def _author(resource: Mapping[str, Any]) -> Target | None:
    """Who answers for the content, as far as it is said in a way that can be followed."""
    for value in each_of(resource, _AUTHORS):
        if target := target_of(value, otherwise="Practitioner"):
            return target
    return None


def _labels(resource: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...] | None]:
    levels: list[str] = []
    topics: list[str] = []
    for label in each_of(resource, _LABELS):
        system, code = _coding(label)
        if system in _OTHER_SYSTEMS:
            continue
        if system in _SENSITIVITY_SYSTEMS and code:
            topics.append(code)
        else:
            is_level = system in _CONFIDENTIALITY_SYSTEMS and code in tuple(CONFIDENTIALITY)
            levels.append(code if is_level else CONFIDENTIALITY[-1])
    if not levels and not topics:
        return None, None
    strictest = max(levels, key=CONFIDENTIALITY.index) if levels else None
    return strictest, tuple(dict.fromkeys(topics))


def _codes(resource: Mapping[str, Any]) -> Iterator[str]:
    for concept in each_of(resource, _CONCEPTS):
        yield from _codings(concept, "coding")
    yield from _codings(resource, "class")  # Encounter.class is one Coding
    for inner in each_of(resource, (("contained",),)):
        if isinstance(inner, dict) and inner.get("resourceType") == "Medication":
            for concept in values_at(inner, ("code",)):
                yield from _codings(concept, "coding")


def _codings(concept: object, element: str) -> Iterator[str]:
    for coding in values_at(concept, (element,)) if isinstance(concept, dict) else ():
        system, code = _coding(coding)
        if code:
            yield f"{system}|{code}"


def _coding(coding: object) -> tuple[str, str]:
    """System and code; empty where one is not there or is no text."""
    if not isinstance(coding, dict):
        return "", ""
    system, code = coding.get("system"), coding.get("code")
    return system if isinstance(system, str) else "", code if isinstance(code, str) else ""


def _date(resource: Mapping[str, Any]) -> str | None:
    """The first date there is; text that is no FHIR date counts as none."""
    found = (
        value for value in each_of(resource, _DATES) if isinstance(value, str) and _DATE.fullmatch(value)
    )
    return next(found, None)


def _pointed(resource: Mapping[str, Any], elements: tuple[Path, ...], kind: str) -> str | None:
    """`kind/id` of the first `kind` that one of the elements points at by id."""
    for value in each_of(resource, elements):
        target = target_of(value, otherwise=kind)
        if target and target.type == kind and target.id:
            return target.reference
    return None
