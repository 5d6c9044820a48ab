"""A study is within a consent when every term of the consent is met."""

from typing import Any

import pytest

from consent import Config, decide
from tests.consent.papers import HOSPITAL, Json, T, ask, concept, extension, paper, permit

DUO = "http://purl.obolibrary.org/obo/duo.owl"
MONDO = "http://purl.obolibrary.org/obo/mondo.owl"
DIABETES, TYPE_2, ASTHMA = "MONDO:0005015", "MONDO:0005148", "MONDO:0004979"
STUDY = {"study": "ResearchStudy/sugar", "use": ["HMB"], "irbApproved": True, "deidentified": True}


def _reason(terms: list[str], study: dict[str, Any] | None, **more: Any) -> str:
    codes = [concept(DUO if one.startswith("DUO") else MONDO, one) for one in terms]
    rule = permit(HOSPITAL, purposes=("HRESCH",), **({"code": codes} if codes else {}))
    actor = more.pop("actor", {})
    consent = paper(rule, scope=concept(f"{T}consentscope", "research"), **more)
    question = ask("HRESCH", actor=actor) | ({"research": study} if study is not None else {})
    return decide([consent], question, Config()).reason


# Which use of a study is covered by which kind of consent: GRU, HMB, DS, POA, MDS.
USES = {
    "DUO:0000004": "yes yes yes yes yes",
    "DUO:0000042": "yes yes yes yes yes",
    "DUO:0000006": "no yes yes no yes",
    "DUO:0000007": "no no yes no yes",
    "DUO:0000011": "no no no yes yes",
}


@pytest.mark.parametrize("term", USES)
@pytest.mark.parametrize(("position", "use"), list(enumerate(("GRU", "HMB", "DS", "POA", "MDS"))))
def test_uses_are_covered_as_duos_says(term: str, position: int, use: str) -> None:
    terms = [term, DIABETES] if term.endswith("7") else [term]
    covered = USES[term].split()[position] == "yes"
    study = STUDY | {"use": [use], "disease": [DIABETES]}
    assert _reason(terms, study) == ("CONSENT_PERMIT" if covered else "RESEARCH_USE_NOT_COVERED")


@pytest.mark.parametrize(
    ("study", "covered"),
    [
        ({"disease": [DIABETES]}, True),
        ({"disease": DIABETES}, True),
        ({"disease": ["http://purl.obolibrary.org/obo/MONDO_0005015"]}, True),
        ({"disease": [TYPE_2], "diseaseAncestors": [DIABETES]}, True),
        ({"disease": [TYPE_2]}, False),
        ({"disease": [ASTHMA], "diseaseAncestors": ["MONDO:0000001"]}, False),
        ({"disease": [DIABETES, ASTHMA]}, False),
        ({"disease": [TYPE_2, ASTHMA], "diseaseAncestors": [DIABETES]}, False),
        ({"disease": []}, False),
        ({}, False),
    ],
)
def test_a_disease_is_covered_by_itself_or_by_what_it_is_a_kind_of(study: Json, covered: bool) -> None:
    reason = "CONSENT_PERMIT" if covered else "RESEARCH_USE_NOT_COVERED"
    assert _reason(["DUO:0000007", DIABETES], STUDY | {"use": ["DS"]} | study) == reason


def test_every_disease_of_a_study_must_be_agreed_to() -> None:
    terms = ["DUO:0000007", DIABETES, ASTHMA]
    assert _reason(terms, STUDY | {"use": ["DS"], "disease": [DIABETES, ASTHMA]}) == "CONSENT_PERMIT"


@pytest.mark.parametrize(
    ("use", "reason"),
    [
        (["HMB", "MDS"], "CONSENT_PERMIT"),
        (["HMB", "POA"], "RESEARCH_USE_NOT_COVERED"),
        (["HMB", "SOMETHING"], "RESEARCH_USE_NOT_COVERED"),
        ([], "CONSENT_PERMIT"),
        (None, "RESEARCH_USE_NOT_COVERED"),
    ],
)
def test_every_use_must_be_covered_and_no_word_is_any_use(use: list[str] | None, reason: str) -> None:
    assert _reason(["DUO:0000006"], STUDY | {"use": use}) == reason


def test_a_study_that_only_names_a_disease_is_about_the_disease() -> None:
    assert _reason(["DUO:0000006"], {"disease": [ASTHMA]}) == "CONSENT_PERMIT"


