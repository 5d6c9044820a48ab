"""A question is read strictly: what nobody knows, or nobody can read, is an error that names the field."""

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import Config, decide
from consent.errors import BadCase
from tests.consent.papers import HOSPITAL, ME, Json, ask, item, paper, permit

CARE = paper(permit(HOSPITAL))


@pytest.mark.parametrize(
    ("place", "request_"),
    [
        ("request", ask(urgent=True)),
        ("request.patient", ask(patient={"reference": ME, "name": "Lin"})),
        ("request.actor", ask(actor={"role": "physician"})),
        ("request.items[0]", ask(items=[item("Observation/a", colour="red")])),
        ("request.emergency", ask(emergency={"declared": True, "why": "fall"})),
        ("request.research", ask(research={"uses": ["HMB"]})),
        ("request.crossBorder", ask(crossBorder={"mechanism": "none", "to": "SG"})),
    ],
)
def test_an_unknown_field_is_named_and_never_ignored(place: str, request_: Json) -> None:
    with pytest.raises(BadCase, match="unknown field") as told:
        decide([CARE], request_, Config())
    assert told.value.place == place


@pytest.mark.parametrize(
    ("place", "request_"),
    [
        ("request.at", ask(at="yesterday")),
        ("request.at", ask(at="2026-02-30T10:00:00+08:00")),
        ("request.knownAt", ask(knownAt="soon")),
        ("request.patient.birthDate", ask(patient={"reference": ME, "birthDate": "71"})),
        ("request.items[1].authoredOn", ask(items=[item("A/1"), item("A/2", authoredOn="2025-13-01")])),
        ("request.items[0].confidentiality", ask(items=[item("A/1", "secret")])),
        ("request.onward", ask(onward="yes")),
        ("request.items[0].ref", ask(items=[{"class": "Observation"}])),
    ],
)
def test_what_cannot_be_read_is_named_and_never_shown(place: str, request_: Json) -> None:
    with pytest.raises(BadCase) as told:
        decide([CARE], request_, Config())
    assert told.value.place == place
    for value in ("yesterday", "soon", "71", "2025-13-01", "secret", "yes"):
        assert value not in str(told.value).removeprefix(place)


@pytest.mark.parametrize(
    "config",
    [
        {"guardianAge": 14},
        {"named_recipient_required": True},
        {"tzHours": "8"},
        {"tzHours": 99},
        {"statutoryAuthorities": {"PUBHLTH": "Organization/cdc"}},
        {"evidenceRequired": None},
    ],
)
def test_a_setting_that_is_not_known_is_an_error(config: Json) -> None:
    with pytest.raises(BadCase, match="config"):
        Config.from_case(config)


def test_the_settings_of_a_case_are_the_settings_of_the_house() -> None:
    assert Config.from_case({}) == Config()
    said = Config.from_case(
        {"guardianLapseAge": 16, "statutoryAuthorities": {"PUBHLTH": ["Organization/cdc"]}}
    )
    assert said == Config(guardian_lapse_age=16, statutory_authorities={"PUBHLTH": ("Organization/cdc",)})


@pytest.mark.parametrize("name", ["patient", "actor", "purpose", "at"])
@pytest.mark.parametrize("empty", [None, {}, "", "missing"])
def test_a_question_that_leaves_out_the_essential_is_refused(name: str, empty: object) -> None:
    question = ask()
    question[name] = empty if (name in ("patient", "actor")) == (empty == {}) else None
    if empty == "missing":
        del question[name]
    assert decide([CARE], question, Config()).reason == "INCOMPLETE_REQUEST"


def test_an_actor_is_a_person_and_an_organisation() -> None:
    for lacking in ({"reference": None}, {"organization": None}, {"organization": " "}):
        assert decide([CARE], ask(actor=lacking), Config()).reason == "INCOMPLETE_REQUEST"


def test_something_that_is_no_consent_is_an_error() -> None:
    with pytest.raises(BadCase, match=r"consents\[1\]"):
        decide([CARE, {"resourceType": "Patient", "id": "x"}], ask(), Config())


def test_null_means_not_said() -> None:
    question = ask(items=None, knownAt=None, onward=None, emergency=None, research=None, legalBasis=None)
    assert decide([CARE], question, Config()).decision == "permit"


@given(
    st.sampled_from(["urgent", "Purpose", "item", "", "purpose "]),
    st.none() | st.booleans() | st.text(max_size=8),
)
def test_a_misspelt_field_is_never_ignored(name: str, value: object) -> None:
    with pytest.raises(BadCase, match="unknown field"):
        decide([CARE], ask() | {name: value}, Config())


def test_settings_that_were_kept_are_the_settings() -> None:
    config = Config(tz_hours=-5, required_policies={"https://p.example": "2"})
    kept = config.as_dict()
    assert list(kept) == [one.name for one in fields(Config)]
    assert Config(**json.loads(json.dumps(kept))) == config
