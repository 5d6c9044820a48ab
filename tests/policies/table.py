"""Who asks for what, and what the answer must be: the rules as people would tell them."""

from dataclasses import dataclass, field

from tests.policies.asking import CLOSED, OPEN, PROJECT, Question, asked, ended, held


@dataclass(frozen=True)
class Row:
    """`expected` are the obligations of a permit, or the reasons of a refusal."""

    says: str
    allow: bool
    expected: frozenset[str]
    question: Question = field(repr=False)


def _permit(says: str, obligations: str, /, **changes: object) -> Row:
    return Row(says, allow=True, expected=frozenset(obligations.split()), question=asked(**changes))


def _refuse(says: str, reasons: str, /, **changes: object) -> Row:
    return Row(says, allow=False, expected=frozenset(reasons.split()), question=asked(**changes))


AT_HOME = {"organisation": "ks-hospital", "tier": "county", "region": "320583", "cross_region": False}
IN_JIANGSU = {"organisation": "nj-hospital", "region": "320102"}
TOWNSHIP = {"organisation": "ks-township", "kind": "township-centre", "tier": "county", "region": "320583"}
VILLAGE = {"role": "family-doctor", "kind": "village-clinic", "tier": "village", "region": "320583"}
ONLINE = {"kind": "internet-hospital", "tier": "prefecture", "region": "440400"}
PHARMACY = {"role": "pharmacist", "kind": "pharmacy", "item": ["MedicationRequest"]}
INSURER = {"role": "insurance-clerk", "kind": "insurer", "purpose": "HPAYMT", "item": ["Claim"]}
CDC = {
    "role": "public-health-officer",
    "kind": "cdc",
    "tier": "prefecture",
    "region": "320500",
    "purpose": "PUBHLTH",
    "ground": "STATUTORY_DUTY",
}
ORDERED = {**CDC, "purpose": "THREAT"}
STATISTICS = {
    "role": "public-health-officer",
    "kind": "platform",
    "region": "320500",
    "tier": "prefecture",
    "purpose": "HPRGRP",
    "action": "count",
}
STUDY = {"role": "researcher", "kind": "research-institute", "purpose": "CLINTRCH", "research": PROJECT}
SELF = {
    "role": "patient",
    "kind": "platform",
    "relationship": "patient",
    "purpose": "PATRQT",
    "ground": "SUBJECT_ACCESS",
}
KIN = {"role": "next-of-kin", "kind": "platform", "relationship": "next-of-kin", "purpose": "FAMRQT"}
BREAK_GLASS = {"purpose": "BTG", "declared": True, "reason_given": True, "ground": "EMERGENCY_OVERRIDE"}
DEVICE = {"role": "ai-device", "on_behalf_of": "dr-1", "on_behalf_of_role": "physician"}
KIOSK = {
    **AT_HOME,
    "role": "kiosk",
    "on_behalf_of": "Patient/p-1",
    "on_behalf_of_role": "patient",
    "purpose": "PATRQT",
    "ground": "SUBJECT_ACCESS",
    "based_on": held("code"),
}
FAMILY_DOCTOR = {
    "role": "family-doctor",
    "kind": "community-centre",
    "tier": "county",
    "region": "320583",
    "purpose": "CAREMGT",
}
MANAGER = {**AT_HOME, "role": "manager", "purpose": "HPRGRP", "action": "count"}
PROCESSOR = {
    "role": "data-processor",
    "kind": "processor",
    "purpose": "RECORDMGT",
    "item": ["DocumentReference"],
    "based_on": held("agreement"),
}
COURIER = {"role": "courier", "kind": "courier", "purpose": "PATADMIN", "item": ["Patient"]}
HOME_NURSE = {**COURIER, "role": "home-nurse", "kind": "home-nursing"}
READER = {"kind": "diagnostic-centre", "purpose": "COC", "based_on": held("consultation")}
RADIOLOGIST = {**READER, "role": "radiologist", "item": ["ImagingStudy"]}
QUALITY = {**IN_JIANGSU, "purpose": "HQUALIMP"}
APPOINTMENT = {"role": "nurse", "purpose": "PATADMIN", "item": ["Appointment"]}

CARE = "deidentify:care"
CARE_SEALED = "deidentify:care seal"
PART_SEALED = "deidentify:care minimum-necessary seal"
ECG_ONLY = "only-codes:DiagnosticReport+http://loinc.org|11524-6+Observation+http://loinc.org|11524-6"
COUNTED = "deidentify:statistics minimum-necessary seal small-cell:11"
EMERGENCY = "deidentify:care seal notify-patient review:PT24H time-limit:PT4H"

