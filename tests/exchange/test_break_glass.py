"""Breaking the glass opens the record, and with it a review for the officer and a notice for the patient."""

from datetime import timedelta

import pytest

from consent import Wish
from exchange.consenting import grant
from exchange.node.node import Node
from exchange.notices import NoSuchNotice, delivered, outbox
from exchange.path.release import Released, release
from exchange.reviews import Finding, NoSuchReview, close, queue
from exchange.status import health
from ledger import Recorded
from policies import Obligation
from tests.exchange.engines import CARE, asking, permitting
from tests.exchange.nodes import (
    EMERGENCY_DOCTOR,
    NOW,
    OFFICER,
    REASON,
    Site,
    allow,
    emergency,
    entries,
    last,
    put,
    question,
    released,
)
from tests.exchange.people import AN, BO, EVERYTHING

DAY = timedelta(hours=24)
JUSTIFIED = Finding.JUSTIFIED


def _closed(node: Node, entry: str, finding: Finding = JUSTIFIED) -> Recorded:
    return close(
        node.desk,
        node.log,
        entry,
        finding=finding,
        officer=OFFICER,
        note="急救车送入,昏迷",
        now=node.clock(),
        house_key=node.house_key,
    )


def test_an_emergency_opens_what_consent_keeps_closed(node: Node) -> None:
    answer = put(emergency(node), node.office)
    assert answer.code == "EMERGENCY_OVERRIDE"
    assert answer.refs >= set(EVERYTHING)
    assert last(node).entry.break_glass


@pytest.mark.parametrize(
    ("person", "purpose", "reason", "code"),
    [
        (EMERGENCY_DOCTOR, "ETREAT", " ", "BREAK_GLASS_REASON_REQUIRED"),
        ("ks-dr-005", "ETREAT", REASON, "BREAK_GLASS_NOT_AUTHORIZED"),  # no emergency service there
        ("ks-ph-001", "ETREAT", REASON, "BREAK_GLASS_NOT_AUTHORIZED"),  # a pharmacist
        (EMERGENCY_DOCTOR, "HPAYMT", REASON, "NO_CONSENT"),  # no emergency purpose
    ],
)
def test_not_everybody_may_break_the_glass_nor_without_a_reason(
    node: Node, person: str, purpose: str, reason: str, code: str
) -> None:
    answer = put(question(node, person, AN, purpose, emergency_reason=reason), node.office)
    assert (answer.permit, answer.code) == (False, code)
    assert list(queue(node.log)) == []


def test_treatment_in_a_declared_emergency_means_emergency_treatment(node: Node) -> None:
    answer = put(question(node, EMERGENCY_DOCTOR, AN, "TREAT", emergency_reason=REASON), node.office)
    assert (answer.code, last(node).entry.purpose) == ("EMERGENCY_OVERRIDE", "ETREAT")


def test_a_refusal_that_names_emergencies_is_honoured(node: Node) -> None:
    grant(node, AN, Wish(refuse=True, purposes=("ETREAT",)), by=f"Patient/{AN}")
    assert put(emergency(node), node.office).code == "EMERGENCY_ACCESS_REFUSED"


def test_the_review_and_the_notice_come_in_the_same_transaction_as_the_intent(node: Node, site: Site) -> None:
    """Somebody else who looks while the record is handed over finds all three."""
    found: list[tuple[str, str, str]] = []

    def deliver(_: bytes) -> None:
        reader = site.reader(node)
        (review,), (notice,) = queue(reader), outbox(reader)
        found.append((reader.read(reader.size - 1).id, review.entry, notice.entry))
        reader.close()

    result = release(emergency(node), node.office, deliver)
    assert isinstance(result, Released)
    assert found == [(result.intent.id,) * 3]


def test_a_review_is_due_a_day_after_the_access(node: Node) -> None:
    at = released(emergency(node), node.office).intent.time
    (review,) = queue(node.log)
    assert (review.opened, review.due, review.finding, review.closed) == (at, at + DAY, "", None)
    assert not review.is_overdue(at + DAY)
    assert review.is_overdue(at + DAY + timedelta(microseconds=1))


