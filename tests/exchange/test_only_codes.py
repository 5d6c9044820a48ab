"""Whoever reads an ECG from afar is given the ECG, and no laboratory result, though both are an Observation in FHIR."""

from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.decisions import decisions, explain, replay
from exchange.node.node import Node
from exchange.path.duties import CannotFulfil, Duties, classes_and_codes, duties_from
from exchange.policy.keeping import kept
from policies import Obligation
from tests.exchange.nodes import Answer, allow, fill, put, question
from tests.exchange.people import AN, Resource, labelled, observation
from tests.exchange.test_evidence_cases import order

CENTRE, READER = "Organization/ks-diagnostic-centre", "ks-ecg-001"
ECG = "http://loinc.org|11524-6"
CARE = Obligation("deidentify", "care")
ONLY = "DiagnosticReport http://loinc.org|11524-6 Observation http://loinc.org|11524-6"


@pytest.fixture
def reading(node: Node, tmp_path: Path) -> Node:
    """AN has an ECG, a report on it and one on something else, and a consultation with the centre for diagnosis."""
    reports = [_report("ecg-report", "11524-6"), _report("slide", "11526-1")]
    consultation = order("r-ecg", word="远程会诊", performer=[{"reference": CENTRE}])
    fill(node, tmp_path, [observation("an-ecg", AN, "11524-6", 1), *reports, consultation])
    allow(node, to=CENTRE, purposes=("COC",))
    return node


def _report(name: str, code: str) -> Resource:
    return {
        "resourceType": "DiagnosticReport",
        "id": name,
        "meta": labelled("N"),
        "status": "final",
        "subject": {"reference": f"Patient/{AN}"},
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "issued": "2026-03-02T09:00:00+08:00",
    }


def _asked(node: Node, *classes: str) -> Answer:
    return put(question(node, READER, AN, "COC", case="consultation:r-ecg", classes=classes), node.office)


def test_the_reader_is_given_the_ecg_and_its_report_and_nothing_else_of_these_classes(reading: Node) -> None:
    answer = _asked(reading)
    assert answer.permit, answer.result.verdict.reasons
    own = {one for one in answer.refs if one.startswith(("Observation/", "DiagnosticReport/"))}
    assert own == {"Observation/an-ecg", "DiagnosticReport/ecg-report"}
    reasons = {one.ref: one.reason for one in answer.result.verdict.withheld}
    assert reasons["Observation/an-hba1c"] == "CODE_NOT_FOR_ROLE"
    assert reasons["DiagnosticReport/slide"] == "CODE_NOT_FOR_ROLE"
    assert reasons["Condition/an-e11"] == "CLASS_NOT_FOR_ROLE"
    assert "Observation/an-ecg" not in reasons


def test_the_page_about_it_says_how_many_were_kept_for_their_code(reading: Node) -> None:
    _asked(reading)
    entry = list(decisions(reading.log))[-1].id
    told = explain(reading.office, entry, partial(kept, reading.layout.policies))
    groups = {one.code: (one.count, one.classes) for one in told.story.withheld()}
    assert groups["CODE_NOT_FOR_ROLE"] == (5, ("DiagnosticReport", "Observation"))
    assert "NOT_FOR_ALL" not in groups
    assert "only with certain codes" in "\n".join(told.lines("en"))
    assert "只能查看此类记录中带特定编码的内容" in "\n".join(told.lines("zh"))
    (duty,) = [one for one in told.story.duties if one.code == "only-codes"]
    assert (duty.state, duty.value) == ("done", ONLY)
    assert replay(reading.office, entry).same


def test_where_nothing_is_left_it_is_refused_and_why_is_said(node: Node, tmp_path: Path) -> None:
    consultation = order("r-ecg", word="远程会诊", performer=[{"reference": CENTRE}])
    fill(node, tmp_path, [consultation])
    allow(node, to=CENTRE, purposes=("COC",))
    answer = _asked(node, "Observation")
    assert (answer.permit, answer.code) == (False, "CODE_NOT_FOR_ROLE")


def test_another_role_sees_results_as_before(reading: Node) -> None:
    allow(reading)
    assert "Observation/an-hba1c" in put(question(reading), reading.office).refs


@pytest.mark.parametrize(
    ("texts", "coded"),
    [
        (["Observation a|1"], {"Observation": {"a|1"}}),
        (["Observation a|1 b|2 Condition c|3"], {"Observation": {"a|1", "b|2"}, "Condition": {"c|3"}}),
        (["Observation a|1 b|2 Observation b|2"], {"Observation": {"b|2"}}),
        (["Observation a|1", "Observation b|2"], {"Observation": set()}),
        (["Observation a|1", "Condition c|3"], {"Observation": {"a|1"}, "Condition": {"c|3"}}),
    ],
)
def test_the_limits_of_a_duty(texts: list[str], coded: dict[str, set[str]]) -> None:
    duties = duties_from([CARE, *(Obligation("only-codes", text) for text in texts)])
    assert duties.coded == coded


@pytest.mark.parametrize(
    "text",
    ["", " ", "Observation", "Observation ", "a|1", "Weather a|1", "Observation a", "Observation a|", "Observation |1",
     "Observation a|1|2", "Observation a|1  b|2", "Observation a|1 Condition", "Observation\ta|1"],
)  # fmt: skip
def test_a_limit_that_cannot_be_read_refuses(text: str) -> None:
    with pytest.raises(CannotFulfil, match="codes"):
        classes_and_codes(text)


CODES = st.frozensets(st.sampled_from(("a|1", "b|2", "c|3")))


@given(CODES, CODES, st.sampled_from(("Observation", "Condition")))
def test_a_record_leaves_by_one_of_its_codes_and_never_without_any(
    wanted: frozenset[str], has: frozenset[str], class_: str
) -> None:
    duties = Duties(profile="care", coded={"Observation": wanted})
    assert duties.let_go(class_, has) == (class_ != "Observation" or bool(wanted & has))
