"""Can a machine decide by this consent? Asked at the door, so that nothing gets in that only blocks later."""

from collections.abc import Mapping
from typing import Any

from consent.document import read_document
from consent.errors import ConsentNotComputable
from consent.fhir import Unreadable

# Whether a consent can be computed does not depend on where its dates without an offset are local.
_ANYWHERE = 0


def computable(resource: Mapping[str, Any]) -> str | None:
    """Why no decision can rest on this consent, naming the element; None when one can.

    >>> computable({"resourceType": "Consent"})
    'Consent.status is missing'
    """
    problem = problem_of(resource)
    return f"{problem.place} {problem.en}" if problem else None


def require_computable(resource: Mapping[str, Any]) -> None:
    """Return if a decision can rest on this consent. Raises ConsentNotComputable."""
    if problem := problem_of(resource):
        raise ConsentNotComputable(problem.place, problem.en, problem.zh)


def problem_of(resource: Mapping[str, Any]) -> Unreadable | None:
    """The same, in both languages."""
    if resource.get("resourceType") != "Consent":
        return Unreadable("resourceType", "is not Consent", "不是 Consent")
    patient = resource.get("patient")
    problem = read_document(resource, _ANYWHERE).problem
    if problem is None and not (isinstance(patient, Mapping) and patient.get("reference")):
        return Unreadable("Consent.patient.reference", "is missing", "缺失")
    return problem
