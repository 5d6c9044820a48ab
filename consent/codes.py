"""Codes and how they contain one another: purposes, sensitivities, confidentiality, regions.

Sources: HL7 Terminology v3-ActReason, v3-ActCode (InformationSensitivityPolicy), v3-Confidentiality;
GB/T 2260 regions; GA4GH Data Use Ontology. Codes that are not listed stand for themselves alone.
"""

from functools import cache

OWN = "https://consent.example.cn/fhir"
EXTENSION = f"{OWN}/StructureDefinition/"
SEPARATE_CONSENT = f"{OWN}/CodeSystem/separate-consent"

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
ACT_REASON = f"{_TERMINOLOGY}v3-ActReason"
ACT_CODE = f"{_TERMINOLOGY}v3-ActCode"
CONFIDENTIALITY = f"{_TERMINOLOGY}v3-Confidentiality"
PARTICIPATION = f"{_TERMINOLOGY}v3-ParticipationType"
CONSENT_SCOPE = f"{_TERMINOLOGY}consentscope"
CONSENT_ACTION = f"{_TERMINOLOGY}consentaction"
RESOURCE_TYPES = "http://hl7.org/fhir/resource-types"
DUO = "http://purl.obolibrary.org/obo/duo.owl"
MONDO = "http://purl.obolibrary.org/obo/mondo.owl"

CONFIDENTIALITY_SYSTEMS = frozenset(
    (CONFIDENTIALITY, "http://hl7.org/fhir/v3/Confidentiality", "urn:oid:2.16.840.1.113883.5.25")
)

ROLE_GROUP = "Group/role-"

# From unrestricted to very restricted.
LEVELS = "ULMNRV"

# A request for one of these is an emergency; a refusal is an emergency refusal only if it names one.
EMERGENCY = frozenset(("ETREAT", "BTG", "ERTREAT"))

_PARENTS = {
    "ETREAT": "TREAT",
    "COC": "TREAT",
    "CLINTRL": "TREAT",
    "POPHLTH": "TREAT",
    "BTG": "ETREAT",
    "ERTREAT": "ETREAT",
    "CAREMGT": "HOPERAT",
    "COVAUTH": "HPAYMT",
    "CLMATTCH": "HPAYMT",
    "COVERAGE": "HPAYMT",
    "REMITADV": "HPAYMT",
    "BIORCH": "HRESCH",
    "CLINTRCH": "HRESCH",
    "DSRCH": "HRESCH",
    "POARCH": "HRESCH",
    "TRANSRCH": "HRESCH",
    "FAMRQT": "PATRQT",
    "PWATRNY": "PATRQT",
    "SUPNWK": "PATRQT",
    "DISASTER": "PUBHLTH",
    "THREAT": "PUBHLTH",
    "ETHUD": "ETH",
    "OPIOIDUD": "ETH",
    "PSY": "SPI",
    "BH": "SPI",
    "MH": "SPI",
    "SUD": "SPI",
}


@cache
def lineage(code: str) -> frozenset[str]:
    """The code itself and everything above it.

    >>> sorted(lineage("BTG"))
    ['BTG', 'ETREAT', 'TREAT']
    """
    parent = _PARENTS.get(code)
    return frozenset((code,)) if parent is None else lineage(parent) | {code}


def is_a(code: str, other: str) -> bool:
    """Whether `code` is `other` or lies under it."""
    return other in lineage(code)


def region_contains(outer: str, inner: str | None) -> bool:
    """Whether region `outer` (GB/T 2260) holds `inner`; an unknown region lies in none.

    >>> region_contains("320500", "320583"), region_contains("320583", "320500")
    (True, False)
    """
    return inner is not None and inner.startswith(_significant(outer))


def role_group(role: str) -> str:
    """How the case format says that the requester has a role: as membership of a group of this name."""
    return f"{ROLE_GROUP}{role}"


def _significant(region: str) -> str:
    """The code without trailing zero pairs: 320500 is everything that begins with 3205."""
    while len(region) > 2 and region.endswith("00"):
        region = region[:-2]
    return region
