"""What kind of consent is it, and who would read it differently?"""

from pathlib import Path

import orjson
import pytest

from consent.conformance import CLASSES, conformance, differences
from tests.consent.papers import Json, T, concept, kind, level, paper, who, why

LEVELS = {
    "basic": "pcf-basic",
    "intermediate": "pcf-intermediate",
    "advanced": "pcf-advanced",
    "expired": "pcf-basic",
}


def test_every_example_of_ihe_pcf_is_of_the_level_it_was_written_for(shared: Path) -> None:
    folder = shared / "vectors" / "ihe-pcf"
    if not folder.is_dir():
        pytest.skip("the shared folder has no vectors")
    seen = 0
    for path in sorted(folder.glob("Consent-*.json")):
        level = next(LEVELS[word] for word in path.stem.split("-") if word in LEVELS)
        assert conformance(orjson.loads(path.read_bytes())) == level, path.stem
        seen += 1
    assert seen == 23


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, "pcf-basic"),
        ({"period": {"end": "2030-01-01"}}, "pcf-basic"),
        ({"dataPeriod": {"start": "2020-01-01"}}, "pcf-intermediate"),
        ({"provision": [{"type": "deny", "purpose": why("HRESCH")}]}, "pcf-intermediate"),
        ({"securityLabel": level("R")}, "pcf-advanced"),
        ({"class": kind("Observation")}, "r4-extended"),
        ({"action": [concept(f"{T}consentaction", "access")]}, "r4-extended"),
    ],
    ids=str,
)
def test_the_class_is_that_of_the_most_demanding_element(changes: Json, level: str) -> None:
    assert conformance(_consent(changes)) == level


def test_a_rule_inside_an_exception_is_beyond_pcf() -> None:
    inner = {"type": "permit", "actor": who("Organization/x")}
    consent = _consent({"provision": [{"type": "deny", "provision": [inner]}]})
    assert conformance(consent) == "r4-extended"
    assert any("one level" in one.en for one in differences(consent))


def test_what_cannot_be_computed_is_never_given_a_level() -> None:
    consent = _consent({})
    del consent["provision"]["type"]
    assert conformance(consent) == "not-computable" == CLASSES[-1]


def test_a_limit_that_only_we_understand_is_told() -> None:
    url = "https://consent.example.cn/fhir/StructureDefinition/recipient-region"
    told = differences(_consent({"extension": [{"url": url, "valueCode": "320583"}]}))
    assert any("recipient-region" in one.en and one.zh for one in told)


def test_every_difference_names_its_place_in_both_languages() -> None:
    told = differences(_consent({"class": kind("Observation")}) | {"verification": [{"verified": True}]})
    assert {one.place for one in told} >= {"Consent.provision.class", "Consent.verification"}
    assert all(one.reader in ("R4", "R5", "PCF") and one.en and one.zh for one in told)


def _consent(changes: Json) -> Json:
    return paper({"type": "permit", "purpose": why("TREAT")} | changes)
