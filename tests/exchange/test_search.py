"""An officer's search: every condition narrows it, and a boundary in time falls where it is said to fall."""

from datetime import timedelta

import pytest

from exchange.audit import Filter, search
from exchange.consenting import revoke
from exchange.node.node import Node
from tests.exchange.nodes import (
    EMERGENCY_DOCTOR,
    NOW,
    OTHER_DOCTOR,
    OWN_DOCTOR,
    Site,
    allow,
    emergency,
    entries,
    put,
    question,
)
from tests.exchange.people import AN, BO


@pytest.fixture
def busy(node: Node, site: Site) -> Node:
    """A node on whose ledger something of everything has happened, an hour apart."""
    put(question(node), node.office)
    site.clock.pass_by(timedelta(hours=1))
    granted = allow(node)
    site.clock.pass_by(timedelta(hours=1))
    put(question(node), node.office)
    put(question(node, OWN_DOCTOR, BO), node.office)
    site.clock.pass_by(timedelta(hours=1))
    put(emergency(node, BO), node.office)
    revoke(node, AN, granted.consent_id, by=f"Patient/{AN}")
    put(question(node, purpose="HPAYMT"), node.office)
    return node


def _found(node: Node, wanted: Filter) -> list[int]:
    return [one.index for one in search(node.log, wanted)]


def test_a_search_without_conditions_finds_everything_in_order(busy: Node) -> None:
    assert _found(busy, Filter()) == list(range(busy.log.size))


# A condition and how many of the entries it keeps; the other entries of the whole ledger are none of its.
CONDITIONS = [
    ({"decision": "permit"}, 6),
    ({"decision": "deny"}, 2),
    ({"purpose": "ETREAT"}, 2),
    ({"purpose": "HPAYMT"}, 1),
    ({"organisation": "ks-tcm-hospital"}, 4),
    ({"organisation": "ks-emergency-centre"}, 2),
    ({"type": "consent"}, 2),
    ({"type": "import"}, 2),
    ({"region": "320583"}, None),
    ({"region": "440400"}, 0),
    ({"break_glass": True}, 2),
    ({"break_glass": False}, None),
]


@pytest.mark.parametrize(("condition", "count"), CONDITIONS)
def test_each_condition(busy: Node, condition: dict[str, object], count: int | None) -> None:
    (name, value), *_ = condition.items()
    found = list(search(busy.log, Filter(**condition)))  # type: ignore[arg-type] # one of Filter's own fields
    assert [one.index for one in found] == [
        one.index for one in entries(busy) if getattr(one.entry, name) == value
    ]
    if count is not None:
        assert len(found) == count


def test_by_patient_and_by_person_it_is_searched_under_their_pseudonyms(busy: Node) -> None:
    patient = busy.vault.key_of(AN).pseudonym
    actor = busy.desk.actor_named(OTHER_DOCTOR)
    about, by, both = (
        _found(busy, Filter(patient=patient)),
        _found(busy, Filter(actor=actor)),
        _found(busy, Filter(patient=patient, actor=actor)),
    )
    # a refusal, a grant, an access and its outcome, a revocation with its count and notice, a refusal
    assert len(about) == 8
    assert len(by) == 4
    assert both == [index for index in about if index in by]
    assert _found(busy, Filter(actor=busy.desk.actor_named(EMERGENCY_DOCTOR), decision="deny")) == []


def test_since_counts_and_until_does_not(busy: Node) -> None:
    for one in entries(busy):
        assert _found(busy, Filter(since=one.time))[0] == one.index
        assert _found(busy, Filter(until=one.time)) == list(range(one.index))
        just_after = one.time + timedelta(microseconds=1)
        assert _found(busy, Filter(until=just_after))[-1] == one.index
        assert _found(busy, Filter(since=one.time, until=just_after)) == [one.index]


def test_before_and_after_everything_there_is_nothing(busy: Node) -> None:
    assert _found(busy, Filter(until=NOW - timedelta(days=1))) == []
    assert _found(busy, Filter(since=NOW + timedelta(days=1))) == []
    assert _found(busy, Filter(since=NOW + timedelta(hours=9), until=NOW)) == []
