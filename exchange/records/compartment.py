"""Whose record a resource is part of.

The table is the Patient compartment of FHIR R4 (compartmentdefinition-patient, 4.0.1) with two changes,
both so that nothing leaves under the wrong person's consent:

- only elements that say whom a resource is *about* are listed. The official table also counts whoever
  acts in it (author, performer, recipient, payee, policy holder): a mother who answers a questionnaire
  about her child would then pull the child's record into hers;
- a few elements the official table forgets are added (marked +), or those records would look like nobody's.

A resource about nobody is either shared (an organisation, a drug) or held back: SHARED is a closed list,
and what is not on it is never released. A resource about two patients is released under neither alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exchange.records.references import Path, Target, target_of, values_at

_BY_ELEMENT: dict[str, str] = {
    "patient": """
        AllergyIntolerance BodyStructure Claim ClaimResponse Consent CoverageEligibilityRequest
        CoverageEligibilityResponse DetectedIssue EpisodeOfCare ExplanationOfBenefit FamilyMemberHistory
        Immunization ImmunizationEvaluation ImmunizationRecommendation MolecularSequence NutritionOrder
        RelatedPerson SupplyDelivery VisionPrescription
        Device
        """,  # + Device
    "subject": """
        Account AdverseEvent Basic CarePlan CareTeam ChargeItem ClinicalImpression Communication
        CommunicationRequest Composition Condition DeviceRequest DeviceUseStatement DiagnosticReport
        DocumentManifest DocumentReference Encounter Flag Goal ImagingStudy Invoice List MeasureReport Media
        MedicationAdministration MedicationDispense MedicationRequest MedicationStatement Observation
        Procedure QuestionnaireResponse RequestGroup RiskAssessment ServiceRequest Specimen
        Contract GuidanceResponse
        """,  # + Contract, GuidanceResponse
    "actor": "AppointmentResponse Schedule",
    "participant.actor": "Appointment",
    "entity.what": "AuditEvent",
    "beneficiary": "Coverage",
    "candidate": "EnrollmentRequest",
    "member.entity": "Group",
    "link.target": "Person",
    "target": "Provenance VerificationResult",  # + VerificationResult
    "individual": "ResearchSubject",
    "deliverTo": "SupplyRequest",
    "for": "Task",
    "securityContext": "Binary",  # +
}
ABOUT: dict[str, Path] = {
    kind: tuple(element.split(".")) for element, kinds in _BY_ELEMENT.items() for kind in kinds.split()
}

_SHARED_NAMES = """
    CodeSystem ConceptMap Device DeviceDefinition Endpoint HealthcareService InsurancePlan Location
    Medication MedicationKnowledge NamingSystem Organization OrganizationAffiliation PlanDefinition
    Practitioner PractitionerRole Questionnaire ResearchStudy StructureDefinition Substance ValueSet
"""
SHARED = frozenset(_SHARED_NAMES.split())


@dataclass(frozen=True, slots=True)
class Belonging:
    """The patients a resource is about. `shared`: it is about nobody and may accompany any record."""

    about: tuple[Target, ...]
    shared: bool


def belonging(resource: Mapping[str, Any]) -> Belonging:
    """Whose record `resource` is part of; an element that is there but cannot be followed is never shared."""
    kind = str(resource.get("resourceType"))
    if kind == "Patient":
        return Belonging((Target("Patient", id=str(resource.get("id"))),), shared=False)
    if kind == "PractitionerRole":
        return Belonging(_targets(resource, ("practitioner",), "Practitioner"), shared=True)
    element = ABOUT.get(kind)
    if element is None:
        return Belonging((), shared=kind in SHARED)
    about = _targets(resource, element, "Patient")
    return Belonging(about, shared=kind in SHARED and not about)


def _targets(resource: Mapping[str, Any], element: Path, kind: str) -> tuple[Target, ...]:
    """Those of type `kind`. Whoever cannot be followed counts as one more, unknown: `Target(kind)`."""
    pointed = (target_of(value, otherwise=kind) or Target(kind) for value in values_at(resource, element))
    return tuple(dict.fromkeys(target for target in pointed if target.type == kind))