TREATMENT = (
    _permit("a physician in Shanghai treats a patient of Kunshan who agreed", CARE_SEALED),
    _permit("own staff look at their own patient", CARE, **AT_HOME, ground="INTERNAL_CARE"),
    _permit("own staff through another node", CARE_SEALED, **{**AT_HOME, "cross_region": True}),
    _permit("a partial consent permits what is left", CARE_SEALED, ground="CONSENT_PERMIT_PARTIAL"),
    _permit("use instead of disclosure", CARE_SEALED, action="use"),
    _permit("a nurse treats", CARE_SEALED, role="nurse"),
    _permit("nothing there to hand over", CARE_SEALED, item=[]),
    _refuse("correcting is not a release", "ACTION_UNKNOWN", action="correct"),
    _refuse("collecting is not a release", "ACTION_UNKNOWN", action="collect"),
    _refuse("a purpose nobody knows", "PURPOSE_UNKNOWN", purpose="CURIOSITY"),
    _refuse("a purpose in small letters", "PURPOSE_UNKNOWN", purpose="treat"),
    _refuse("marketing", "PURPOSE_CLOSED", purpose="HMARKT"),
    _refuse("system development", "PURPOSE_CLOSED", purpose="SYSDEV"),
    _refuse("a suspended hospital", "ORGANISATION_NOT_ACTIVE", standing="suspended"),
    _refuse("a standing nobody knows", "ORGANISATION_NOT_ACTIVE", standing="ACTIVE"),
    _refuse("a role nobody knows", "ROLE_UNKNOWN", role="astrologer"),
    _refuse("a kind nobody knows", "KIND_UNKNOWN", kind="spa"),
    _refuse("a tier nobody knows", "TIER_UNKNOWN", tier="township"),
    _refuse("a researcher does not treat", "ROLE_NOT_FOR_PURPOSE", role="researcher"),
    _refuse("no physician works at a pharmacy", "ROLE_NOT_AT_KIND", kind="pharmacy"),
    _refuse("a clerk of an insurer does not treat", "KIND_NOT_FOR_PURPOSE ROLE_NOT_FOR_PURPOSE",
            role="insurance-clerk", kind="insurer"),
    _refuse("a security officer sees no content", "OFFICER_SEES_NO_CONTENT", role="security-officer"),
    _refuse("a supervisor sees no content", "SUPERVISOR_SEES_NO_CONTENT", kind="supervisor"),
    _refuse("an officer of a supervisor sees none either",
            "OFFICER_SEES_NO_CONTENT SUPERVISOR_SEES_NO_CONTENT", role="security-officer", kind="supervisor"),
)  # fmt: skip

CONSENT = (
    _refuse("the patient did not agree", "CONSENT_NOT_PERMITTED", consent="deny", ground="NO_CONSENT"),
    _refuse("a decision that is neither", "CONSENT_NOT_PERMITTED", consent="Permit"),
    _refuse("a ground nobody knows", "CONSENT_GROUND_UNFIT", ground="BECAUSE"),
    _refuse("internal care at another house", "CONSENT_GROUND_UNFIT", ground="INTERNAL_CARE"),
    _refuse("an override without an emergency", "CONSENT_GROUND_UNFIT", ground="EMERGENCY_OVERRIDE"),
    _refuse("a statutory duty to treat", "CONSENT_GROUND_UNFIT", ground="STATUTORY_DUTY"),
    _refuse("self access by a physician", "CONSENT_GROUND_UNFIT", ground="SUBJECT_ACCESS"),
    _refuse("heir's access by a physician", "CONSENT_GROUND_UNFIT", ground="DECEASED_NEXT_OF_KIN"),
)

