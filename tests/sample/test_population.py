"""The people of the sample and what they have: as in a region, with the rare ones that matter."""

from collections import Counter
from datetime import date

import pytest

from exchange.directory import parse_directory, starter
from exchange.sample.identity import HEALTH_CARD, IDENTITY_CARD, RECORD, check_character
from exchange.sample.places import REGIONS
from tests.sample.reading import TODAY, Resource, Sample, codes, subject

REGION_CODES = [region.code for region in REGIONS]
# Data categories of a region (and what they are called in FHIR): each has records in each region.
CATEGORIES = {
    "Patient", "RelatedPerson", "Coverage", "Encounter", "Condition", "Observation", "DiagnosticReport",
    "ImagingStudy", "MedicationRequest", "Procedure", "Immunization", "AllergyIntolerance",
    "DocumentReference", "ExplanationOfBenefit", "Claim", "CareTeam", "EpisodeOfCare", "Flag",
    "Appointment", "ServiceRequest", "Device", "Organization", "Practitioner", "PractitionerRole",
}  # fmt: skip


def _numbers(person: Resource, system: str) -> list[str]:
    return [one["value"] for one in person["identifier"] if one["system"] == system]


def _who_have(sample: Sample, prefixes: tuple[str, ...], region: str | None = None) -> set[str]:
    conditions = sample.all_of("Condition", region)
    return {subject(one) for one in conditions if any(code.startswith(prefixes) for code in codes(one))}


def _age(person: Resource) -> int:
    born = date.fromisoformat(person["birthDate"])
    return TODAY.year - born.year - ((TODAY.month, TODAY.day) < (born.month, born.day))


@pytest.mark.parametrize("region", REGION_CODES)
def test_every_category_of_data_a_region_has_is_there(usual: Sample, region: str) -> None:
    assert set(usual.report.resources[region]) == CATEGORIES


def test_the_protocol_in_the_examples_finds_its_cohort(usual: Sample) -> None:
    adults = {f"Patient/{one['id']}" for one in usual.all_of("Patient") if _age(one) >= 18}
    assert len(_who_have(usual, ("E11",)) & adults) >= 30
    assert len(_who_have(usual, ("E11",), "320583") & adults) >= 12
    measured = {subject(one) for one in usual.all_of("Observation") if "4548-4" in codes(one)}
    assert _who_have(usual, ("E11",)) <= measured, "whoever has diabetes has had HbA1c measured"


@pytest.mark.parametrize("region", REGION_CODES)
def test_each_region_has_somebody_with_hiv_and_somebody_with_a_mental_illness(
    smallest: Sample, region: str
) -> None:
    assert _who_have(smallest, ("B24",), region)
    assert _who_have(smallest, ("F",), region)


@pytest.mark.parametrize("prefix", ["I21", "I63", "S72", "O72", "O80", "P22", "Z38", "F1", "A53"])
def test_the_emergencies_births_and_private_things_happen(usual: Sample, prefix: str) -> None:
    assert _who_have(usual, (prefix,))


