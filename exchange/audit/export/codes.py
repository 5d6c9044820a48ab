"""The code systems of exported events, and the ones of ours."""

from typing import Any

from consent.codes import ACT_REASON, EXTENSION, OWN, PARTICIPATION, RESOURCE_TYPES

Coding = dict[str, str]

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
DCM = "http://dicom.nema.org/resources/ontology/DCM"
BALP = "https://profiles.ihe.net/ITI/BALP"
PROFILE = f"{BALP}/StructureDefinition/IHE.BasicAudit."
AUTHORISATION = f"{BALP}/CodeSystem/AuthZsubType"
REST, INTERACTION = f"{_TERMINOLOGY}/audit-event-type", "http://hl7.org/fhir/restful-interaction"
LIFECYCLE = f"{_TERMINOLOGY}/iso-21089-lifecycle"
ENTITY, OBJECT_ROLE = f"{_TERMINOLOGY}/audit-entity-type", f"{_TERMINOLOGY}/object-role"
SOURCE_TYPE, SECURITY_ROLE = (
    f"{_TERMINOLOGY}/security-source-type",
    f"{_TERMINOLOGY}/extra-security-role-type",
)
ROLE_CLASS, PROVENANCE = f"{_TERMINOLOGY}/v3-RoleClass", f"{_TERMINOLOGY}/provenance-participant-type"

OUR_ENTRY, OUR_ROLE = f"{OWN}/CodeSystem/ledger-entry", f"{OWN}/CodeSystem/role"
LEDGER_ENTRY = f"{EXTENSION}ledger-entry"
# Identifiers of ours: a pseudonym means something at the node that made it, and nowhere else.
NODE_ID, ORGANISATION_ID, POLICY_ID = f"{OWN}/node", f"{OWN}/organization", f"{OWN}/policy-bundle"
CONSENT_ID = f"{OWN}/consent-commitment"

__all__ = [
    "ACT_REASON",
    "AUTHORISATION",
    "CONSENT_ID",
    "DCM",
    "ENTITY",
    "INTERACTION",
    "LEDGER_ENTRY",
    "LIFECYCLE",
    "NODE_ID",
    "OBJECT_ROLE",
    "ORGANISATION_ID",
    "OUR_ENTRY",
    "OUR_ROLE",
    "PARTICIPATION",
    "POLICY_ID",
    "PROFILE",
    "PROVENANCE",
    "RESOURCE_TYPES",
    "REST",
    "ROLE_CLASS",
    "SECURITY_ROLE",
    "SOURCE_TYPE",
    "coding",
    "concept",
    "identified",
    "pseudonyms",
]


def coding(system: str, code: str, display: str = "") -> Coding:
    """A FHIR Coding."""
    return {"system": system, "code": code} | ({"display": display} if display else {})


def concept(system: str, code: str, text: str = "") -> dict[str, Any]:
    """A FHIR CodeableConcept of one code."""
    return {"coding": [coding(system, code)]} | ({"text": text} if text else {})


def identified(system: str, value: str, display: str = "") -> dict[str, Any]:
    """A FHIR Reference by identifier; by name alone where there is no identifier."""
    named: dict[str, Any] = {"display": display} if display else {}
    return {"identifier": {"system": system, "value": value}} | named if value else named


def pseudonyms(node: str, of: str) -> str:
    """The system of the pseudonyms a node gives to `of` (actor, patient)."""
    return f"{NODE_ID}/{node}/{of}-pseudonym"