REGIONS = (
    _permit("a physician of the same prefecture", CARE_SEALED, region="320501", tier="prefecture"),
    _permit("a neighbouring province of the consortium", CARE_SEALED, region="330100"),
    _permit("Tianjin asks Beijing", CARE_SEALED, region="120103", custodian_region="110101"),
    _permit("a hospital in Zhuhai, with consent", CARE_SEALED, region="440400", tier="prefecture"),
    _permit("a county hospital too", CARE_SEALED, region="440402", tier="county"),
    _permit("an internet hospital of the consortium", CARE_SEALED, kind="internet-hospital"),
    _refuse("an internet hospital in Zhuhai", "LICENCE_ENDS_AT_REGION", **ONLINE),
    _permit("it has a referral", CARE_SEALED, **ONLINE, based_on=OPEN),
    _refuse("which has ended", "CASE_NOT_OPEN LICENCE_ENDS_AT_REGION", **ONLINE, based_on=CLOSED),
    _permit("it has the code the patient showed", CARE_SEALED, **ONLINE, based_on=held("code")),
    _refuse("a visit of its own making is no evidence", "LICENCE_ENDS_AT_REGION", **ONLINE, based_on=held("visit")),
    _refuse("a pharmacy in Zhuhai", "LICENCE_ENDS_AT_REGION", **PHARMACY, region="440400"),
    _permit("a township centre at home", CARE_SEALED, **TOWNSHIP, cross_region=False),
    _refuse("a township centre asks another node", "GRASSROOTS_NEEDS_REFERRAL", **TOWNSHIP),
    _permit("a township centre with a referral asks it", CARE_SEALED, **TOWNSHIP, based_on=OPEN),
    _permit("a township centre whose patient is there", CARE_SEALED, **TOWNSHIP, based_on=held("visit")),
    _permit("a township centre that was shown a code", CARE_SEALED, **TOWNSHIP, based_on=held("code")),
    _permit("a township centre under contract", CARE_SEALED, **TOWNSHIP, based_on=held("contract")),
    _refuse("an agreement to process does not treat", "GRASSROOTS_NEEDS_REFERRAL", **TOWNSHIP,
            based_on=held("agreement")),
    _refuse("a village clinic in another prefecture", "GRASSROOTS_NEEDS_REFERRAL",
            **{**VILLAGE, "region": "320102", "cross_region": False}),
    _permit("a village clinic at home", CARE_SEALED, **VILLAGE, cross_region=False),
    _permit("a community centre counts as town", CARE_SEALED, role="family-doctor", kind="community-centre"),
    _refuse("a village-tier hospital", "GRASSROOTS_NEEDS_REFERRAL", tier="village"),
    _refuse("the record would go abroad", "CROSS_BORDER_CLOSED", cross_border=True),
    _refuse("Hong Kong asks its own consortium", "CROSS_BORDER_CLOSED", region="810000",
            custodian_region="440300"),
    _refuse("Hong Kong asks Macao", "CROSS_BORDER_CLOSED", region="810000", custodian_region="820000"),
    _refuse("Macao is asked", "CROSS_BORDER_CLOSED", region="440400", custodian_region="820000"),
)  # fmt: skip

COORDINATION = (
    _permit("a consultation", PART_SEALED, purpose="COC", based_on={**OPEN, "kind": "consultation"}),
    _refuse("coordination without a case", "CASE_NOT_OPEN", purpose="COC"),
    _refuse("coordination with a closed one", "CASE_NOT_OPEN", purpose="COC", based_on=CLOSED),
    _refuse("a case of no known kind", "CASE_NOT_OPEN EVIDENCE_UNKNOWN", purpose="COC",
            based_on={**OPEN, "kind": "favour"}),
    _refuse("nor for treatment", "EVIDENCE_UNKNOWN", based_on={**OPEN, "kind": "favour"}),
    _refuse("kinds are written in small letters", "EVIDENCE_UNKNOWN", based_on={**OPEN, "kind": "Referral"}),
    _refuse("whether or not it is open", "EVIDENCE_UNKNOWN", based_on={**CLOSED, "kind": ""}),
    _refuse("a visit is no case", "CASE_NOT_OPEN", purpose="COC", based_on=held("visit")),
    _refuse("nor is a code", "CASE_NOT_OPEN", purpose="COC", based_on=held("code")),
    _refuse("a closed referral counts against treatment too", "CASE_NOT_OPEN", based_on=CLOSED),
    _refuse("a consultation that is over", "CASE_NOT_OPEN", based_on=ended("consultation")),
    _refuse("a visit that is over", "CASE_NOT_OPEN", based_on=ended("visit")),
    _permit("an open visit", CARE_SEALED, based_on=held("visit")),
    _refuse("a case without a number", "CASE_NOT_OPEN", purpose="COC", based_on={**OPEN, "id": ""}),
    _permit("follow-up inside the province", PART_SEALED, **IN_JIANGSU, purpose="CAREMGT"),
    _permit("follow-up inside the consortium", PART_SEALED, purpose="CAREMGT"),
    _refuse("follow-up from outside it", "OUTSIDE_CONSORTIUM", purpose="CAREMGT", region="440400"),
    _refuse("even with a referral", "OUTSIDE_CONSORTIUM", purpose="POPHLTH", region="440400", based_on=OPEN),
    _permit("a family doctor follows up under contract", PART_SEALED, **FAMILY_DOCTOR, based_on=held("contract")),
    _refuse("a family doctor without contract", "CONTRACT_NOT_OPEN", **FAMILY_DOCTOR),
    _refuse("a contract that has ended", "CONTRACT_NOT_OPEN", **FAMILY_DOCTOR, based_on=ended("contract")),
    _refuse("a referral is no contract", "CONTRACT_NOT_OPEN", **FAMILY_DOCTOR, based_on=OPEN),
    _permit("treatment needs none", CARE_SEALED, **{**FAMILY_DOCTOR, "purpose": "TREAT"}),
    _refuse("an ended one counts against it", "CONTRACT_NOT_OPEN", **{**FAMILY_DOCTOR, "purpose": "TREAT"},
            based_on=ended("contract")),
    _permit("population health is no treatment", PART_SEALED, purpose="POPHLTH"),
    _refuse("an emergency physician does not follow up", "ROLE_NOT_FOR_PURPOSE", purpose="POPHLTH",
            role="emergency-physician"),
    _permit("a patient who shows a code", CARE_SEALED, based_on=held("code")),
    _refuse("a code used before, or expired", "CODE_NOT_VALID", based_on=ended("code")),
    _refuse("a code without a number", "CODE_NOT_VALID", based_on={**held("code"), "id": ""}),
    _permit("an appointment", PART_SEALED, **APPOINTMENT),
    _refuse("an appointment needs no diagnosis", "CLASS_NOT_FOR_PURPOSE",
            **{**APPOINTMENT, "item": ["Condition"]}),
    _refuse("nor is there one to ask for", "CLASS_NOT_FOR_PURPOSE",
            **{**APPOINTMENT, "item": [], "classes": ["Condition"]}),
)  # fmt: skip

