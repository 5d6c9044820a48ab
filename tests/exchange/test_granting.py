"""Granting and revoking: a consent counts from its entry, and stops counting with the entry that takes it back."""

from datetime import timedelta

import pytest

from consent import Wish
from consent.errors import BadWish, WithdrawnAlready
from exchange.consenting import NoSuchConsent, consents_of, grant, revoke
from exchange.errors import UnknownPatient
from exchange.node.node import Node
from tests.exchange.nodes import (
    OTHER_DOCTOR,
    OTHER_HOSPITAL,
    OWN_DOCTOR,
    Site,
    allow,
    last,
    put,
    question,
    released,
)
from tests.exchange.people import AN, BO, CHILD, LATE

BY = f"Patient/{AN}"


def test_a_grant_is_a_consent_and_an_entry(node: Node) -> None:
    granted = allow(node)
    entry = last(node)
    assert entry == granted.entry
    assert (entry.entry.type, entry.entry.subtype, entry.entry.action) == ("consent", "grant", "C")
    (stored,) = consents_of(node, AN)
    assert (stored.consent_id, stored.version, stored.entry) == (granted.consent_id, 1, entry.id)
    assert (stored.commitment,) == entry.entry.consents
    assert stored.known == entry.time


def test_revoking_counts_from_its_entry(node: Node) -> None:
    """The same request just before is permitted, just after refused; the clock has not moved in between."""
    granted = allow(node)
    assert put(question(node), node.office).permit
    revoke(node, AN, granted.consent_id, by=BY, reason="不想再共享")
    answer = put(question(node), node.office)
    assert (answer.permit, answer.code) == (False, "CONSENT_WITHDRAWN")


@pytest.mark.parametrize("later", [timedelta(0), timedelta(microseconds=1), timedelta(milliseconds=400)])
def test_revoking_counts_within_the_same_second(node: Node, site: Site, later: timedelta) -> None:
    site.clock.pass_by(timedelta(milliseconds=500))
    granted = allow(node)
    revoke(node, AN, granted.consent_id, by=BY)
    site.clock.pass_by(later)
    assert not put(question(node), node.office).permit


def test_every_version_is_kept(node: Node) -> None:
    granted = allow(node)
    revoked = revoke(node, AN, granted.consent_id, by=BY)
    assert [(one.version, one.resource["status"]) for one in consents_of(node, AN, all_versions=True)] == [
        (1, "active"),
        (2, "inactive"),
    ]
    assert [one.version for one in consents_of(node, AN)] == [revoked.version]


def test_a_consent_is_taken_back_once(node: Node) -> None:
    granted = allow(node)
    revoke(node, AN, granted.consent_id, by=BY)
    size = node.log.size
    with pytest.raises(WithdrawnAlready):
        revoke(node, AN, granted.consent_id, by=BY)
    assert node.log.size == size


def test_only_the_patients_own_consent_can_be_taken_back(node: Node) -> None:
    granted = allow(node)
    for patient, consent_id in ((BO, granted.consent_id), (AN, "c-nobody")):
        with pytest.raises(NoSuchConsent):
            revoke(node, patient, consent_id, by=BY)


def test_taking_back_tells_who_has_seen_the_record_under_it(node: Node) -> None:
    granted = allow(node)
    put(question(node, OWN_DOCTOR), node.office)  # that one needed no consent
    seen = released(question(node), node.office).intent
    put(question(node, purpose="HPAYMT"), node.office)
    revoked = revoke(node, AN, granted.consent_id, by=BY)
    assert [look.entry_id for look in revoked.already_seen_by] == [seen.id]


def test_after_taking_back_the_patient_can_allow_it_again(node: Node) -> None:
    granted = allow(node)
    revoke(node, AN, granted.consent_id, by=BY)
    assert allow(node).consent_id != granted.consent_id
    assert put(question(node), node.office).permit


