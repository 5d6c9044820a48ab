"""Taking back: whoever received something under the consent is told, and nobody receives anything after it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import apsw
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent import Wish, build_consent, withdraw
from exchange.audit.agreement import disagreements
from exchange.audit.story import RecordErased
from exchange.consenting import consents_of, grant, import_consents, revoke
from exchange.consenting.granting import consent_entry
from exchange.decisions.duties_done import Followed
from exchange.erasing import erase
from exchange.node.node import Node
from exchange.path.release import Released, release
from exchange.withdrawal.incoming import incoming, unanswered
from exchange.withdrawal.mark import COUNT
from exchange.withdrawal.outgoing import NoSuchOutgoing, notices, told_by_hand
from exchange.withdrawal.reach import not_recalled, reach
from exchange.withdrawal.sending import something_waits
from exchange.withdrawal.withdrawing import count_recipients, take_back
from exchange.withdrawal.words import seconds
from ledger import Recorded
from ledger.sealing import unseal
from tests.exchange.nodes import (
    OFFICER,
    OTHER_DOCTOR,
    OTHER_HOSPITAL,
    OWN_DOCTOR,
    Site,
    allow,
    deaf,
    emergency,
    entries,
    put,
    question,
    released,
)
from tests.exchange.people import AN, BO

BY = f"Patient/{AN}"


def states(node: Node, consent_id: str) -> list[str]:
    return [one.state for one in reach(node.office, AN, consent_id)]


def test_everybody_who_received_something_is_listed_and_has_a_notice(node: Node) -> None:
    granted = allow(node)
    access = released(question(node), node.office)
    revoked = revoke(node, AN, granted.consent_id, by=BY)
    (one,) = revoked.received
    assert (one.entry, one.kind, one.recipient) == (access.intent.id, "organisation", "ks-tcm-hospital")
    assert (one.purpose, one.count, one.region) == ("TREAT", access.outcome.entry.count, "320583")
    (notice,) = notices(node.office)
    assert [item["entry"] for item in notice.items] == [access.intent.id]
    assert notice.made > revoked.entry.time


def test_before_it_is_taken_back_the_list_says_that_it_may_still_be_used(node: Node) -> None:
    granted = allow(node)
    released(question(node), node.office)
    assert states(node, granted.consent_id) == ["stands"]
    assert notices(node.office) == []


def test_what_was_refused_failed_or_needed_no_consent_is_not_listed(node: Node) -> None:
    granted = allow(node)
    put(question(node, OWN_DOCTOR), node.office)
    put(question(node, purpose="HPAYMT"), node.office)
    put(emergency(node), node.office)

    def broken(_: bytes) -> None:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        release(question(node), node.office, broken)
    assert revoke(node, AN, granted.consent_id, by=BY).received == ()
    assert notices(node.office) == []


def test_where_the_ledger_does_not_tell_whether_it_arrived_it_counts_as_received(node: Node) -> None:
    """As after a kill between the hand-over and its record."""
    granted = allow(node)

    one = question(node)
    verdict = released(one, node.office).verdict
    intent = node.desk.started(one, verdict, node.vault.key_of(AN), None)
    received = revoke(node, AN, granted.consent_id, by=BY).received
    assert (received[-1].entry, received[-1].count) == (intent.id, None)


def test_another_consent_of_the_same_patient_is_left_alone(node: Node) -> None:
    granted = allow(node)
    other = allow(node, to="Organization/ks-maternity-hospital")
    released(question(node), node.office)
    assert revoke(node, AN, other.consent_id, by=BY).received == ()
    assert states(node, granted.consent_id) == ["stands"]


def test_a_narrower_consent_takes_back_what_it_does_not_permit_any_more(node: Node) -> None:
    granted = allow(node)
    access = released(question(node), node.office)
    narrower = grant(node, AN, Wish(refuse=True, purposes=("TREAT",), recipients=(OTHER_HOSPITAL,)), by=BY)
    assert [one.entry for one in narrower.taken_back] == [access.intent.id]
    assert states(node, granted.consent_id) == states(node, narrower.consent_id) == ["waiting"]


def test_a_consent_that_narrows_only_the_data_takes_back_too(node: Node) -> None:
    allow(node)
    released(question(node), node.office)
    refusal = grant(
        node,
        AN,
        Wish(refuse=True, purposes=("TREAT",), recipients=(OTHER_HOSPITAL,), classes=("Observation",)),
        by=BY,
    )
    assert len(refusal.taken_back) == 1


@pytest.mark.parametrize(
    "wish",
    [
        {"recipients": ("Organization/ks-maternity-hospital",)},
        {"purposes": ("HPAYMT",), "refuse": True, "confirmed": (), "recipients": (OTHER_HOSPITAL,)},
    ],
    ids=["somebody else", "another purpose"],
)
def test_what_leaves_everything_as_it_was_takes_nothing_back(node: Node, wish: dict[str, object]) -> None:
    allow(node)
    released(question(node), node.office)
    said = {
        "recipients": (OTHER_HOSPITAL,),
        "purposes": ("TREAT",),
        "confirmed": ("sensitive", "third-party"),
    }
    assert grant(node, AN, Wish(**(said | wish)), by=BY).taken_back == ()  # type: ignore[arg-type]  # any wish
    assert notices(node.office) == []


def test_a_consent_that_ended_by_itself_is_not_put_down_to_the_next_word(node: Node, site: Site) -> None:
    allow(node, ends="2026-11-25")
    released(question(node), node.office)
    site.clock.pass_by(timedelta(days=2))
    refusal = grant(node, AN, Wish(refuse=True, purposes=("TREAT",)), by=BY)
    assert refusal.taken_back == ()


def test_a_form_that_takes_a_consent_back_tells_the_recipients_too(node: Node, tmp_path: Path) -> None:
    granted = allow(node)
    released(question(node), node.office)
    (stored,) = consents_of(node, AN)
    form = tmp_path / "form.json"
    form.write_bytes(orjson.dumps({**stored.resource, "status": "inactive"}))
    assert import_consents(node, [form], by=OFFICER).changed == 1
    assert states(node, granted.consent_id) == ["waiting"]


def test_a_local_organisation_is_told_by_a_person(node: Node) -> None:
    granted = allow(node)
    released(question(node), node.office)
    revoke(node, AN, granted.consent_id, by=BY)
    (notice,) = notices(node.office)
    told_by_hand(node.office, notice.entry, by=OFFICER, channel="letter")
    told_by_hand(node.office, notice.entry, by=OFFICER, channel="letter", done_by_them="stopped")
    (row,) = reach(node.office, AN, granted.consent_id)
    assert row.notice is not None
    assert (row.state, row.notice.done) == ("by-hand", "stopped")
    with pytest.raises(NoSuchOutgoing):
        told_by_hand(node.office, granted.entry.id, by=OFFICER, channel="letter")
    assert disagreements(node.log, node.house_key) == []


def test_it_is_said_that_what_was_seen_cannot_be_called_back(node: Node) -> None:
    granted = allow(node)
    assert not_recalled(reach(node.office, AN, granted.consent_id)) == []
    released(question(node), node.office)
    ((en, zh),) = not_recalled(reach(node.office, AN, granted.consent_id))
    assert "cannot be called back" in en
    assert "无法收回" in zh


def test_after_an_erasure_it_is_said_that_nobody_can_tell(node: Node) -> None:
    granted = allow(node)
    released(question(node), node.office)
    erase(node.office, AN, by=OFFICER, reason="-")
    with pytest.raises(RecordErased):
        reach(node.office, AN, granted.consent_id)
    assert reach(node.office, BO, granted.consent_id) == []


def test_what_a_notice_says_is_sealed(node: Node, site: Site) -> None:
    granted = allow(node)
    released(question(node), node.office)
    revoke(node, AN, granted.consent_id, by=BY)
    node.log.checkpoint()
    raw = b"".join(path.read_bytes() for path in site.folder.glob("ledger.db*"))
    notice = notices(node.office)[0]
    for word in (AN, granted.consent_id, notice.items[0]["request"], OTHER_DOCTOR):
        assert str(word).encode() not in raw
    assert unseal(node.log.find(notice.entry).sealed, key=node.house_key)["consent"] == granted.consent_id


def test_no_permit_has_an_intent_after_the_withdrawal_and_none_before_it_is_missed(
    node: Node, site: Site
) -> None:
    """Six threads ask while the patient takes it back: in the ledger's order, and of every one that got through."""
    granted = allow(node)
    released(question(node), node.office)  # the policy is loaded
    permits: list[str] = []
    stop = threading.Event()

    def ask() -> None:
        with site.open() as own:
            while not stop.is_set():
                answer = release(question(own), own.office, lambda _: None)
                if isinstance(answer, Released):
                    permits.append(answer.intent.id)
                else:
                    return

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for one in threads:
        one.start()
    while len(permits) < 12 and any(one.is_alive() for one in threads):
        stop.wait(0.01)
    revoked = revoke(node, AN, granted.consent_id, by=BY)
    stop.set()
    for one in threads:
        one.join()
    intents = [one for one in entries(node) if (one.entry.subtype, one.entry.phase) == ("disclose", "intent")]
    assert len(intents) > 12
    assert max(one.index for one in intents) < revoked.entry.index
    told = {item["entry"] for notice in notices(node.office) for item in notice.items}
    assert told == {one.id for one in intents}
    assert disagreements(node.log, node.house_key) == []


