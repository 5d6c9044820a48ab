"""Is this study within what the patient agreed to? Matching of GA4GH DUO terms as DUOS does (version 4).

Sources: http://purl.obolibrary.org/obo/duo.owl; DataBiosphere consent-ontology, DataUseMatcherV4.
"""

from collections.abc import Iterable

from consent.case import Question
from consent.codes import region_contains
from consent.document import Document
from consent.fhir import names
from consent.rules import Uses
from consent.shapes import Research
from consent.terms import DISEASE_SPECIFIC, disease

NO_RESTRICTION, GENERAL, HEALTH, ANCESTRY = "0000004", "0000042", "0000006", "0000011"
ETHICS, PROJECT, PLACE = "0000021", "0000027", "0000022"
NON_PROFIT = frozenset(("0000018", "0000045", "0000046"))
_PRIMARY = frozenset((NO_RESTRICTION, GENERAL, HEALTH, DISEASE_SPECIFIC, ANCESTRY))
_KNOWN = _PRIMARY | NON_PROFIT | {ETHICS, PROJECT, PLACE}

# Methods development is covered by every consent to research (DUOS v4).
_COVERED_BY = {
    "GRU": frozenset[str](),
    "HMB": frozenset((HEALTH,)),
    "DS": frozenset((HEALTH,)),
    "POA": frozenset((ANCESTRY,)),
    "MDS": _PRIMARY,
}
# Kinds of study about which DUOS lets people decide, not machines.
FOR_PEOPLE = names("COL CTRL GENDER ILLEGAL IRB NOTHEALTH OTHER PED POP PSYCH SEX STIGMA VULN")


def research_obstacle(document: Document, uses: Uses | None, question: Question) -> str:
    """The first term of the consent that the study does not meet, or ""."""
    terms = frozenset(uses.terms if uses else ())
    study = question.research
    if not _use_covered(uses, study):
        return "RESEARCH_USE_NOT_COVERED"
    if terms & NON_PROFIT and study.for_profit:
        return "NON_PROFIT_ONLY"
    if ETHICS in terms and not study.irb_approved:
        return "ETHICS_APPROVAL_REQUIRED"
    if (document.ours.studies or PROJECT in terms) and study.study not in document.ours.studies:
        return "PROJECT_NOT_COVERED"
    if (document.ours.places or PLACE in terms) and not _in_place(document.ours.places, question):
        return "GEOGRAPHIC_RESTRICTION"
    if terms - _KNOWN or FOR_PEOPLE & set(study.use or ()):
        return "ETHICS_REVIEW_REQUIRED"
    return ""


def _use_covered(uses: Uses | None, study: Research) -> bool:
    primary = _PRIMARY & frozenset(uses.terms if uses else ())
    if uses is None or not primary or primary & {NO_RESTRICTION, GENERAL}:
        return True
    asked = [use for use in study.use or () if use not in FOR_PEOPLE]
    if not asked and study.use is None:
        asked = ["DS"] if study.disease else ["GRU"]
    return all(_covers(primary, uses.diseases, use, study) for use in asked or ["HMB"])


def _covers(primary: frozenset[str], diseases: Iterable[str], use: str, study: Research) -> bool:
    if primary & _COVERED_BY.get(use, frozenset()):
        return True
    return use == "DS" and DISEASE_SPECIFIC in primary and _disease_covered(frozenset(diseases), study)


def _disease_covered(agreed: frozenset[str], study: Research) -> bool:
    """Every disease studied is agreed to, itself or (where only one is studied) by one of its ancestors."""
    studied = [study.disease] if isinstance(study.disease, str) else study.disease or []
    found = [disease(one) for one in studied]
    if len(found) != 1:  # ancestors are one list: whose they are cannot be told
        return bool(found) and all(one in agreed for one in found)
    above = {disease(one) for one in study.disease_ancestors or ()}
    return bool(agreed & ({found[0]} | above))


def _in_place(places: tuple[str, ...], question: Question) -> bool:
    def holds(place: str) -> bool:
        if place.isdecimal():
            return not question.is_abroad and region_contains(place, question.region)
        return place == question.country

    return any(holds(place) for place in places)