ITEMS = (
    _permit("a very restricted item for a physician", CARE_SEALED, confidentiality="V"),
    _refuse("not for a nurse", "CONFIDENTIALITY_ABOVE_ROLE", confidentiality="V", role="nurse"),
    _permit("a restricted one for a nurse", CARE_SEALED, confidentiality="R", role="nurse"),
    _refuse("not for coordination", "CONFIDENTIALITY_ABOVE_PURPOSE", confidentiality="V", purpose="COC",
            based_on=OPEN),
    _refuse("a level nobody knows", "CONFIDENTIALITY_ABOVE_PURPOSE CONFIDENTIALITY_ABOVE_ROLE",
            confidentiality="TOP"),
    _permit("an item without label is normal", CARE_SEALED, confidentiality=None, **DEVICE),
    _permit("HIV for the physician", CARE_SEALED, confidentiality=None, labels=["HIV"]),
    _refuse("without a level HIV is restricted", "CONFIDENTIALITY_ABOVE_ROLE LABEL_NOT_FOR_ROLE",
            confidentiality=None, labels=["HIV"], **DEVICE),
    _refuse("a device sees no labelled item", "LABEL_NOT_FOR_ROLE", labels=["GDIS"], **DEVICE),
    _permit("a device acts for a person", CARE_SEALED, **DEVICE),
    _permit("a device on the platform", CARE_SEALED, **DEVICE, kind="platform"),
    _refuse("a physician on the platform", "ROLE_NOT_AT_KIND", kind="platform"),
    _refuse("a device acts for nobody", "DEVICE_WITHOUT_PERSON", role="ai-device"),
    _refuse("a device acts for an empty name", "DEVICE_WITHOUT_PERSON", role="ai-device", on_behalf_of=""),
    _refuse("for somebody of no known role", "DEVICE_PERSON_UNFIT", **{**DEVICE, "on_behalf_of_role": None}),
    _refuse("for a patient", "DEVICE_PERSON_UNFIT", **{**DEVICE, "on_behalf_of_role": "patient"}),
    _refuse("for another device", "DEVICE_PERSON_UNFIT", **{**DEVICE, "on_behalf_of_role": "ai-device"}),
    _refuse("for a pharmacist it coordinates nothing", "CLASS_NOT_FOR_ROLE DEVICE_PERSON_UNFIT", **{**DEVICE,
            "on_behalf_of_role": "pharmacist"}, purpose="COC", based_on=OPEN),
    _refuse("for a pharmacist it sees no diagnosis", "CLASS_NOT_FOR_ROLE",
            **{**DEVICE, "on_behalf_of_role": "pharmacist"}),
    _permit("for a pharmacist it sees prescriptions", CARE_SEALED,
            **{**DEVICE, "on_behalf_of_role": "pharmacist"}, item=["MedicationRequest"]),
    _permit("remote imaging", PART_SEALED, **RADIOLOGIST),
    _permit("and its report", PART_SEALED, **{**RADIOLOGIST, "item": ["DiagnosticReport"]}),
    _refuse("without a consultation", "CASE_NOT_OPEN", **{**RADIOLOGIST, "based_on": None}),
    _refuse("a radiologist sees no medication", "CLASS_NOT_FOR_ROLE", **{**RADIOLOGIST, "item": ["MedicationRequest"]}),
    _refuse("nor a diagnosis", "CLASS_NOT_FOR_ROLE", **{**RADIOLOGIST, "item": ["Condition"]}),
    _refuse("the centre does not treat", "KIND_NOT_FOR_PURPOSE", **{**RADIOLOGIST, "purpose": "TREAT"}),
    _permit("remote ECG", f"{PART_SEALED} {ECG_ONLY}", **{**READER, "role": "ecg-physician", "item": ["Observation"]}),
    _permit("an ECG read with the help of a device", f"{CARE_SEALED} {ECG_ONLY}",
            **{**DEVICE, "on_behalf_of_role": "ecg-physician"}, item=["Observation"]),
    _refuse("an ECG shows no image", "CLASS_NOT_FOR_ROLE",
            **{**READER, "role": "ecg-physician", "item": ["ImagingStudy"]}),
    _permit("remote pathology", PART_SEALED, **{**READER, "role": "pathologist", "item": ["Specimen"]}),
    _refuse("a slide tells no heart", "CLASS_NOT_FOR_ROLE",
            **{**READER, "role": "pathologist", "item": ["Observation"]}),
    _permit("a courier learns where to", f"{PART_SEALED} only-elements:Patient.address+Patient.telecom", **COURIER),
    _refuse("a courier learns no diagnosis", "CLASS_NOT_FOR_PURPOSE CLASS_NOT_FOR_ROLE",
            **{**COURIER, "item": ["Condition"]}),
    _refuse("a courier learns no appointment", "CLASS_NOT_FOR_ROLE", **{**COURIER, "item": ["Appointment"]}),
    _refuse("a courier does not treat", "KIND_NOT_FOR_PURPOSE ROLE_NOT_FOR_PURPOSE",
            **{**COURIER, "purpose": "TREAT"}),
    _permit("home nursing learns whom to visit",
            f"{PART_SEALED} only-elements:Patient.name+Patient.address+Patient.telecom", **HOME_NURSE),
    _refuse("a home nurse reads no results", "CLASS_NOT_FOR_PURPOSE CLASS_NOT_FOR_ROLE",
            **{**HOME_NURSE, "item": ["Observation"]}),
    _permit("a processor puts text in order", "deidentify:research minimum-necessary seal", **PROCESSOR),
    _refuse("without an agreement", "AGREEMENT_NOT_IN_FORCE", **{**PROCESSOR, "based_on": None}),
    _refuse("when it has ended", "AGREEMENT_NOT_IN_FORCE", **{**PROCESSOR, "based_on": ended("agreement")}),
    _refuse("a processor needs no archive", "DATASET_NOT_FOR_PURPOSE", **{**PROCESSOR, "item": ["CarePlan"]}),
    _refuse("a processor develops no systems", "PURPOSE_CLOSED", **{**PROCESSOR, "purpose": "SYSDEV"}),
    _refuse("nor does research", "ROLE_NOT_FOR_PURPOSE KIND_NOT_FOR_PURPOSE",
            **{**PROCESSOR, "purpose": "HRESCH"}, research=PROJECT),
    _refuse("a platform processes under agreement only", "AGREEMENT_NOT_IN_FORCE",
            **{**PROCESSOR, "kind": "platform", "based_on": None}),
    _permit("and does so with one", "deidentify:research minimum-necessary seal", **{**PROCESSOR, "kind": "platform"}),
    _refuse("a class nobody thought of", "CLASS_UNKNOWN", item=["Weather"]),
    _refuse("one of two is enough", "CLASS_UNKNOWN", item=["Condition", "Weather"]),
    _permit("treatment reads all three databases", CARE_SEALED, item=["Patient", "CarePlan", "Condition"]),
    _refuse("teaching reads no archive", "DATASET_NOT_FOR_PURPOSE", purpose="TRAIN", item=["CarePlan"]),
    _permit("what a monitor measured", PART_SEALED, purpose="CAREMGT", item=["Observation"], author="device"),
    _permit("what the patient wrote down", CARE_SEALED, item=["QuestionnaireResponse"], author="patient"),
    _permit("a pharmacy fills a prescription", CARE_SEALED, **PHARMACY),
    _refuse("a pharmacy reads no diagnosis", "CLASS_NOT_FOR_ROLE", **{**PHARMACY, "item": ["Condition"]}),
    _refuse("whether or not there is one", "CLASS_NOT_FOR_ROLE",
            **{**PHARMACY, "item": [], "classes": ["Condition"]}),
    _permit("of a list it may ask what it may", CARE_SEALED,
            **{**PHARMACY, "classes": ["MedicationRequest", "Condition"]}),
    _refuse("every class of an item counts", "CLASS_NOT_FOR_ROLE",
            **{**PHARMACY, "item": ["MedicationRequest", "Condition"]}),
    _refuse("a pharmacy fills no HIV prescription unseen", "LABEL_NOT_FOR_ROLE",
            **PHARMACY, labels=["HIV"]),
    _refuse("a hospital pharmacist is no physician", "CLASS_NOT_FOR_ROLE", role="pharmacist"),
    _refuse("the emergency centre has no pharmacist", "ROLE_NOT_AT_KIND",
            **{**PHARMACY, "kind": "emergency-centre"}),
)  # fmt: skip