def test_a_refusal_is_a_consent_too(node: Node) -> None:
    grant(node, AN, Wish(refuse=True, purposes=("TREAT",)), by=BY)
    assert last(node).entry.subtype == "refuse"
    assert put(question(node, OWN_DOCTOR), node.office).code == "CONSENT_DENY"


@pytest.mark.parametrize("confirmed", [(), ("sensitive",), ("third-party",)])
def test_a_grant_to_a_third_party_that_was_not_confirmed_separately_warns(
    node: Node, confirmed: tuple[str, ...]
) -> None:
    granted = allow(node, confirmed=confirmed)
    assert [en for en, _ in granted.warnings] == [
        "extra-private information for another organisation needs to be agreed to separately"
    ]
    assert put(question(node), node.office).code == "SEPARATE_CONSENT_REQUIRED"


def test_a_grant_that_permits_everything_it_says_warns_of_nothing(node: Node) -> None:
    assert allow(node).warnings == ()
    assert allow(node, to=f"Practitioner/{OTHER_DOCTOR}").warnings == ()


def test_what_makes_no_sense_is_not_recorded(node: Node) -> None:
    size = node.log.size
    with pytest.raises(BadWish):
        grant(node, AN, Wish(purposes=("TREAT",)), by=BY)
    with pytest.raises(UnknownPatient):
        allow(node, "p-404")
    assert node.log.size == size


def test_for_a_child_a_guardian_decides(node: Node) -> None:
    allow(node, CHILD)
    assert put(question(node, patient=CHILD), node.office).code == "GUARDIAN_CONSENT_REQUIRED"


def test_a_guardian_needs_a_proof(node: Node) -> None:
    with pytest.raises(BadWish, match="proof"):
        allow(node, CHILD, grantor="RelatedPerson/mother")


def test_a_guardian_with_a_proof_decides_for_the_child(node: Node) -> None:
    from consent import Paper

    proof = Paper(title="出生医学证明", content_type="application/pdf", content=b"%PDF-")
    allow(node, CHILD, grantor="RelatedPerson/mother", proof=proof)
    assert put(question(node, patient=CHILD), node.office).permit


def test_the_consent_of_somebody_who_has_died_has_ended(node: Node) -> None:
    allow(node, LATE)
    assert put(question(node, patient=LATE), node.office).code == "DECEASED_CONSENT_LAPSED"


def test_an_ended_consent_ends_with_its_day_in_china(node: Node, site: Site) -> None:
    allow(node, ends="2026-11-25")
    site.clock.pass_by(timedelta(hours=14, minutes=59, seconds=59))  # 23:59:59 in China
    assert put(question(node), node.office).permit
    site.clock.pass_by(timedelta(seconds=1))
    assert put(question(node), node.office).code == "CONSENT_EXPIRED"


def test_a_grant_to_a_group_lets_its_members_see(node: Node) -> None:
    allow(node, to="Group/ks-family-team-1", purposes=("TREAT",))
    assert put(question(node, "ks-fd-001"), node.office).permit
    assert put(question(node, "ks-fd-003"), node.office).code == "NOT_COVERED"


def test_a_grant_to_one_doctor_is_for_nobody_else(node: Node) -> None:
    allow(node, to=f"Practitioner/{OTHER_DOCTOR}")
    assert put(question(node), node.office).permit
    assert put(question(node, "ks-dr-006"), node.office).code == "NOT_COVERED"


def test_nothing_of_a_consent_stands_in_the_ledger_in_clear(node: Node, site: Site) -> None:
    granted = allow(node)
    revoke(node, AN, granted.consent_id, by=BY, reason="不想再共享")
    node.log.checkpoint()
    content = b"".join(path.read_bytes() for path in site.folder.glob("ledger.db*"))
    for word in (granted.consent_id, AN, OTHER_HOSPITAL, "不想再共享", "TREAT"):
        assert word.encode() not in content