@pytest.mark.attack
@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("DELETE FROM withdrawal_notice", "is missing"),
        ("UPDATE withdrawal_notice SET told = 'received', told_us = made_us", "is not as the log says"),
        ("UPDATE withdrawal_notice SET kind = 'node'", "is not as the log says"),
        ("UPDATE withdrawal_notice SET done = 'deleted'", "is not as the log says"),
        (
            "INSERT INTO withdrawal_notice VALUES ('entry-0', 'p', 'node', 1, NULL, NULL, NULL, NULL)",
            "has no entry in the log",
        ),
        (
            "INSERT INTO incoming_notice VALUES ('entry-0', 'zh', 'n', 1, NULL, NULL, NULL)",
            "has no entry in the log",
        ),
    ],
)
def test_a_notice_that_was_changed_behind_our_back_is_found(
    node: Node, site: Site, sql: str, what: str
) -> None:
    granted = allow(node)
    released(question(node), node.office)
    revoke(node, AN, granted.consent_id, by=BY)
    with apsw.Connection(str(site.folder / "ledger.db")) as db:
        db.execute(sql)
    db.close()
    assert any(what in one.en for one in disagreements(node.log, node.house_key))


@pytest.mark.parametrize(
    ("lag", "en", "zh"),
    [
        (0.04, "0.0 s", "0.0 秒"),
        (59.96, "60.0 s", "60.0 秒"),
        (60, "1.0 min", "1.0 分钟"),
        (5400, "1.5 h", "1.5 小时"),
        (86400, "1.0 d", "1.0 天"),
    ],
)
def test_a_lag_is_said_as_one_reads_it(lag: float, en: str, zh: str) -> None:
    assert seconds(lag) == (en, zh)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.sampled_from(["allow", "ask", "revoke"]), min_size=1, max_size=8))
