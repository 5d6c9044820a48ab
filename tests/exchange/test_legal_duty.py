"""A duty by law asks no consent: for whoever the node lists, or while an order lasts, and for nobody else."""

from dataclasses import replace
from pathlib import Path

import pytest

from exchange.decisions.replaying import replay
from exchange.node.node import Node
from exchange.path.release import Released, release
from tests.exchange.nodes import Site, question
from tests.exchange.people import AN
from tests.exchange.test_evidence_papers import FILE, OFFICER_OF_CDC

ORDER = "order:ph-2026-07"
LISTED = {"HUTONG_CONSENT_STATUTORY_AUTHORITIES": '{"PUBHLTH": ["Organization/ks-cdc"]}'}


def _told(node: Node, purpose: str, case: str = "") -> tuple[bool, str, str]:
    """Whether it left, why, and the entry."""
    asked = question(node, OFFICER_OF_CDC, AN, case=case, purpose=purpose)
    asked = replace(asked, classes=("Condition",))
    match release(asked, node.office, lambda _: None):
        case Released() as done:
            return True, done.verdict.code, done.intent.id
        case refused:
            return False, refused.verdict.code, refused.entry.id


@pytest.mark.parametrize(("purpose", "left"), [("PUBHLTH", True), ("DISASTER", False), ("TREAT", False)])
def test_an_authority_on_the_list_reads_what_its_duty_is_about(site: Site, purpose: str, left: bool) -> None:
    with site.open(**LISTED) as node:
        told = _told(node, purpose)
    assert told[0] is left
    assert (told[1] == "STATUTORY_DUTY") is left


def test_nobody_is_an_authority_by_saying_so(node: Node) -> None:
    assert _told(node, "PUBHLTH")[:2] == (False, "NO_CONSENT")


def test_an_order_makes_one_until_it_ends_and_the_decision_can_be_made_again(site: Site) -> None:
    _write(site.folder)
    with site.open() as node:
        left, why, entry = _told(node, "THREAT", ORDER)
        assert (left, why) == (True, "STATUTORY_DUTY")
        (site.folder / "orders.toml").unlink()
        assert _told(node, "THREAT", ORDER)[0] is False
        assert replay(node.office, entry).same


def test_an_order_is_no_help_for_what_it_does_not_name(site: Site) -> None:
    _write(site.folder)
    with site.open() as node:
        assert _told(node, "DISASTER", ORDER)[0] is False
        assert _told(node, "TREAT", ORDER)[0] is False


def _write(folder: Path) -> None:
    (folder / "orders.toml").write_text(FILE, "utf-8")
