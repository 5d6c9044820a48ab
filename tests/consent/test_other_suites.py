"""Other people's cases, where they lie beside the project: the decision vectors, IHE PCF, GA4GH DUOS, HL7."""

import json
from pathlib import Path
from typing import Any

import pytest

from consent import Config, computable, decide
from consent.reasons import ALL_WORDS
from tests.consent.papers import HOSPITAL, Json, ask, concept, paper, permit

DUO = "http://purl.obolibrary.org/obo/duo.owl"
DATA_USES = {
    "generalUse": "DUO:0000042",
    "hmbResearch": "DUO:0000006",
    "populationOriginsAncestry": "DUO:0000011",
    "nonProfitUse": "DUO:0000018",
}
STUDY_USES = {
    "generalUse": "GRU",
    "hmbResearch": "HMB",
    "populationOriginsAncestry": "POA",
    "methodsResearch": "MDS",
    "diseaseRestrictions": "DS",
}
FOR_PEOPLE = {
    "collaboratorRequired": "COL",
    "other": "OTHER",
    "secondaryOther": "OTHER",
    "ethicsApprovalRequired": "IRB",
    "controls": "CTRL",
    "population": "POP",
    "gender": "GENDER",
    "pediatric": "PED",
    "vulnerablePopulations": "VULN",
    "illegalBehavior": "ILLEGAL",
    "sexualDiseases": "SEX",
    "psychologicalTraits": "PSYCH",
    "notHealth": "NOTHEALTH",
    "stigmatizeDiseases": "STIGMA",
}


@pytest.fixture(scope="module")
def vectors(shared: Path) -> Path:
    folder = shared / "vectors"
    if not folder.is_dir():
        pytest.skip("the shared folder has no vectors")
    return folder


def test_every_decision_vector_comes_out(vectors: Path) -> None:
    wrong = []
    cases = _read(vectors / "consent_vectors.json")["vectors"]
    for case in cases:
        answer = decide(case["consents"], case["request"], Config.from_case(case.get("config", {}))).as_dict()
        for name, wanted in case["expected"].items():
            got = answer[name]
            same = set(got) == set(wanted) if name == "obligations" else got == wanted  # type: ignore[call-overload]
            if not same:
                wrong.append((case["id"], name))
    assert len(cases) >= 74
    assert wrong == []


def test_every_decision_of_ihe_pcf_comes_out(vectors: Path) -> None:
    config = Config.from_case({"internalCare": False, "evidenceRequired": False})
    cases = _read(vectors / "ihe-pcf" / "decisions.json")["vectors"]
    wrong = []
    for case in cases:
        asked = case["request"]
        question: Json = {
            "patient": {"reference": asked["patient"]},
            "at": asked["at"],
            "actor": {
                "reference": asked["actor"],
                "organization": asked["organization"],
                "memberOf": asked["memberOf"],
            },
            "custodian": asked["organization"],
            "purpose": asked["purpose"],
        }
        if "item" in asked:
            question["items"] = [asked["item"]]
        consent = _read(vectors / "ihe-pcf" / case["consent"])
        if decide([consent], question, config).decision != case["expected"]:
            wrong.append(case["id"])
    assert len(cases) == 63
    assert wrong == []


def test_every_match_of_duos_comes_out(vectors: Path) -> None:
    wrong = []
    cases = _read(vectors / "duos" / "matcher_v4.json")["vectors"]
    for case in cases:
        answer = decide([_dataset(case["dataset"])], _study(case), Config())
        outcome = "abstain" if answer.reason == "ETHICS_REVIEW_REQUIRED" else answer.decision
        if outcome != {"approve": "permit", "deny": "deny", "abstain": "abstain"}[case["expected"]]:
            wrong.append((case["id"], answer.reason))
    assert len(cases) == 33
    assert wrong == []


def test_no_official_example_breaks_the_decision_point(vectors: Path) -> None:
    found = sorted((vectors / "hl7-r4").glob("Consent-*.json"))
    assert len(found) == 12
    for file in found:
        consent = _read(file)
        question = ask() | {"patient": {"reference": consent["patient"]["reference"]}}
        answer = decide([consent], question, Config())
        assert answer.reason in ALL_WORDS
        assert answer.decision == "deny"


def test_one_shape_that_means_two_things_cannot_be_computed(vectors: Path) -> None:
    for name in ("basic", "notTime", "notThem"):
        consent = _read(vectors / "hl7-r4" / f"Consent-consent-example-{name}.json")
        assert computable(consent) == "provision.type is neither permit nor deny"


def _dataset(terms: Json) -> Json:
    codes = [concept(DUO, DATA_USES[name]) for name, value in terms.items() if value is True]
    if not set(terms) & {"generalUse", "hmbResearch", "populationOriginsAncestry", "diseaseRestrictions"}:
        codes.append(concept(DUO, DATA_USES["generalUse"]))
    if diseases := terms.get("diseaseRestrictions"):
        codes += [
            concept(DUO, "DUO:0000007"),
            *(concept("http://purl.obolibrary.org/obo/", d) for d in diseases),
        ]
    rule = permit(HOSPITAL, purposes=("HRESCH",), code=codes)
    return paper(rule, scope=concept("http://terminology.hl7.org/CodeSystem/consentscope", "research"))


def _study(case: Json) -> Json:
    purpose = case["purpose"]
    uses = [code for name, code in (STUDY_USES | FOR_PEOPLE).items() if purpose.get(name)]
    study = {
        "use": uses or ["HMB"],
        "forProfit": purpose.get("nonProfitUse") is False,
        "disease": purpose.get("diseaseRestrictions", []),
        "diseaseAncestors": case.get("purposeDiseaseAncestors", []),
    }
    return ask("HRESCH", research=study)


def _read(file: Path) -> Any:
    return json.loads(file.read_bytes())
