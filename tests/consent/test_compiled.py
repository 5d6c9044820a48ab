"""A consent read in advance says what the consent says, and nobody can make the two differ unseen."""

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import computable
from consent.codes import DUO, MONDO
from consent.compiled import FORM, Compiled, document_of, is_true_to, read_in_advance
from consent.document import read_document
from consent.rules import Conditions
from tests.consent.papers import (
    DOCTOR,
    HOLDER,
    HOSPITAL,
    Json,
    concept,
    deny,
    extension,
    kind,
    level,
    paper,
    permit,
    topic,
    who,
    why,
)
from tests.consent.wishes_of_anybody import dates, rules

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors.json").read_bytes())["cases"]
CONSENTS = [one for case in CASES for one in case["consents"] if computable(one) is None]
CARE = paper(permit(HOSPITAL, provision=[deny(securityLabel=topic("PSY"))]))


def _kept(resource: Json, hours_east: int = 8) -> Compiled:
    return msgspec.json.decode(orjson.dumps(read_in_advance(resource, hours_east)), type=Compiled)


def _raw(resource: Json) -> msgspec.Raw:
    return msgspec.Raw(orjson.dumps(resource))


@given(rules, dates, st.sampled_from((0, 8, -5)))
def test_read_in_advance_is_read(rule: Json, date: str, hours: int) -> None:
    resource = paper(rule, date=date)
    assert document_of(_kept(resource, hours), _raw({}), hours) == read_document(resource, hours)


@pytest.mark.parametrize("resource", CONSENTS, ids=lambda one: str(one["id"]))
def test_every_published_consent_is_read_in_advance_as_it_is_read(resource: Json) -> None:
    assert document_of(_kept(resource), _raw({}), 8) == read_document(resource, 8)


EVERYTHING = paper(
    {
        "type": "permit",
        "period": {"start": "2026-01-01", "end": "2027"},
        "actor": [*who(HOSPITAL), *who(HOLDER, role="CST"), *who(DOCTOR, role="AUT")],
        "action": [{"coding": [{"code": "access"}]}],
        "purpose": why("TREAT", "HRESCH"),
        "class": kind("Observation"),
        "code": [
            concept("http://loinc.org", "718-7"),
            concept(DUO, "DUO:0000007"),
            concept(MONDO, "MONDO:0005148"),
        ],
        "securityLabel": level("R") + topic("PSY"),
        "dataPeriod": {"start": "2020-01-01T00:00:00Z", "end": "2025-06-30T12:30:15.5+08:00"},
        "data": [{"meaning": "related", "reference": {"reference": "Encounter/e"}}],
        "extension": [
            extension("recipient-region", valueCode="320500"),
            extension("recipient-role", valueCode="physician"),
            extension("onward-sharing", valueBoolean=True),
            extension("deidentify-required", valueBoolean=False),
        ],
        "provision": [deny(securityLabel=topic("HIV"), provision=[permit(DOCTOR)])],
    },
    organization=[{"reference": HOLDER}],
    extension=[
        extension("research-study", valueReference={"reference": "ResearchStudy/asthma"}),
        extension("geographic-limit", valueCode="320000"),
        extension("delegation-evidence", valueReference={"reference": "DocumentReference/proof"}),
        extension("retention-days", valueInteger=30),
    ],
)


def test_what_everything_a_consent_can_say_is_read_as() -> None:
    assert computable(EVERYTHING) is None
    rule = read_document(EVERYTHING, 8).root
    assert rule is not None
    assert all(getattr(rule.own, name) is not None for name in Conditions.__struct_fields__)
    assert document_of(_kept(EVERYTHING), _raw({}), 8) == read_document(EVERYTHING, 8)


@pytest.mark.parametrize("policy", [None, "x", 5, ["x"]])
def test_a_policy_that_is_no_object_is_not_read(policy: object) -> None:
    assert computable(paper(permit(HOSPITAL), policy=[policy])) == "Consent.policy[0] is not an object"


# Whoever changes this answer changes what stored consents are read as: raise FORM, or an older program's reading
# goes on deciding.
def test_known_answer_of_this_form() -> None:
    read = read_in_advance(EVERYTHING, 8)["document"]
    digest = hashlib.sha256(orjson.dumps(read, option=orjson.OPT_SORT_KEYS)).hexdigest()
    assert (FORM, digest[:16]) == (2, "afcc51f8ab3e02cc")


def test_what_an_older_program_read_in_advance_is_read_again() -> None:
    older = msgspec.structs.replace(_kept(CARE), form=FORM - 1, document=msgspec.Raw(b'{"other": "shape"}'))
    assert document_of(older, _raw(CARE), 8) == read_document(CARE, 8)
    assert is_true_to(older, CARE)


def test_dates_that_are_local_elsewhere_are_read_again() -> None:
    assert document_of(_kept(CARE, 8), _raw(CARE), -5) == read_document(CARE, -5)
    assert read_document(CARE, -5) != read_document(CARE, 8)


def test_what_differs_from_its_resource_is_told() -> None:
    assert is_true_to(_kept(CARE), CARE)
    assert not is_true_to(_kept(CARE), paper(permit(HOSPITAL)))
