"""A research project asks for something definite, is registered once, and gets nothing before it is approved."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from deid.errors import UnknownElement
from exchange.node.node import Node
from exchange.research.extract import TooFew
from exchange.research.projects import (
    NoSuchProject,
    NotApproved,
    ProjectExists,
    find,
    projects,
    require_in_force,
)
from exchange.research.protocol import BadProtocol, read_protocol
from tests.exchange.nodes import Site, last
from tests.exchange.studies import (
    UNTIL,
    approve_until,
    approved,
    everybody_agrees,
    extracted,
    protocol,
    registered,
)


def test_a_project_is_registered_with_an_entry_and_not_approved(node: Node, tmp_path: Path) -> None:
    registered(node, tmp_path)
    assert (last(node).entry.type, last(node).entry.subtype) == ("research", "register")
    (project,) = projects(node.log)
    assert (project.protocol.id, project.approved, project.registered) == (
        "diabetes-1",
        None,
        last(node).time,
    )


def test_a_project_is_registered_once(node: Node, tmp_path: Path) -> None:
    registered(node, tmp_path)
    size = node.log.size
    with pytest.raises(ProjectExists):
        registered(node, tmp_path, title_en="Another title")
    assert (node.log.size, find(node.log, "diabetes-1").protocol.title_en) == (size, "A study of diabetes")


def test_what_nobody_registered_is_not_approved(node: Node) -> None:
    size = node.log.size
    with pytest.raises(NoSuchProject):
        approve_until(node, "unheard-of", UNTIL)
    assert node.log.size == size


def test_approving_is_an_entry(node: Node, tmp_path: Path) -> None:
    approved(node, tmp_path)
    project = find(node.log, "diabetes-1")
    assert (project.approval, project.approved_until, project.approved) == ("IRB-7", UNTIL, last(node).time)


@pytest.mark.parametrize(
    ("today", "fits"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (UNTIL, True),
        (UNTIL + timedelta(days=1), False),
    ],
)
def test_first_and_last_day_count(node: Node, tmp_path: Path, today: date, fits: bool) -> None:
    approved(node, tmp_path)
    assert find(node.log, "diabetes-1").in_force(today) == fits
    if not fits:
        with pytest.raises(NotApproved, match="no approval in force today"):
            require_in_force(find(node.log, "diabetes-1"), today)


def test_an_approval_does_not_outlast_the_protocol(node: Node, tmp_path: Path) -> None:
    registered(node, tmp_path, valid_until=date(2026, 12, 31))
    approve_until(node, "diabetes-1", date(2030, 1, 1))
    assert find(node.log, "diabetes-1").last_day == date(2026, 12, 31)


def _nothing_happened(node: Node, place: Path, size: int) -> bool:
    return node.log.size == size and not any(place.glob("*extract*"))


def test_before_the_approval_nothing_is_extracted_and_nothing_written(node: Node, tmp_path: Path) -> None:
    registered(node, tmp_path)
    everybody_agrees(node)
    size = node.log.size
    with pytest.raises(NotApproved) as refused:
        extracted(node, tmp_path)
    assert refused.value.exit_code == 3
    assert _nothing_happened(node, tmp_path, size)


def test_after_the_last_day_nothing_is_extracted(node: Node, site: Site, tmp_path: Path) -> None:
    """The day ends at midnight in China."""
    approved(node, tmp_path)
    approve_until(node, "diabetes-1", date(2026, 11, 25))
    everybody_agrees(node)
    site.clock.pass_by(timedelta(hours=15))
    size = node.log.size
    with pytest.raises(NotApproved):
        extracted(node, tmp_path)
    assert _nothing_happened(node, tmp_path, size)
    site.clock.pass_by(-timedelta(seconds=1))
    assert extracted(node, tmp_path).numbers.patients == 14


def test_an_element_the_profile_never_lets_out_is_named_and_nothing_written(
    node: Node, tmp_path: Path
) -> None:
    approved(node, tmp_path, fields={"Patient": ["gender", "telephone"]})
    everybody_agrees(node)
    size = node.log.size
    with pytest.raises(UnknownElement, match=r"Patient\.telephone") as refused:
        extracted(node, tmp_path)
    assert refused.value.exit_code == 6
    assert _nothing_happened(node, tmp_path, size)


def test_too_few_patients_are_no_extract(node: Node, tmp_path: Path) -> None:
    approved(node, tmp_path)
    everybody_agrees(node, ["c-01", "c-02"])
    with pytest.raises(TooFew) as refused:
        extracted(node, tmp_path)
    assert refused.value.exit_code == 3
    assert not (tmp_path / "extract").exists()


BAD: list[tuple[dict[str, Any], str]] = [
    ({"id": " "}, "id"),
    ({"use": []}, "use"),
    ({"fields": {}}, "fields"),
    ({"cohort": {}}, "cohort.conditions"),
    ({"cohort": {"conditions": ["E11"], "min_age": 60, "max_age": 50}}, "cohort.max_age"),
    ({"valid_until": date(2025, 1, 1)}, "valid_until"),
    ({"purpose": "TREAT"}, "purpose"),
    ({"profile": "care"}, "profile"),
    ({"cohort": {"conditions": ["E11"], "max_ages": 50}}, "max_ages"),
    ({"identified": True}, "identified"),
    ({"valid_from": "soon"}, "valid_from"),
]


@pytest.mark.parametrize(("changes", "field"), BAD)
def test_a_protocol_that_cannot_be_used_names_the_field(
    tmp_path: Path, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadProtocol, match=field) as refused:
        protocol(tmp_path, **changes)
    assert refused.value.exit_code == 6
    assert "protocol.toml" in str(refused.value)


def test_a_protocol_that_is_not_there_or_no_toml_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadProtocol, match="no such file"):
        read_protocol(tmp_path / "gone.toml")
    (tmp_path / "odd.toml").write_text("id = ")
    with pytest.raises(BadProtocol, match=r"odd\.toml"):
        read_protocol(tmp_path / "odd.toml")
    (tmp_path / "latin.toml").write_bytes(b'id = "\xe9"')
    with pytest.raises(BadProtocol):
        read_protocol(tmp_path / "latin.toml")
