"""Questions nobody thought of: rows of the table with some answers exchanged, as Hypothesis likes."""

from collections.abc import Mapping
from types import MappingProxyType

from hypothesis import strategies as st

from tests.policies.asking import CLOSED, EVIDENCE, PROJECT, Question, asked, ended, held
from tests.policies.table import ROWS

NAMES = ("ks-hospital", "sh-hospital", "ks-township")
KINDS = (
    "platform", "hospital", "maternal-child-hospital", "emergency-centre", "community-centre",
    "township-centre", "village-clinic", "cdc", "research-institute", "insurer", "pharmacy",
    "internet-hospital", "supervisor", "diagnostic-centre", "home-nursing", "courier", "processor", "spa",
)  # fmt: skip
ROLES = (
    "physician", "nurse", "emergency-physician", "family-doctor", "pharmacist", "researcher",
    "public-health-officer", "insurance-clerk", "security-officer", "patient", "next-of-kin", "ai-device",
    "kiosk", "radiologist", "ecg-physician", "pathologist", "manager", "data-processor", "courier", "home-nurse", "",
)  # fmt: skip
PURPOSES = (
    "TREAT", "ETREAT", "BTG", "ERTREAT", "COC", "CAREMGT", "POPHLTH", "PATRQT", "FAMRQT", "HPAYMT",
    "CLMATTCH", "PUBHLTH", "HRESCH", "CLINTRCH", "HQUALIMP", "PATSFTY", "HPRGRP", "TRAIN", "PATADMIN",
    "THREAT", "DISASTER", "RECORDMGT", "SYSDEV", "HMARKT", "",
)  # fmt: skip
REGIONS = ("310101", "320583", "320500", "330100", "440400", "110101", "120103", "810000", "650100")
GROUNDS = (
    "CONSENT_PERMIT", "CONSENT_PERMIT_PARTIAL", "SUBJECT_ACCESS", "INTERNAL_CARE", "STATUTORY_DUTY",
    "EMERGENCY_OVERRIDE", "DECEASED_NEXT_OF_KIN", "NO_CONSENT",
)  # fmt: skip
CLASSES = (
    "Condition", "Observation", "MedicationRequest", "Claim", "Appointment", "Patient", "CarePlan", "ImagingStudy",
    "Weather",
)  # fmt: skip
LABELS = ("HIV", "PSY", "ETH", "GDIS", "SEX", "SDV", "X-LOCAL")

# Every answer a field may have, by the names of tests/policies/asking.py.
ANSWERS: Mapping[str, st.SearchStrategy[object]] = MappingProxyType(
    {
        "purpose": st.sampled_from(PURPOSES),
        "action": st.sampled_from(("access", "use", "disclose", "count", "collect")),
        "at": st.sampled_from(("2026-03-02T01:00:00Z", "2026-12-31T16:00:00Z", "2026-12-31T23:59:59+08:00")),
        "classes": st.lists(st.sampled_from(CLASSES), max_size=3),
        "declared": st.booleans(),
        "reason_given": st.booleans(),
        "cross_region": st.booleans(),
        "cross_border": st.booleans(),
        "based_on": st.sampled_from(
            (None, CLOSED, *map(held, EVIDENCE), held("favour"), *map(ended, EVIDENCE))
        ),
        "role": st.sampled_from(ROLES),
        "organisation": st.sampled_from(NAMES),
        "kind": st.sampled_from(KINDS),
        "tier": st.sampled_from(("national", "provincial", "prefecture", "county", "village", "")),
        "region": st.sampled_from(REGIONS),
        "standing": st.sampled_from(("active", "suspended")),
        "relationship": st.sampled_from((None, "patient", "next-of-kin")),
        "on_behalf_of": st.sampled_from((None, "", "dr-1")),
        "on_behalf_of_role": st.sampled_from((None, *ROLES)),
        "custodian": st.sampled_from(NAMES),
        "custodian_region": st.sampled_from(REGIONS),
        "consent": st.sampled_from(("permit", "deny")),
        "ground": st.sampled_from(GROUNDS),
        "confidentiality": st.sampled_from((None, "U", "L", "M", "N", "R", "V", "TOP")),
        "labels": st.lists(st.sampled_from(LABELS), max_size=2),
        "author": st.sampled_from((None, "professional", "patient", "device")),
        "item": st.lists(st.sampled_from(CLASSES), max_size=2),
        "research": st.sampled_from(
            (None, PROJECT, {**PROJECT, "approved": False}, {**PROJECT, "profile": "statistics"})
        ),
    }
)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A question of the right form, most often one a single answer away from a permit."""
    row = draw(st.sampled_from(ROWS))
    names = draw(st.lists(st.sampled_from(sorted(ANSWERS)), max_size=3, unique=True))
    return asked(row.question, **{name: draw(ANSWERS[name]) for name in names})


# Any JSON there is; numbers as large as Python writes them.
JSON: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