PATIENTS = (
    _permit("a patient reads the own record", CARE_SEALED, **SELF),
    _permit("all of it", CARE_SEALED, **SELF, confidentiality="V", labels=["PSY"]),
    _permit("from anywhere", CARE_SEALED, **SELF, region="650100"),
    _refuse("a patient reads another's", "NOT_THE_PATIENT", **{**SELF, "ground": "CONSENT_PERMIT"}),
    _refuse("who is that patient?", "RELATIONSHIP_NOT_SHOWN", **{**SELF, "relationship": None}),
    _refuse("a patient does not treat", "CONSENT_GROUND_UNFIT ROLE_NOT_FOR_PURPOSE",
            **{**SELF, "purpose": "TREAT", "kind": "hospital"}),
    _refuse("not at the supervisor's", "SUPERVISOR_SEES_NO_CONTENT", **{**SELF, "kind": "supervisor"}),
    _permit("a kiosk shows the own record", CARE, **KIOSK),
    _refuse("not without a code", "CODE_NOT_VALID", **{**KIOSK, "based_on": None}),
    _refuse("not with one used before", "CODE_NOT_VALID", **{**KIOSK, "based_on": ended("code")}),
    _refuse("not for nobody", "DEVICE_WITHOUT_PERSON", **{**KIOSK, "on_behalf_of": None}),
    _refuse("not for a physician", "CONSENT_GROUND_UNFIT DEVICE_PERSON_UNFIT",
            **{**KIOSK, "on_behalf_of_role": "physician"}),
    _refuse("not another's record", "NOT_THE_PATIENT", **{**KIOSK, "ground": "CONSENT_PERMIT"}),
    _refuse("not what is labelled", "LABEL_NOT_FOR_ROLE", **KIOSK, labels=["HIV"]),
    _permit("next of kin with consent", PART_SEALED, **KIN),
    _permit("heirs", PART_SEALED, **KIN, ground="DECEASED_NEXT_OF_KIN"),
    _permit("a holder of a power of attorney", PART_SEALED, **{**KIN, "purpose": "PWATRNY"}),
    _refuse("kin by their own word", "RELATIONSHIP_NOT_SHOWN", **{**KIN, "relationship": "patient"}),
    _permit("kin may know of HIV if the patient says so", PART_SEALED, **KIN, labels=["HIV"]),
    _refuse("never of violence", "LABEL_NOT_FOR_ROLE", **KIN, labels=["HIV", "SDV"]),
    _refuse("nor of the most private", "CONFIDENTIALITY_ABOVE_PURPOSE CONFIDENTIALITY_ABOVE_ROLE",
            **KIN, confidentiality="V"),
)  # fmt: skip

