"""The consent forms and the protocol that come with a sample are ones the program takes as they are."""

from collections import Counter
from datetime import date

import orjson

from consent import computable, sentence
from exchange.research.protocol import read_protocol
from tests.sample.reading import TODAY, Sample


def _forms(sample: Sample, region: str) -> list[dict[str, object]]:
    path = sample.report.folder / "consents" / f"{region}.ndjson"
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_every_form_can_be_decided_by_and_says_in_a_sentence_what_was_signed(usual: Sample) -> None:
    for region in usual.regions:
        forms = _forms(usual, region)
        assert len(forms) == usual.report.forms[region] > 20
        assert {computable(one) for one in forms} == {None}
        assert all("研究" in sentence(one, "zh", lambda reference: None) for one in forms)


def test_some_sign_some_refuse_and_some_were_not_asked(usual: Sample) -> None:
    said = Counter(one["provision"]["type"] for region in usual.regions for one in _forms(usual, region))  # type: ignore[index]  # FHIR JSON
    people = sum(usual.report.patients.values())
    assert said["permit"] > said["deny"] > 0
    assert said.total() < people


def test_no_child_signs(usual: Sample) -> None:
    eighteen = date(TODAY.year - 18, TODAY.month, TODAY.day).isoformat()
    for region, resources in usual.regions.items():
        for one in _forms(usual, region):
            assert resources[one["patient"]["reference"]]["birthDate"] <= eighteen  # type: ignore[index]  # FHIR JSON


def test_the_protocol_finds_a_cohort_in_this_population(usual: Sample) -> None:
    protocol = read_protocol(usual.report.folder / "protocol.toml")
    conditions = [one for one in usual.regions["320583"].values() if one["resourceType"] == "Condition"]
    diabetics = {
        one["subject"]["reference"]
        for one in conditions
        for coding in one["code"]["coding"]
        if coding["code"].startswith(protocol.cohort.conditions)
    }
    assert len(diabetics) >= 12
