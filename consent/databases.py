"""The three databases of the national plan, as what a patient may name: population, health archive, medical record.

A consent names kinds of record, so that it means tomorrow what it meant when it was signed; a database is a short way
to say all of its kinds. Which those are is the same as in policies/rego/hutong_data/datasets; a test keeps it so.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

DATABASES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "population": frozenset(("Group Patient Person RelatedPerson").split()),
        "archive": frozenset(
            (
                "AllergyIntolerance AuditEvent Basic CarePlan CareTeam Communication CommunicationRequest "
                "Consent Contract Device DeviceUseStatement EpisodeOfCare FamilyMemberHistory Flag Goal "
                "Immunization ImmunizationEvaluation ImmunizationRecommendation List MeasureReport "
                "NutritionOrder Provenance QuestionnaireResponse ResearchSubject RiskAssessment "
                "SupplyDelivery SupplyRequest VerificationResult"
            ).split()
        ),
        "emr": frozenset(
            (
                "Account AdverseEvent Appointment AppointmentResponse Binary BodyStructure ChargeItem "
                "Claim ClaimResponse ClinicalImpression Composition Condition Coverage "
                "CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue DeviceRequest "
                "DiagnosticReport DocumentManifest DocumentReference Encounter EnrollmentRequest "
                "ExplanationOfBenefit GuidanceResponse ImagingStudy Invoice Media Medication "
                "MedicationAdministration MedicationDispense MedicationRequest MedicationStatement "
                "MolecularSequence Observation PaymentNotice PaymentReconciliation Procedure RequestGroup "
                "Schedule ServiceRequest Slot Specimen Task VisionPrescription"
            ).split()
        ),
    }
)


def classes_of(names: Iterable[str]) -> tuple[str, ...]:
    """The FHIR classes of these databases, in alphabetical order. Raises KeyError for one nobody knows."""
    return tuple(sorted(set().union(*(DATABASES[name] for name in names))))


def whole_databases(classes: Iterable[str]) -> tuple[str, ...]:
    """The databases that are in `classes` with all their kinds.

    >>> whole_databases(("Group", "Patient", "Person", "RelatedPerson", "Condition"))
    ('population',)
    """
    named = set(classes)
    return tuple(name for name, all_of_it in DATABASES.items() if all_of_it <= named)