EMERGENCIES = (
    _permit("breaking the glass", EMERGENCY, **BREAK_GLASS),
    _permit("the chest pain centre", EMERGENCY,
            **{**BREAK_GLASS, "role": "emergency-physician", "kind": "emergency-centre"}),
    _permit("the stroke centre", EMERGENCY, **{**BREAK_GLASS, "role": "emergency-physician"}),
    _permit("the trauma centre", EMERGENCY, **{**BREAK_GLASS, "role": "nurse"}),
    _permit("the newborn centre", EMERGENCY,
            **{**BREAK_GLASS, "role": "emergency-physician", "kind": "maternal-child-hospital"}),
    _permit("the maternal centre", EMERGENCY, **{**BREAK_GLASS, "kind": "maternal-child-hospital"}),
    _permit("with a referral that was closed", EMERGENCY, **BREAK_GLASS, based_on=CLOSED),
    _permit("far from home", EMERGENCY, **BREAK_GLASS, region="650100"),
    _permit("in a township centre", EMERGENCY, **{**BREAK_GLASS, **TOWNSHIP}),
    _permit("declared, though the patient had agreed", EMERGENCY,
            **{**BREAK_GLASS, "ground": "CONSENT_PERMIT", "purpose": "ETREAT"}),
    _permit("an emergency by consent alone", CARE_SEALED, purpose="ETREAT"),
    _refuse("without a reason", "BREAK_GLASS_REASON_REQUIRED", **{**BREAK_GLASS, "reason_given": False}),
    _refuse("without saying so", "BREAK_GLASS_NOT_DECLARED", purpose="BTG"),
    _refuse("to treat", "BREAK_GLASS_ONLY_FOR_EMERGENCY", **{**BREAK_GLASS, "purpose": "TREAT"}),
    _refuse("by a family doctor", "BREAK_GLASS_NOT_AUTHORIZED", **BREAK_GLASS, role="family-doctor"),
    _refuse("in a community centre", "BREAK_GLASS_NOT_AUTHORIZED", **BREAK_GLASS, kind="community-centre"),
    _refuse("online", "BREAK_GLASS_NOT_AUTHORIZED KIND_NOT_FOR_PURPOSE", **BREAK_GLASS,
            kind="internet-hospital"),
    _refuse("by consent, online", "KIND_NOT_FOR_PURPOSE", purpose="ETREAT", kind="internet-hospital"),
    _refuse("by a suspended hospital", "ORGANISATION_NOT_ACTIVE", **BREAK_GLASS, standing="suspended"),
    _refuse("across the border", "CROSS_BORDER_CLOSED", **BREAK_GLASS, region="810000"),
    _refuse("when the patient refused even that", "CONSENT_NOT_PERMITTED",
            **{**BREAK_GLASS, "ground": "EMERGENCY_ACCESS_REFUSED"}, consent="deny"),
    _refuse("by an insurer", "BREAK_GLASS_NOT_AUTHORIZED CONSENT_GROUND_UNFIT BREAK_GLASS_ONLY_FOR_EMERGENCY",
            **INSURER, declared=True, reason_given=True, ground="STATUTORY_DUTY"),
)  # fmt: skip

