"""What an officer asks the ledger: every condition means what it says, and a name nobody knows is no empty answer."""

from datetime import timedelta

import pytest

from exchange.audit import NotKnown, Sought, filter_of, search
from exchange.errors import ExchangeError, UnknownPatient
from exchange.evidence.claim import BadCase
from exchange.node.node import Node
from ledger import Recorded
from tests.exchange.nodes import OTHER_DOCTOR, OWN_DOCTOR, Site, allow, emergency, entries, put, question
from tests.exchange.people import BO, CHILD


@pytest.fixture
def busy(node: Node, site: Site) -> Node:
    """A node on whose ledger somebody of several organisations has asked."""
    put(question(node), node.office)
    site.clock.pass_by(timedelta(days=1))
    allow(node)
    put(question(node), node.office)
    put(question(node, OWN_DOCTOR, BO), node.office)
    put(emergency(node, BO), node.office)
    return node


def found(node: Node, sought: Sought) -> list[Recorded]:
    return list(search(node.log, filter_of(node, sought)))


@pytest.mark.parametrize(
    "sought",
    [
        Sought(organisation="no-such-hospital"),
        Sought(purpose="TREET"),
        Sought(why="CONSENT_DENIED"),
        Sought(actor="ks-dr-999"),
        Sought(region="999999"),
        Sought(region="3205"),
    ],
)
def test_a_name_nobody_knows_is_an_error_and_not_repeated(busy: Node, sought: Sought) -> None:
    with pytest.raises(NotKnown) as raised:
        found(busy, sought)
    typed = next(filter(None, (sought.organisation, sought.purpose, sought.why, sought.actor, sought.region)))
    said = f"{raised.value} {raised.value.zh} {raised.value.hint} {raised.value.hint_zh}"
    assert (raised.value.exit_code, typed in said) == (6, False)


def test_what_was_nearly_right_is_suggested(busy: Node) -> None:
    for sought, near in (
        (Sought(purpose="treat"), "TREAT"),
        (Sought(organisation="ks-first-hospitl"), "ks-first-hospital"),
        (Sought(why="CONSENT_DENIED"), "CONSENT_DENY"),
        (Sought(actor="ks-dr-0001"), "ks-dr-001"),
    ):
        with pytest.raises(NotKnown) as raised:
            found(busy, sought)
        assert near in raised.value.hint


def test_a_patient_nobody_holds_is_an_error(busy: Node) -> None:
    with pytest.raises(UnknownPatient) as raised:
        found(busy, Sought(patient="p-404"))
    assert raised.value.exit_code == 6


@pytest.mark.parametrize(
    "sought",
    [
        Sought(purpose="HPAYMT"),
        Sought(organisation="ks-library"),
        Sought(why="CONSENT_DENY"),
        Sought(why="CASE_NOT_OPEN"),
        Sought(patient=CHILD),
        Sought(region="440400"),
        Sought(tier="national", region="320583"),
    ],
)
def test_what_is_known_and_did_not_happen_is_an_empty_answer(busy: Node, sought: Sought) -> None:
    if sought.organisation:
        sought = Sought(organisation=busy.directory.organisations()[-1].id)
    assert found(busy, sought) == []


def test_searching_for_somebody_writes_nothing(busy: Node) -> None:
    size, keys = busy.log.size, busy.vault.count()
    found(busy, Sought(patient=CHILD))
    assert (busy.log.size, busy.vault.count()) == (size, keys)


def test_by_reason(busy: Node) -> None:
    (one,) = found(busy, Sought(why="NO_CONSENT"))
    assert (one.entry.decision, one.entry.why) == ("deny", "NO_CONSENT")


def test_by_the_tier_and_the_region_of_whoever_asked(busy: Node) -> None:
    tiers = {one.id: one.tier for one in busy.directory.organisations()}
    for tier in ("county", "prefecture", "national"):
        assert [one.index for one in found(busy, Sought(tier=tier))] == [
            one.index for one in entries(busy) if tiers.get(one.entry.organisation) == tier
        ]
    assert found(busy, Sought(region="320000")) == found(busy, Sought(region="320583"))
    assert found(busy, Sought(region="320583", tier="county", decision="permit", actor=OTHER_DOCTOR))


def test_by_day_in_china(busy: Node, site: Site) -> None:
    permits = found(busy, Sought(decision="permit"))
    later = found(busy, Sought(since=site.clock() - timedelta(hours=1)))
    assert {one.index for one in permits} <= {one.index for one in later}
    assert len(found(busy, Sought(until=site.clock() - timedelta(hours=1), why="NO_CONSENT"))) == 1


def test_by_the_case_that_was_named(busy: Node) -> None:
    named = question(busy, case="referral:R-1")
    put(named, busy.office)
    assert [one.index for one in found(busy, Sought(case="referral:R-1"))] == [busy.log.size - 1]
    assert found(busy, Sought(case="referral:R-2")) == []
    assert found(busy, Sought(case="visit:R-1")) == []
    with pytest.raises(BadCase):
        found(busy, Sought(case="R-1"))


def test_an_organisation_that_left_the_registry_is_still_found_in_its_entries(busy: Node) -> None:
    known = {one.entry.organisation for one in entries(busy)}
    assert all(found(busy, Sought(organisation=one)) for one in known)


def test_every_error_here_is_one_a_person_can_act_on() -> None:
    assert issubclass(NotKnown, ExchangeError)