def test_people_of_all_ages_live_there(usual: Sample) -> None:
    ages = Counter(min(_age(one) // 18, 4) for one in usual.all_of("Patient"))
    assert min(ages[part] for part in range(5)) >= 15, ages
    sexes = Counter(one["gender"] for one in usual.all_of("Patient"))
    assert 0.7 < sexes["male"] / sexes["female"] < 1.4


def test_names_are_as_mixed_as_a_regions_names(usual: Sample) -> None:
    names = [one["name"][0] for one in usual.all_of("Patient")]
    assert any(len(name["family"]) == 2 and len(name["text"]) >= 3 for name in names), "compound surname"
    assert any("·" in name["text"] for name in names), "minority name with its dot"
    assert sum(len(name["text"]) == 2 for name in names) > 20
    for name in names:
        assert name["family"] in name["text"]
        assert name["given"][0] in name["text"]


def test_every_number_is_one_persons_and_says_who_they_are(usual: Sample) -> None:
    people = {one["id"]: one for one in usual.all_of("Patient")}.values()
    for system in (IDENTITY_CARD, HEALTH_CARD, RECORD):
        numbers = [number for person in people for number in _numbers(person, system)]
        assert len(set(numbers)) == len(numbers) > 280
    for person in people:
        for number in _numbers(person, IDENTITY_CARD):
            assert number[6:14] == person["birthDate"].replace("-", "")
            assert number[16] in ("13579" if person["gender"] == "male" else "02468")
            assert number[17] == check_character(number[:17])


def test_a_newborn_has_no_identity_number_yet_and_its_mother_is_known(usual: Sample) -> None:
    newborn = [
        one for one in usual.all_of("Patient") if (TODAY - date.fromisoformat(one["birthDate"])).days < 30
    ]
    assert len(newborn) >= 3
    mothers = {one["patient"]["reference"]: one for one in usual.all_of("RelatedPerson")}
    weighed = {subject(one) for one in usual.all_of("Observation") if "8339-4" in codes(one)}
    for child in newborn:
        assert _numbers(child, IDENTITY_CARD) == []
        assert mothers[f"Patient/{child['id']}"]["gender"] == "female"
        assert f"Patient/{child['id']}" in weighed


@pytest.mark.parametrize("seed_and_size", ["smallest", "usual"])
def test_the_patient_of_the_demonstration_is_who_the_pages_say(
    seed_and_size: str, request: pytest.FixtureRequest
) -> None:
    sample: Sample = request.getfixturevalue(seed_and_size)
    for region in REGIONS:
        woman = sample.regions[region.code][f"Patient/{region.prefix}-pt-0001"]
        assert woman["gender"] == "female"
        assert 45 <= _age(woman) <= 65
        assert {f"Patient/{region.prefix}-pt-0001"} <= _who_have(sample, ("E11",), region.code)
    hers = sample.regions["320583"]["Patient/ks-pt-0001"]
    assert hers["name"][0]["text"] == "沈若岚"
    assert hers["address"][0]["district"] == "昆山市"
    conditions = {
        code
        for one in sample.all_of("Condition", "320583")
        if subject(one) == "Patient/ks-pt-0001"
        for code in codes(one)
    }
    assert {"E11.9", "I10", "F32.1"} <= conditions
    assert not any(code.startswith(("B2", "Z21")) for code in conditions)


def test_who_was_treated_in_two_regions_is_the_same_person_to_the_byte(usual: Sample) -> None:
    at_home, away = (usual.regions[code]["Patient/ks-pt-0001"] for code in ("320583", "120000"))
    assert at_home == away
    treated = [one for one in usual.all_of("Encounter", "120000") if subject(one) == "Patient/ks-pt-0001"]
    assert [one["serviceProvider"]["reference"] for one in treated] == ["Organization/tj-medical-hospital"]
    strangers = [one for one in usual.all_of("Patient", "120000") if not one["id"].startswith("tj-")]
    assert [one["id"] for one in strangers] == ["ks-pt-0001"]


@pytest.mark.parametrize("kind", ["Organization", "Practitioner", "PractitionerRole"])
def test_who_works_there_is_who_the_starter_registry_lists(usual: Sample, kind: str) -> None:
    directory = parse_directory(starter(), "starter.toml")
    names = {
        "Organization": {one.id: one.name_zh for one in directory.organisations()},
        "Practitioner": {
            one.id: one.name_zh for one in directory.people() if one.reference.startswith("Pract")
        },
    }
    first, *others = ({one["id"]: one for one in usual.all_of(kind, region)} for region in REGION_CODES)
    assert all(other == first for other in others)
    if kind in names:
        shown = {
            key: one["name"] if kind == "Organization" else one["name"][0]["text"]
            for key, one in first.items()
        }
        assert shown == names[kind]