def test_in_any_story_exactly_what_was_received_under_a_withdrawn_consent_is_told(
    node: Node, steps: list[str]
) -> None:
    """Whatever is granted, asked and taken back in whatever order."""
    for stale in consents_of(node, AN):
        if stale.resource["status"] == "active":
            revoke(node, AN, stale.consent_id, by=BY)
    before = {one.entry for one in notices(node.office)}
    standing: list[str] = []
    received: dict[str, set[str]] = {}
    expected: set[str] = set()
    for step in steps:
        if step == "allow":
            standing.append(allow(node).consent_id)
        elif step == "ask":
            answer = put(question(node), node.office)
            assert answer.permit == bool(standing)
            if isinstance(answer.result, Released):
                for name in standing:
                    mine = {row.disclosure.entry for row in reach(node.office, AN, name)}
                    if answer.result.intent.id in mine:
                        received.setdefault(name, set()).add(answer.result.intent.id)
        elif standing:
            name = standing.pop()
            revoke(node, AN, name, by=BY)
            expected |= received.get(name, set())
    told = {item["entry"] for one in notices(node.office) if one.entry not in before for item in one.items}
    assert told == expected


def said_and_died(node: Node, resource: dict[str, Any]) -> Recorded:
    """As if the node had died right after the statement: the mark stands, nobody has counted."""
    keys = node.vault.key_of(AN)
    storing = node.consents.storing(resource, keys, entropy=node.desk.entropy)
    entry = consent_entry(node.office, "revoke", "U", BY, storing.commitment, keys.pseudonym)
    return take_back(node.office, node.desk.draft(entry, {}, key=keys.key, change=storing.change))