def test_an_overdue_review_makes_the_status_not_ok(node: Node, site: Site) -> None:
    put(emergency(node), node.office)
    site.clock.pass_by(DAY + timedelta(seconds=1))
    waiting = next(one for one in health(node) if one.name_en == "waiting")
    assert (waiting.ok, "1 reviews (1 overdue)" in waiting.en) == (False, True)


def test_every_disclosure_by_break_glass_has_its_review(node: Node) -> None:
    """Also where the patient had agreed anyway: whoever declares an emergency is looked at."""
    allow(node, purposes=("TREAT",), to="Organization/ks-emergency-centre")
    for patient in (AN, BO, "ks-pt-0004", AN):
        put(emergency(node, patient), node.office)
    intents = {one.id for one in entries(node) if one.entry.break_glass and one.entry.phase == "intent"}
    assert {one.entry for one in queue(node.log)} == intents
    assert len(intents) == 4


@pytest.mark.parametrize("hours", [0, 2])
def test_a_review_may_be_demanded_for_any_access(node: Node, hours: int) -> None:
    allow(node)
    put(question(node), asking(node.office, permitting(CARE, Obligation("review", f"PT{hours}H"))))
    (review,) = queue(node.log)
    assert review.due - review.opened == timedelta(hours=hours)


def test_closing_a_review_is_an_entry_with_the_finding(node: Node) -> None:
    access = released(emergency(node), node.office).intent
    recorded = _closed(node, access.id, Finding.NOT_JUSTIFIED)
    entry = recorded.entry
    assert (entry.type, entry.subtype, entry.intent, entry.why, entry.outcome) == (
        "review",
        "close",
        access.id,
        "not-justified",
        "8",
    )
    assert entry.patient == access.entry.patient
    assert list(queue(node.log)) == []
    (review,) = queue(node.log, open_only=False)
    assert (review.closed, review.finding) == (recorded.time, "not-justified")


def test_a_review_is_closed_once(node: Node) -> None:
    access = released(emergency(node), node.office).intent
    _closed(node, access.id)
    size = node.log.size
    with pytest.raises(NoSuchReview, match="closed before"):
        _closed(node, access.id)
    assert node.log.size == size


def test_two_officers_who_close_at_once_do_not_both(node: Node, site: Site) -> None:
    """The second one's entry is taken back with its change."""
    access = released(emergency(node), node.office).intent
    with site.open() as other:
        with other.log.reading():  # as the other officer's queue was a moment ago
            _closed(node, access.id)
            with pytest.raises(NoSuchReview, match="just now"):
                _closed(other, access.id)
        assert last(node).entry.subtype == "close"
        assert last(other) == last(node)


def test_what_was_no_emergency_has_no_review(node: Node) -> None:
    allow(node)
    access = released(question(node), node.office).intent
    with pytest.raises(NoSuchReview, match="no break-glass access"):
        _closed(node, access.id)


def test_a_notice_waits_until_it_was_delivered(node: Node) -> None:
    access = released(emergency(node), node.office).intent
    (waiting,) = outbox(node.log)
    assert (waiting.entry, waiting.delivered) == (access.id, None)
    recorded = delivered(
        node.desk,
        node.log,
        access.id,
        by=OFFICER,
        channel="sms",
        now=node.clock(),
        house_key=node.house_key,
    )
    assert recorded.entry.patient == access.entry.patient
    assert list(outbox(node.log)) == []
    (told,) = outbox(node.log, waiting_only=False)
    assert told.delivered == recorded.time


def test_a_notice_is_delivered_once_and_only_where_there_is_one(node: Node) -> None:
    access = released(emergency(node), node.office).intent
    allow(node)
    ordinary = released(question(node), node.office).intent
    for entry, times in ((access.id, 1), (ordinary.id, 0)):
        for _ in range(times):
            delivered(
                node.desk, node.log, entry, by=OFFICER, channel="sms", now=NOW, house_key=node.house_key
            )
        size = node.log.size
        with pytest.raises(NoSuchNotice):
            delivered(
                node.desk, node.log, entry, by=OFFICER, channel="sms", now=NOW, house_key=node.house_key
            )
        assert node.log.size == size
