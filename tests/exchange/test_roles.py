"""A consent may name a role: family doctors, whoever they are."""

from consent import Wish
from exchange.consenting import grant
from exchange.node.node import Node
from exchange.requesting import Ask, request
from tests.exchange.people import AN


def test_a_consent_for_family_doctors_is_for_them_and_for_nobody_else(node: Node) -> None:
    wish = Wish(
        recipients=("Organization/ks-community-centre",),
        roles=("family-doctor",),
        purposes=("TREAT",),
        confirmed=("sensitive", "third-party"),
    )
    grant(node, AN, wish, by="counter")
    assert request(node, Ask(patient=AN, purpose="TREAT", person="ks-fd-001")).permit
    assert not request(node, Ask(patient=AN, purpose="TREAT", person="ks-nu-004")).permit