PAYMENT = (
    _permit("an insurer settles a claim", PART_SEALED, **INSURER),
    _permit("wherever treatment was", PART_SEALED, **INSURER, region="440400"),
    _permit("a claim's attachment", PART_SEALED, **{**INSURER, "purpose": "CLMATTCH", "item": ["Procedure"]}),
    _refuse("an insurer sees no wearables", "CLASS_NOT_FOR_PURPOSE", **{**INSURER, "item": ["Observation"]}),
    _refuse("nor a device", "CLASS_NOT_FOR_PURPOSE", **{**INSURER, "item": ["Device"]}),
    _permit("what a clinic wrote", PART_SEALED, **INSURER, author="professional"),
    _refuse("an insurer reads nothing self-reported", "SELF_REPORTED_NOT_FOR_PURPOSE",
            **{**INSURER, "item": ["Condition"]}, author="patient"),
    _refuse("nor what nobody knows who wrote", "SELF_REPORTED_NOT_FOR_PURPOSE", **INSURER, author="ghost"),
    _refuse("nor what a device says", "SELF_REPORTED_NOT_FOR_PURPOSE",
            **{**INSURER, "item": ["Procedure"]}, author="device"),
    _refuse("nor HIV", "LABEL_NOT_FOR_PURPOSE LABEL_NOT_FOR_ROLE", **INSURER, labels=["HIV"]),
    _refuse("nor anything restricted", "CONFIDENTIALITY_ABOVE_PURPOSE CONFIDENTIALITY_ABOVE_ROLE",
            **INSURER, confidentiality="R"),
    _refuse("a physician does not settle", "KIND_NOT_FOR_PURPOSE ROLE_NOT_FOR_PURPOSE",
            purpose="HPAYMT", item=["Claim"]),
    _refuse("a clerk at a hospital", "KIND_NOT_FOR_PURPOSE ROLE_NOT_AT_KIND",
            **{**INSURER, "kind": "hospital"}),
)  # fmt: skip

PUBLIC = (
    _permit("Suzhou's CDC asks Kunshan", PART_SEALED, **CDC),
    _permit("the province's asks too", PART_SEALED, **{**CDC, "region": "320102", "tier": "provincial"}),
    _permit("and the nation's", PART_SEALED, **{**CDC, "region": "110101", "tier": "national"}),
    _refuse("a county's asks its own only", "OUTSIDE_JURISDICTION", **{**CDC, "tier": "county"}),
    _refuse("Shanghai's does not", "OUTSIDE_JURISDICTION", **{**CDC, "region": "310101"}),
    _refuse("a hospital's own CDC", "KIND_NOT_FOR_PURPOSE ROLE_NOT_AT_KIND", **{**CDC, "kind": "hospital"}),
    _permit("with HIV, which it registers", PART_SEALED, **CDC, labels=["HIV"], confidentiality="R"),
    _permit("a platform counts", COUNTED, **STATISTICS),
    _refuse("a community centre does not count the county", "KIND_NOT_FOR_PURPOSE",
            **{**STATISTICS, "kind": "community-centre"}),
    _refuse("it does not read", "AGGREGATES_ONLY", **{**STATISTICS, "action": "disclose"}),
    _refuse("nor use", "AGGREGATES_ONLY", **{**STATISTICS, "action": "use"}),
    _permit("a manager counts in the own house", "deidentify:statistics minimum-necessary small-cell:11", **MANAGER),
    _permit("a manager counts where the law says so", "deidentify:statistics minimum-necessary small-cell:11",
            **MANAGER, ground="STATUTORY_DUTY"),
    _refuse("and reads nobody's record", "AGGREGATES_ONLY", **{**MANAGER, "action": "access"}),
    _refuse("nor counts another house", "OUTSIDE_OWN_HOUSE", **{**MANAGER, "organisation": "ks-township"}),
    _refuse("a manager does not treat", "ROLE_NOT_FOR_PURPOSE", **{**MANAGER, "purpose": "TREAT"}),
    _refuse("nor improve quality", "ROLE_NOT_FOR_PURPOSE", **{**MANAGER, "purpose": "HQUALIMP"}),
    _refuse("a supervisor counts in the ledger", "SUPERVISOR_SEES_NO_CONTENT",
            **{**STATISTICS, "kind": "supervisor"}),
    _permit("a threat to the public, by order", f"{PART_SEALED} notify-patient", **ORDERED, based_on=held("order")),
    _permit("a disaster, by order", f"{PART_SEALED} notify-patient", **{**ORDERED, "purpose": "DISASTER"},
            based_on=held("order")),
    _refuse("a threat without an order", "ORDER_NOT_IN_FORCE", **ORDERED),
    _refuse("an order that has run out", "ORDER_NOT_IN_FORCE", **ORDERED, based_on=ended("order")),
    _refuse("a referral is no order", "ORDER_NOT_IN_FORCE", **ORDERED, based_on=OPEN),
    _refuse("an order ends at the border of the area", "OUTSIDE_JURISDICTION", **{**ORDERED, "region": "330100"},
            based_on=held("order")),
    _permit("routine duties need no order", PART_SEALED, **CDC, based_on=None),
    _refuse("its own area only", "OUTSIDE_JURISDICTION", **{**STATISTICS, "region": "330100"}),
    _refuse("a physician does not count", "ROLE_NOT_AT_KIND ROLE_NOT_FOR_PURPOSE",
            **{**STATISTICS, "role": "physician"}),
)  # fmt: skip