def taken_back_unheard(node: Node) -> Recorded:
    """The one consent is withdrawn, and the node dies."""
    (stored,) = consents_of(node, AN)
    return said_and_died(node, withdraw(stored.resource, at=node.clock(), by=BY))


def test_recipients_are_counted_after_a_crash(node: Node) -> None:
    granted = allow(node)
    access = released(question(node), node.office)
    taken_back_unheard(node)
    assert notices(node.office) == []
    assert put(question(node), node.office).code == "CONSENT_WITHDRAWN"
    assert something_waits(node.office)
    assert disagreements(node.log, node.house_key) == []
    assert [one.entry for one in count_recipients(node.office)] == [access.intent.id]
    assert states(node, granted.consent_id) == ["waiting"]
    assert count_recipients(node.office) == ()
    assert not something_waits(node.office)
    assert disagreements(node.log, node.house_key) == []


@pytest.mark.attack
@pytest.mark.parametrize("days", [0, 1, 2, 400])
def test_who_is_told_does_not_depend_on_when_it_is_counted(node: Node, site: Site, days: int) -> None:
    """The consent that was narrowed ends by itself before anybody gets round to counting."""
    allow(node, ends="2026-11-26")
    access = released(question(node), node.office)
    refusal = Wish(
        refuse=True, recipients=(OTHER_HOSPITAL,), patient=BY, custodian="Organization/ks-platform"
    )
    said_and_died(node, build_consent(refusal, consent_id="c-no", at=node.clock()))
    site.clock.pass_by(timedelta(days=days))
    assert [one.entry for one in count_recipients(node.office)] == [access.intent.id]


@contextmanager
def in_the_spool(node: Node, site: Site) -> Iterator[str]:
    """An emergency doctor has received the record under a consent, while the ledger could not be written; its id."""
    clinic = "Organization/ks-emergency-centre"
    granted = allow(node, to=clinic, purposes=("TREAT", "ETREAT"))
    answer = put(emergency(node), deaf(node.office, site.reader(node)))
    assert (answer.code, node.spool.waiting()) == ("CONSENT_PERMIT", 2)
    yield granted.consent_id
    assert disagreements(node.log, node.house_key) == []


@pytest.mark.attack
@pytest.mark.parametrize("crash", [False, True])
def test_an_emergency_that_comes_from_the_spool_after_a_withdrawal_is_told_of(
    node: Node, site: Site, crash: bool
) -> None:
    """Its recipient had the record before the patient spoke, whatever the order in the ledger."""
    with in_the_spool(node, site) as consent_id:
        site.clock.pass_by(timedelta(minutes=1))
        if crash:
            taken_back_unheard(node)
        else:
            assert revoke(node, AN, consent_id, by=BY).received == ()
        with site.open() as again:
            assert again.spool.waiting() == 0
            assert disagreements(again.log, again.house_key) == []
            (told,) = count_recipients(again.office)
            (notice,) = notices(again.office)
        assert (notice.recipient, notice.consent) == ("ks-emergency-centre", consent_id)
        assert [item["entry"] for item in notice.items] == [told.entry]
        assert states(node, consent_id) == ["waiting"]
        assert count_recipients(node.office) == ()


