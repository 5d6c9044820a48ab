"""What leaves of a record, for those who treat, for those who study, and for those who count."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid import Cleaner, load_rules
from deid.dates import offset_days
from deid.errors import BadKey, UnknownElement
from deid.pseudonyms import Pseudonyms, derive
from deid.text.spans import Span
from tests.deid.records import KEY, OBSERVATION, PATIENT, TODAY, clean, cleaner, skipped

NAMES = Pseudonyms(derive(KEY, "pseudonym"))
DAYS = offset_days("p-1", derive(KEY, "date-shift"))


def test_for_care_the_patient_stays_who_they_are() -> None:
    kept = clean("care", PATIENT)
    for element in ("id", "name", "telecom", "identifier", "birthDate", "address", "gender", "text"):
        assert kept[element] == PATIENT[element]


def test_for_care_a_word_fhir_does_not_know_stays_to_be_asked_about() -> None:
    assert clean("care", {**OBSERVATION, "status": "review-pending"})["status"] == "review-pending"
    assert "status" not in clean("research", {**OBSERVATION, "status": "review-pending"})


@pytest.mark.parametrize("element", ["implicitRules", "photo", "extension"])
def test_for_care_only_what_nobody_treating_needs_is_left_out(element: str) -> None:
    assert element not in clean("care", PATIENT)


def test_for_care_dates_and_notes_stay() -> None:
    assert clean("care", OBSERVATION) == OBSERVATION


def test_for_research_a_patient_is_a_pseudonym_a_sex_a_year_and_a_city() -> None:
    assert clean("research", PATIENT) == {
        "resourceType": "Patient",
        "id": NAMES.of_id("p-1"),
        "active": True,
        "gender": "female",
        "birthDate": "1969" if DAYS < -60 else "1970",
        "deceasedBoolean": False,
        "address": [{"city": "苏州市", "state": "江苏省", "postalCode": "21", "country": "CN"}],
        "generalPractitioner": [{"reference": f"Practitioner/{NAMES.of_id('d-1')}"}],
    }


def test_for_statistics_a_patient_is_a_sex_a_band_of_years_and_a_province() -> None:
    assert clean("statistics", PATIENT) == {
        "resourceType": "Patient",
        "id": NAMES.of_id("p-1"),
        "active": True,
        "gender": "female",
        "birthDate": "1970",
        "deceasedBoolean": False,
        "address": [{"state": "江苏省", "country": "CN"}],
    }


def test_a_measurement_keeps_its_value_and_its_distance_in_time() -> None:
    told = clean("research", OBSERVATION)
    assert told["valueQuantity"] == OBSERVATION["valueQuantity"]
    assert told["subject"] == {"reference": f"Patient/{NAMES.of_id('p-1')}"}
    assert told["effectiveDateTime"].endswith("T08:15:00+08:00")
    assert told["effectiveDateTime"][:10] != "2025-03-01"
    assert told["code"] == {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]}


def test_without_a_text_engine_free_text_does_not_leave() -> None:
    told = clean("research", OBSERVATION)
    assert [list(note) for note in told["note"]] == [["time"]]


def test_in_statistics_a_date_is_a_year_and_a_code_its_category() -> None:
    condition = {
        "resourceType": "Condition",
        "id": "c-1",
        "code": {
            "coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "E11.9"}],
            "text": "2型糖尿病",
        },
        "subject": {"reference": "Patient/p-1"},
        "onsetDateTime": "2019-05-06",
        "onsetAge": {"value": 63, "unit": "岁"},
    }
    told = clean("statistics", condition)
    assert told["code"] == {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "E11"}]}
    assert told["onsetDateTime"] == "2019"
    assert told["onsetAge"]["value"] == 60


def test_the_text_of_a_code_stays_only_where_no_public_code_says_it() -> None:
    local = {"system": "http://hospital.example.org/codes", "code": "A1"}
    concept = {**OBSERVATION, "code": {"coding": [local], "text": "糖化血红蛋白"}}

    class Engine:
        digest = ""

        def find(self, text: str, lang: str = "auto") -> list[Span]:
            return []

    assert clean("research", concept, text=Engine())["code"] == {"text": "糖化血红蛋白"}
    assert "text" not in clean("research", OBSERVATION, text=Engine())["code"]


@pytest.mark.parametrize("number", ["1.00", "0.1000000000000000055", "-0.0", "1E5", "6.10", "100"])
@pytest.mark.parametrize("profile", ["care", "research", "statistics"])
def test_a_number_is_spelled_as_it_came(profile: str, number: str) -> None:
    body = orjson.dumps({**OBSERVATION, "valueQuantity": {"value": 777}}).replace(b"777", number.encode())
    cleaned = cleaner(profile).clean(body, subject="p-1")
    told = cleaned.body or b""
    assert f'"value":{number}'.encode() in told or len(number) > 20


def test_a_number_too_long_to_be_a_measurement_does_not_leave() -> None:
    assert "valueInteger" not in clean("research", {**OBSERVATION, "valueInteger": 13800000000})
    assert clean("research", {**OBSERVATION, "valueInteger": 138})["valueInteger"] == 138


@given(st.dates(min_value=TODAY.replace(year=1971)), st.dates(min_value=TODAY.replace(year=1971)))
def test_intervals_survive_between_records(a: Any, b: Any) -> None:
    told = [
        clean("research", {**OBSERVATION, "effectiveDateTime": day.isoformat()})["effectiveDateTime"]
        for day in (a, b)
        if day.year < 2090
    ]
    moved = [TODAY.fromisoformat(day) for day in told]
    assert len(moved) < 2 or moved[1] - moved[0] == b - a


def test_a_newborn_moves_with_its_mother() -> None:
    mother = cleaner("research").clean(orjson.dumps(OBSERVATION), subject="p-1")
    child = cleaner("research").clean(orjson.dumps(OBSERVATION), subject="p-9", shift_subject="p-1")
    alone = cleaner("research").clean(orjson.dumps(OBSERVATION), subject="p-9")
    assert mother.body == child.body != alone.body


def test_the_subject_may_be_given_as_a_reference() -> None:
    body = orjson.dumps(OBSERVATION)
    assert cleaner("research").clean(body, subject="Patient/p-1") == cleaner("research").clean(
        body, subject="p-1"
    )


@pytest.mark.parametrize("profile", ["research", "statistics"])
@pytest.mark.parametrize(("born", "told"), [("1920-05-05", "1936"), ("1936-01-01", "1936"), ("1910", "1936")])
def test_nobody_is_told_to_be_older_than_ninety(profile: str, born: str, told: str) -> None:
    year = int(clean(profile, {**PATIENT, "birthDate": born})["birthDate"])
    assert year == (int(told) if profile == "research" else int(told) - int(told) % 5)


def test_the_age_of_the_dead_is_counted_to_their_death() -> None:
    young = {**PATIENT, "birthDate": "1930-06-01", "deceasedDateTime": "1990-06-01"}
    old = {**PATIENT, "birthDate": "1890-06-01", "deceasedDateTime": "1990-06-01"}
    assert clean("research", young)["birthDate"] in ("1929", "1930", "1931")
    died = int(clean("research", old)["deceasedDateTime"][:4])
    assert int(clean("research", old)["birthDate"]) == died - 90
    assert clean("statistics", old)["birthDate"] == "1900"


@pytest.mark.parametrize("profile", ["care", "statistics"])
@given(subject=st.text(max_size=8))
def test_where_dates_are_not_moved_nothing_depends_on_whose_they_are(profile: str, subject: str) -> None:
    died = {**PATIENT, "birthDate": "1890-06-01", "deceasedDateTime": "1990-12-31"}
    assert clean(profile, died, subject) == clean(profile, died, "p-1")


def test_an_age_in_a_measurement_is_capped_too() -> None:
    told = clean("research", {**OBSERVATION, "valueQuantity": {"value": 97, "unit": "a", "code": "a"}})
    assert told["valueQuantity"]["value"] == 90


def test_what_is_contained_is_cleaned_under_the_rules_of_its_own_type() -> None:
    told = clean(
        "research", {**OBSERVATION, "contained": [{**PATIENT, "id": "who"}], "subject": {"reference": "#who"}}
    )
    assert told["contained"][0]["id"] == told["subject"]["reference"][1:] == NAMES.of_id("who")
    assert "name" not in told["contained"][0]


def test_a_known_extension_may_stay_beside_its_element_and_any_other_goes() -> None:
    absent = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}
    other = {"url": "http://example.org/nickname", "valueString": "小欧"}
    told = clean("research", {**PATIENT, "_birthDate": {"id": "x", "extension": [absent, other]}})
    assert told["_birthDate"] == {"extension": [absent]}
    assert "_name" not in clean("research", {**PATIENT, "_name": {"extension": [absent]}})


def test_extensions_beside_a_list_stay_in_step_with_it() -> None:
    absent = {
        "extension": [
            {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}
        ]
    }
    name = {"family": "欧阳", "given": ["测", "试"], "_given": [None, absent]}
    assert clean("care", {**PATIENT, "name": [name]})["name"] == [name]


def test_beside_a_list_that_lost_an_item_extensions_would_belong_to_others() -> None:
    absent = {
        "extension": [
            {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}
        ]
    }
    allergy = {
        "resourceType": "AllergyIntolerance",
        "category": ["food", "张三"],
        "_category": [None, absent],
    }
    assert clean("research", allergy) == {"resourceType": "AllergyIntolerance", "category": ["food"]}


def test_an_unknown_modifier_extension_anywhere_stops_the_record() -> None:
    deep = {
        **OBSERVATION,
        "component": [{"code": {}, "modifierExtension": [{"url": "http://example.org/not"}]}],
    }
    assert skipped("care", deep) == "modifier-extension"
    hidden = orjson.dumps(deep).replace(b"modifierExtension", b"\\u006dodifierExtension")
    assert cleaner("care").clean(hidden, subject="p-1").skipped == "modifier-extension"


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ([], "not-an-object"),
        ({}, "no-type"),
        ({"resourceType": 7}, "no-type"),
        ({"resourceType": "Binary", "data": "aGVsbG8="}, "no-rules"),
        ({"resourceType": "Coding"}, "no-rules"),
        ({"resourceType": "张三"}, "no-rules"),
    ],
)
def test_what_has_no_rules_is_skipped_and_the_reason_is_told(resource: Any, reason: str) -> None:
    assert skipped("research", resource) == reason


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a":NaN}', b"[" * 100_000 + b"]" * 100_000])
def test_what_cannot_be_read_is_skipped(body: bytes) -> None:
    cleaned = cleaner("research").clean(body, subject="p-1")
    assert cleaned.body is None
    assert cleaned.skipped in ("not-json", "too-deep")


def test_a_protocol_receives_only_what_it_asked_for() -> None:
    told = clean("research", PATIENT, only={"Patient": ["gender"]})
    assert sorted(told) == ["gender", "id", "resourceType"]
    asked = {"Observation": ["valueQuantity"]}
    assert sorted(clean("research", OBSERVATION, only=asked)) == [
        "id",
        "resourceType",
        "subject",
        "valueQuantity",
    ]
    assert skipped("research", PATIENT, only=asked) == "not-asked"


def test_what_is_contained_is_held_to_what_was_asked_of_its_type() -> None:
    asked = {"Observation": ["valueQuantity"], "Patient": ["gender"]}
    told = clean("research", {**OBSERVATION, "contained": [{**PATIENT, "id": "who"}]}, only=asked)
    assert sorted(told["contained"][0]) == ["gender", "id", "resourceType"]


@pytest.mark.parametrize(
    "asked", [{"Patient": ["name"]}, {"Patient": ["gendre"]}, {"Patiant": ["gender"]}, {"Binary": []}]
)
def test_a_protocol_cannot_ask_for_what_never_leaves(asked: dict[str, list[str]]) -> None:
    with pytest.raises(UnknownElement, match=next(iter(asked))):
        cleaner("research", only=asked)


def test_a_key_too_short_is_refused() -> None:
    with pytest.raises(BadKey):
        Cleaner(load_rules("research"), key=b"short", today=TODAY)
