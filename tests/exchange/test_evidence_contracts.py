"""The family doctor's contract opens the record to the team that signed it, and ends on its last day."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from exchange.evidence.weighing import weighed
from exchange.node.node import Node
from exchange.path.request import BasedOn
from exchange.path.subject import subject_of
from tests.exchange.nodes import NOW, Site, allow, fill, put, question
from tests.exchange.people import AN, BO, Resource, labelled

DOCTOR, NURSE, OTHER = "ks-fd-001", "ks-nu-004", "ks-fd-003"  # of the team, of the team, of another team
YEAR = {"start": "2025-11-26", "end": "2026-11-25"}
OVER = {"start": "2025-11-25", "end": "2026-11-24"}


def contract(about: str = AN, **more: Any) -> Resource:
    said: Resource = {
        "resourceType": "EpisodeOfCare",
        "id": "fd-1",
        "meta": labelled("N"),
        "status": "active",
        "patient": {"reference": f"Patient/{about}"},
        "managingOrganization": {"reference": "Organization/ks-community-centre"},
        "period": YEAR,
        "careManager": {"reference": f"Practitioner/{DOCTOR}"},
        "team": [{"reference": "CareTeam/team-1"}],
    }
    return said | more


def team(**more: Any) -> Resource:
    said: Resource = {
        "resourceType": "CareTeam",
        "id": "team-1",
        "meta": labelled("N"),
        "status": "active",
        "subject": {"reference": f"Patient/{AN}"},
        "period": YEAR,
        "participant": [{"member": {"reference": f"Practitioner/{NURSE}"}}],
    }
    return said | more


def ground(node: Node, person: str = DOCTOR, case: str = "", **more: Any) -> BasedOn | None:
    asked = question(node, person, case=case, **more)
    subject = subject_of(node.records, asked.patient, node.directory, node.own)
    return weighed(asked, node.office, subject=subject, keys=node.vault.key_of(asked.patient)).based_on


def is_open(node: Node, person: str, name: str = "fd-1") -> bool:
    found = ground(node, person, f"contract:{name}")
    assert found is not None
    return found.open


def test_the_team_rests_on_its_contract(node: Node, tmp_path: Path) -> None:
    fill(node, tmp_path, [contract(), team()])
    assert is_open(node, DOCTOR)
    assert is_open(node, NURSE)
    assert is_open(node, NURSE, "team-1")


@pytest.mark.attack
@pytest.mark.parametrize("person", [OTHER, "ks-fd-002", "ks-dr-001"])
def test_a_contract_is_the_teams_not_everybodys_at_the_centre(
    node: Node, tmp_path: Path, person: str
) -> None:
    fill(node, tmp_path, [contract(), team()])
    assert not is_open(node, person)


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "finished"},
        {"period": OVER},
        {"period": {"start": "2026-11-26", "end": "2027-11-25"}},
        {"period": {"start": "2025-11-26"}},  # a contract that never ends is none
        {"period": None},
        {"patient": {"reference": f"Patient/{BO}"}},
    ],
    ids=str,
)
def test_a_contract_that_is_over_or_somebody_elses_opens_nothing(
    node: Node, tmp_path: Path, changed: Resource
) -> None:
    fill(node, tmp_path, [contract(**changed), team()])
    assert not is_open(node, DOCTOR)


def test_a_contract_of_another_number_is_another_contract(node: Node, tmp_path: Path) -> None:
    fill(node, tmp_path, [contract(), team()])
    assert not is_open(node, DOCTOR, "fd-2")


def test_a_member_who_left_the_team_is_out(node: Node, tmp_path: Path) -> None:
    left = [{"member": {"reference": f"Practitioner/{NURSE}"}, "period": {"end": "2026-11-24"}}]
    fill(node, tmp_path, [contract(), team(participant=left)])
    assert not is_open(node, NURSE)
    assert is_open(node, DOCTOR)


def test_a_team_that_ended_before_the_contract_is_out(node: Node, tmp_path: Path) -> None:
    fill(node, tmp_path, [contract(), team(period=OVER)])
    assert not is_open(node, NURSE)


@pytest.mark.attack
def test_a_team_that_names_itself_is_read_once(node: Node, tmp_path: Path) -> None:
    fill(node, tmp_path, [contract(), team(team=[{"reference": "CareTeam/team-1"}])])
    assert is_open(node, NURSE)


def test_a_family_doctor_need_not_name_the_contract(node: Node, tmp_path: Path) -> None:
    assert ground(node) is None
    fill(node, tmp_path, [contract(), team()])
    assert ground(node) == BasedOn(kind="contract", id="fd-1", open=True)
    assert ground(node, OTHER) is None
    assert ground(node, NURSE) is None  # who is no family doctor names it


def test_access_after_the_end_of_the_contract_is_refused(node: Node, site: Site, tmp_path: Path) -> None:
    allow(node, to="Organization/ks-community-centre", purposes=("CAREMGT",))
    fill(node, tmp_path, [contract(), team()])
    site.clock.now = NOW + timedelta(hours=15) - timedelta(seconds=1)
    for case in ("", "contract:fd-1"):
        assert put(question(node, DOCTOR, purpose="CAREMGT", case=case), node.office).permit
    site.clock.now = NOW + timedelta(hours=15)
    for case in ("", "contract:fd-1"):
        answer = put(question(node, DOCTOR, purpose="CAREMGT", case=case), node.office)
        assert (answer.code, answer.delivered) == ("CONTRACT_NOT_OPEN", ())
