"""What an emergency needs comes first in the Bundle, the newest of it foremost, and nothing is left out."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.node.node import Node
from exchange.path.at_a_glance import in_order, summary
from tests.cli.typing_in import typed
from tests.exchange.nodes import EMERGENCY_DOCTOR, Site, allow, emergency, put, question
from tests.exchange.people import AN

ACTIVE = {"coding": [{"code": "active"}]}
RESOLVED = {"coding": [{"code": "resolved"}]}
RECORD: tuple[Mapping[str, Any], ...] = (
    {"resourceType": "Organization", "id": "house"},
    {"resourceType": "Immunization", "id": "vaccine", "status": "completed"},
    {"resourceType": "Observation", "id": "old", "status": "final", "effectiveDateTime": "2020-01-01"},
    {
        "resourceType": "Observation",
        "id": "new",
        "status": "final",
        "effectiveDateTime": "2026-11-01T08:00:00+08:00",
    },
    {"resourceType": "Condition", "id": "over", "clinicalStatus": RESOLVED, "recordedDate": "2026-11-20"},
    {"resourceType": "Condition", "id": "problem", "clinicalStatus": ACTIVE, "recordedDate": "2021-01-01"},
    {"resourceType": "Condition", "id": "unsaid"},
    {"resourceType": "MedicationRequest", "id": "taken", "status": "active"},
    {"resourceType": "MedicationRequest", "id": "finished", "status": "completed"},
    {"resourceType": "Device", "id": "pacemaker", "status": "inactive"},
    {"resourceType": "AllergyIntolerance", "id": "penicillin", "clinicalStatus": ACTIVE},
    {"resourceType": "Patient", "id": "who"},
)
ORDER = (
    "who", "penicillin", "taken", "problem", "unsaid", "pacemaker", "new", "old", "vaccine", "house",
    "over", "finished",
)  # fmt: skip


def ids(bodies: list[bytes]) -> list[str]:
    return [orjson.loads(one)["id"] for one in bodies]


def test_allergies_medicines_problems_devices_results_in_this_order() -> None:
    assert tuple(ids(in_order(map(orjson.dumps, RECORD)))) == ORDER


@given(st.permutations(RECORD))
def test_whatever_the_order_was_before_each_part_stands_where_it_belongs(
    mixed: list[Mapping[str, Any]],
) -> None:
    before = [orjson.dumps(one) for one in mixed]
    after = in_order(before)
    assert sorted(after) == sorted(before)
    assert ids(after)[:4] == list(ORDER[:4])


@given(
    st.lists(
        st.fixed_dictionaries(
            {"resourceType": st.sampled_from(("Condition", "Observation", "Patient", "Weather"))},
            optional={
                "clinicalStatus": st.none() | st.text() | st.lists(st.booleans()) | st.just({"coding": "?"}),
                "status": st.booleans() | st.text(),
                "recordedDate": st.text() | st.just("2024-02-30"),
            },
        )
    )
)
def test_an_odd_record_stands_somewhere_and_stops_nothing(odd: list[dict[str, Any]]) -> None:
    assert sorted(in_order(map(orjson.dumps, odd))) == sorted(map(orjson.dumps, odd))


def verified(code: str) -> Mapping[str, Any]:
    return {"verificationStatus": {"coding": [{"code": code}]}}


WRONG: tuple[Mapping[str, Any], ...] = (
    {"resourceType": "AllergyIntolerance", "id": "mistaken", **verified("entered-in-error")},
    {
        "resourceType": "AllergyIntolerance",
        "id": "ruled-out",
        "clinicalStatus": ACTIVE,
        **verified("refuted"),
    },
    {
        "resourceType": "Condition",
        "id": "wrong-chart",
        "clinicalStatus": ACTIVE,
        **verified("entered-in-error"),
    },
    {"resourceType": "MedicationRequest", "id": "mistyped", "status": "entered-in-error"},
    {"resourceType": "Device", "id": "not-hers", "status": "entered-in-error"},
    {"resourceType": "Observation", "id": "mixed-up", "status": "entered-in-error"},
)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda one: one["id"])
def test_what_was_never_true_stands_last_and_is_not_counted(wrong: Mapping[str, Any]) -> None:
    newest = {**wrong, "recordedDate": "2026-11-30"}
    assert ids(in_order(map(orjson.dumps, (newest, *RECORD))))[-1] == wrong["id"]
    assert not any(one.count for one in summary(orjson.dumps({"entry": [{"resource": newest}]})))


@pytest.mark.parametrize("code", ["unconfirmed", "provisional", "differential", "confirmed"])
def test_what_is_only_suspected_stands_where_it_belongs(code: str) -> None:
    suspected = {"resourceType": "AllergyIntolerance", "id": "suspected", **verified(code)}
    assert ids(in_order(map(orjson.dumps, (*RECORD, suspected))))[:3] == ["who", "penicillin", "suspected"]


@pytest.mark.parametrize(
    "status",
    [{"coding": [{"system": "urn:house", "code": "现患"}, {"code": "active"}]}, {"text": "active"}, None],
)
def test_one_code_that_says_current_is_enough_and_none_is_too(status: object) -> None:
    one = {"resourceType": "Condition", "id": "two-codes", "clinicalStatus": status}
    assert {part.name for part in summary(orjson.dumps({"entry": [{"resource": one}]})) if part.count} == {
        "problems"
    }


def test_how_much_of_each_part_there_is_and_that_there_is_none() -> None:
    bundle = orjson.dumps({"entry": [{"resource": one} for one in RECORD if one["resourceType"] != "Device"]})
    assert {one.name: one.count for one in summary(bundle)} == {
        "allergies": 1,
        "medicines": 1,
        "problems": 2,
        "devices": 0,
        "results": 2,
    }
    assert [one.count for one in summary(b'{"resourceType":"Bundle"}')] == [0] * 5


def test_an_emergency_is_handed_over_in_this_order_and_any_other_request_as_it_was(node: Node) -> None:
    allow(node)
    usual = put(question(node), node.office)
    urgent = put(emergency(node), node.office)
    assert urgent.refs >= usual.refs
    kinds = [one["resource"]["resourceType"] for one in json.loads(urgent.delivered[0])["entry"]]
    assert kinds.index("Patient") < kinds.index("MedicationRequest") < kinds.index("Condition")
    assert kinds.index("Condition") < kinds.index("Observation")
    told = {one.name: one.count for one in summary(urgent.delivered[0])}
    assert told["results"] == kinds.count("Observation")


@pytest.mark.parametrize(
    ("lang", "told"),
    [("en", "hutong: first in it: allergies 0, current medicines 1"), ("zh", "最前面依次为：过敏 0 条")],
)
def test_the_terminal_says_how_much_of_each_part_and_nothing_of_what_it_is(
    site: Site, node: Node, tmp_path: Path, lang: str, told: str
) -> None:
    command = (
        *("--node", str(site.folder), "exchange", "request", "--patient", AN, "--for", "ETREAT"),
        *("--as", EMERGENCY_DOCTOR, "--emergency", "--reason", "昏迷", "-o", str(tmp_path / f"{lang}.json")),
    )
    asked = typed(*command, "--json", env={"HUTONG_LANG": lang})
    assert asked.exit_code == 0, asked.stderr
    assert told in asked.stderr
    assert json.loads(asked.stdout)["summary"]["medicines"] == 1
    assert "二甲双胍" not in asked.stderr