def test_a_consent_without_terms_sets_none() -> None:
    assert _reason([], None) == "CONSENT_PERMIT"
    assert _reason(["DUO:0000042"], None) == "CONSENT_PERMIT"
    assert _reason(["DUO:0000006"], None) == "RESEARCH_USE_NOT_COVERED"


@pytest.mark.parametrize("term", ["DUO:0000018", "DUO:0000045", "DUO:0000046"])
@pytest.mark.parametrize(
    ("for_profit", "reason"), [(True, "NON_PROFIT_ONLY"), (False, "CONSENT_PERMIT"), (None, "CONSENT_PERMIT")]
)
def test_no_profit_where_none_was_allowed(term: str, for_profit: bool | None, reason: str) -> None:
    assert _reason(["DUO:0000042", term], STUDY | {"forProfit": for_profit}) == reason
    assert _reason(["DUO:0000042"], STUDY | {"forProfit": for_profit}) == "CONSENT_PERMIT"


@pytest.mark.parametrize("terms", [["DUO:0000042"], ["DUO:0000042", "DUO:0000027"]])
def test_a_named_project_is_the_only_one(terms: list[str]) -> None:
    named = [extension("research-study", valueReference={"reference": "ResearchStudy/sugar"})]
    assert _reason(terms, STUDY, extension=named) == "CONSENT_PERMIT"
    assert _reason(terms, STUDY | {"study": "ResearchStudy/salt"}, extension=named) == "PROJECT_NOT_COVERED"
    assert _reason(terms, STUDY | {"study": None}, extension=named) == "PROJECT_NOT_COVERED"


def test_a_project_that_is_not_named_is_none() -> None:
    assert _reason(["DUO:0000042", "DUO:0000027"], STUDY) == "PROJECT_NOT_COVERED"


@pytest.mark.parametrize(
    ("places", "actor", "allowed"),
    [
        (["CN"], {}, True),
        (["SG", "CN"], {}, True),
        (["SG"], {}, False),
        (["330000"], {}, True),
        (["310000", "330100"], {}, True),
        (["310000"], {}, False),
        (["330000"], {"region": None}, False),
    ],
)
def test_a_study_stays_where_it_was_allowed(places: list[str], actor: Json, allowed: bool) -> None:
    limits = [extension("geographic-limit", valueCode=one) for one in places]
    reason = "CONSENT_PERMIT" if allowed else "GEOGRAPHIC_RESTRICTION"
    for terms in (["DUO:0000042"], ["DUO:0000042", "DUO:0000022"]):
        assert _reason(terms, STUDY, extension=limits, actor=actor) == reason


def test_a_limit_to_a_place_nobody_names_allows_none() -> None:
    assert _reason(["DUO:0000042", "DUO:0000022"], STUDY) == "GEOGRAPHIC_RESTRICTION"


@pytest.mark.parametrize(
    ("filing", "reason"),
    [
        (None, "HGR_FILING_REQUIRED"),
        (False, "HGR_FILING_REQUIRED"),
        (" ", "HGR_FILING_REQUIRED"),
        (True, "CONSENT_PERMIT"),
        ("2026-17", "CONSENT_PERMIT"),
    ],
)
def test_genetic_data_for_foreign_bodies_is_filed_first(filing: bool | str | None, reason: str) -> None:
    study = STUDY | {"geneticData": True, "hgrFiling": filing}
    assert _reason(["DUO:0000042"], study, actor={"foreignControlled": True}) == reason
    assert _reason(["DUO:0000042"], study) == "CONSENT_PERMIT"


def test_a_refusal_of_research_says_nothing_about_care() -> None:
    no = paper({"type": "deny"}, "no", scope=concept(f"{T}consentscope", "research"))
    assert decide([no, paper(permit(HOSPITAL), date="2020")], ask(), Config()).reason == "CONSENT_PERMIT"


@pytest.mark.parametrize(
    ("scope", "reason"),
    [("patient-privacy", "CONSENT_PERMIT"), ("treatment", "NOT_COVERED"), ("adr", "NOT_COVERED")],
)
def test_a_treatment_consent_never_serves_research(scope: str, reason: str) -> None:
    consent = paper(permit(HOSPITAL, purposes=("HRESCH",)), scope=concept(f"{T}consentscope", scope))
    assert decide([consent], ask("HRESCH"), Config()).reason == reason
