"""Signed forms a hospital has collected: what can be decided by goes in, the rest is set aside with its reason."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from consent import Wish, build_consent
from exchange.consenting import ConsentImport, consents_of, import_consents, revoke
from exchange.node.node import Node
from exchange.records import Problem
from tests.exchange.nodes import NOW, OFFICER, OTHER_HOSPITAL, entries, put, question
from tests.exchange.people import AN, AN_NUMBER, BO

Form = dict[str, Any]


def form(patient: str = AN, name: str = "form-1", **more: Any) -> Form:
    """A signed form as FHIR."""
    wish = Wish(
        patient=f"Patient/{patient}",
        recipients=(OTHER_HOSPITAL,),
        purposes=("TREAT",),
        confirmed=("sensitive", "third-party"),
        channel="paper form",
        custodian="Organization/ks-first-hospital",
    )
    return build_consent(wish, consent_id=name, at=NOW) | more


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "forms.ndjson"


def bring_in(node: Node, place: Path, *forms: Mapping[str, Any]) -> tuple[ConsentImport, list[Problem]]:
    place.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in forms))
    problems: list[Problem] = []
    return import_consents(node, [place], by=OFFICER, on_problem=problems.append), problems


def test_a_form_goes_in_with_an_entry_of_its_own_and_counts(node: Node, place: Path) -> None:
    report, _ = bring_in(node, place, form(), form(BO, "form-2"))
    assert (report.new, report.rejected) == (2, 0)
    assert [one.entry.subtype for one in report.entries] == ["grant", "grant"]
    assert [one.id for one in entries(node)[-2:]] == [one.id for one in report.entries]
    assert put(question(node), node.office).permit


def test_the_same_file_again_changes_nothing(node: Node, place: Path) -> None:
    bring_in(node, place, form())
    size = node.log.size
    report, _ = bring_in(node, place, form(), form())
    assert (report.new, report.changed, report.unchanged, node.log.size) == (0, 0, 2, size)


def test_a_changed_form_is_a_new_version(node: Node, place: Path) -> None:
    bring_in(node, place, form())
    report, _ = bring_in(node, place, form(dateTime="2026-11-26T09:00:00+08:00"))
    assert (report.changed, report.entries[0].entry.subtype) == (1, "change")
    assert [one.version for one in consents_of(node, AN, all_versions=True)] == [1, 2]


@pytest.mark.attack
def test_the_old_file_does_not_bring_back_a_consent_that_was_taken_back(node: Node, place: Path) -> None:
    bring_in(node, place, form())
    revoke(node, AN, "form-1", by=f"Patient/{AN}")
    report, _ = bring_in(node, place, form())
    assert (report.unchanged, report.changed) == (1, 0)
    assert put(question(node), node.office).code == "CONSENT_WITHDRAWN"


@pytest.mark.attack
def test_no_file_brings_back_a_consent_that_was_taken_back_here(node: Node, place: Path) -> None:
    bring_in(node, place, form())
    revoke(node, AN, "form-1", by=f"Patient/{AN}")
    report, problems = bring_in(node, place, form(dateTime="2026-11-26T09:00:00+08:00"))
    assert (report.rejected, "taken back here" in problems[0].en, "已在本节点收回" in problems[0].zh) == (
        1,
        True,
        True,
    )
    assert put(question(node), node.office).code == "CONSENT_WITHDRAWN"


def test_after_taking_back_a_newly_signed_form_counts(node: Node, place: Path) -> None:
    bring_in(node, place, form())
    revoke(node, AN, "form-1", by=f"Patient/{AN}")
    bring_in(node, place, form(name="form-3"))
    assert put(question(node), node.office).permit


def test_a_form_that_takes_a_consent_back_is_a_change(node: Node, place: Path) -> None:
    bring_in(node, place, form())
    bring_in(node, place, form(status="inactive"))
    assert put(question(node), node.office).code == "CONSENT_WITHDRAWN"


SET_ASIDE: list[tuple[Form, str]] = [
    ({"resourceType": "Patient", "id": "p-9"}, "not-a-consent"),
    (form() | {"provision": {"type": "perhaps"}}, "not-computable"),
    (form() | {"provision": {"type": "permit", "mystery": 1}}, "not-computable"),
    (form("p-404"), "patient-unknown"),
    (form() | {"patient": {"reference": "https://elsewhere.example/fhir/Patient/p-an"}}, "not-computable"),
    (form() | {"patient": {}}, "not-computable"),
]


@pytest.mark.parametrize(("one", "reason"), SET_ASIDE)
def test_what_cannot_be_used_is_set_aside_with_its_reason_and_the_rest_goes_in(
    node: Node, place: Path, one: Form, reason: str
) -> None:
    report, problems = bring_in(node, place, one, form(BO, "form-2"))
    assert [problem.reason for problem in problems] == [reason]
    assert (report.new, report.rejected) == (1, 1)
    assert report.reject_file is not None
    kept = orjson.loads(report.reject_file.read_bytes())
    assert (kept["line"], orjson.loads(kept["raw"])) == (1, one)
    assert report.reject_file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("reference", [AN, f"Patient/{AN}", AN_NUMBER])
def test_a_refusal_is_found_however_the_form_names_the_patient(
    node: Node, place: Path, reference: str
) -> None:
    wish = Wish(patient=f"Patient/{AN}", refuse=True, purposes=("TREAT",))
    refusal = build_consent(wish, consent_id="no-1", at=NOW) | {"patient": {"reference": reference}}
    bring_in(node, place, refusal)
    assert put(question(node, "ks-dr-001"), node.office).code == "CONSENT_DENY"