def test_an_emergency_from_the_spool_is_not_put_down_to_what_was_said_long_before_or_after(
    node: Node, site: Site
) -> None:
    earlier = allow(node)
    revoke(node, AN, earlier.consent_id, by=BY)
    site.clock.pass_by(timedelta(minutes=5))
    with in_the_spool(node, site) as consent_id, site.open() as again:
        revoke(again, AN, consent_id, by=BY)
        assert len(notices(again.office)) == 1
        assert count_recipients(again.office) == ()
        assert len(notices(again.office)) == 1


def test_the_page_of_a_late_emergency_says_whether_it_was_looked_at(node: Node, site: Site) -> None:
    with in_the_spool(node, site), site.open() as again:
        (late,) = (
            one for one in entries(again) if one.entry.source == "spool" and one.entry.phase == "intent"
        )

        def states_of_duties() -> dict[str, str]:
            later = [one for one in entries(again) if one.entry.intent == late.id]
            return {one.code: one.state for one in Followed(again.office, late, later, "").duties()}

        before = states_of_duties()
        count_recipients(again.office)
        after = states_of_duties()
        assert (before[COUNT], after[COUNT]) == ("open", "done")
        assert {**before, COUNT: ""} == {**after, COUNT: ""}


@pytest.mark.attack
@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO uncounted VALUES ('x', :patient)",
        "INSERT INTO uncounted VALUES (:entry, 'nobody')",
        "INSERT INTO uncounted VALUES (:entry, :patient)",
        "INSERT INTO withdrawal_notice VALUES ('x', :patient, 'node', 1, NULL, NULL, NULL, NULL)",
        "INSERT INTO withdrawal_notice VALUES (:entry, :patient, 'node', 1, NULL, NULL, NULL, NULL)",
        "INSERT INTO incoming_notice VALUES ('x', 'zh', 'n', 1, NULL, NULL, NULL)",
        "INSERT INTO incoming_notice VALUES (:entry, 'zh', 'n', 1, 'deleted', :entry, NULL)",
    ],
)
def test_a_row_without_its_entry_holds_up_nobody_else_and_is_reported(
    node: Node, site: Site, sql: str
) -> None:
    granted = allow(node)
    access = released(question(node), node.office)
    taken_back_unheard(node)
    with apsw.Connection(str(site.folder / "ledger.db")) as db:
        keys = node.vault.key_of(AN)
        db.execute(sql, {"entry": granted.entry.id, "patient": keys.pseudonym})
    db.close()
    assert any("has no entry in the log" in one.en for one in disagreements(node.log, node.house_key))
    assert [one.entry for one in count_recipients(node.office)] == [access.intent.id]
    assert [[item["entry"] for item in one.items] for one in notices(node.office)] == [[access.intent.id]]
    assert incoming(node.office) == unanswered(node.office) == []
    assert any("has no entry in the log" in one.en for one in disagreements(node.log, node.house_key))


@pytest.mark.attack
def test_a_mark_whose_consent_was_taken_out_of_the_table_holds_up_nobody(node: Node, site: Site) -> None:
    allow(node)
    statement = taken_back_unheard(node)
    with apsw.Connection(str(site.folder / "ledger.db")) as db:
        db.execute("DELETE FROM consent_version WHERE entry = ?", (statement.id,))
    db.close()
    assert count_recipients(node.office) == ()
    assert any("a consent version is missing" in one.en for one in disagreements(node.log, node.house_key))