SECONDARY = (
    _permit("an approved project", "deidentify:research minimum-necessary seal", **STUDY),
    _permit("an approved count", "deidentify:statistics minimum-necessary seal",
            **{**STUDY, "research": {**PROJECT, "profile": "statistics"}}),
    _permit("on its last day", "deidentify:research minimum-necessary seal", **STUDY,
            at="2026-12-31T15:59:59Z"),
    _refuse("on the day after, in China", "ETHICS_APPROVAL_ENDED", **STUDY, at="2026-12-31T16:00:00Z"),
    _permit("China's clock says the same", "deidentify:research minimum-necessary seal", **STUDY,
            at="2026-12-31T23:59:59+08:00"),
    _refuse("to the second", "ETHICS_APPROVAL_ENDED", **STUDY, at="2027-01-01T00:00:00+08:00"),
    _refuse("an approval without an end", "ETHICS_APPROVAL_ENDED",
            **{**STUDY, "research": {**PROJECT, "approved_until": None}}),
    _refuse("no approval", "ETHICS_APPROVAL_REQUIRED",
            **{**STUDY, "research": {**PROJECT, "approved": False}}),
    _refuse("no project", "RESEARCH_PROJECT_REQUIRED", **{**STUDY, "research": None}),
    _refuse("with names", "RESEARCH_IDENTIFIED", **{**STUDY, "research": {**PROJECT, "identified": True}}),
    _refuse("by a physician", "ROLE_NOT_FOR_PURPOSE", **{**STUDY, "role": "physician", "kind": "hospital"}),
    _refuse("as quality work", "RESEARCH_UNDER_OTHER_PURPOSE", **QUALITY, research=PROJECT),
    _refuse("as treatment", "RESEARCH_UNDER_OTHER_PURPOSE", research=PROJECT),
    _permit("quality work", "deidentify:research minimum-necessary seal", **QUALITY),
    _refuse("not with HIV", "LABEL_NOT_FOR_PURPOSE", **QUALITY, labels=["HIV"]),
    _refuse("not with a label of one's own", "LABEL_NOT_FOR_PURPOSE", **QUALITY, labels=["X-LOCAL"]),
    _refuse("quality work far away", "OUTSIDE_CONSORTIUM", **{**QUALITY, "region": "650100"}),
    _refuse("not restricted", "CONFIDENTIALITY_ABOVE_PURPOSE", **QUALITY, confidentiality="R"),
    _permit("teaching without names", "deidentify:research minimum-necessary seal", purpose="TRAIN"),
    _refuse("teaching with HIV", "LABEL_NOT_FOR_PURPOSE", purpose="TRAIN", labels=["HIV"]),
    _refuse("students of an insurer", "KIND_NOT_FOR_PURPOSE ROLE_NOT_FOR_PURPOSE",
            **{**INSURER, "purpose": "TRAIN"}),
)  # fmt: skip

ROWS = (
    *TREATMENT, *CONSENT, *REGIONS, *COORDINATION, *ITEMS,
    *PATIENTS, *EMERGENCIES, *PAYMENT, *PUBLIC, *SECONDARY,
)  # fmt: skip
