"""A consent is taken back in Kunshan; Zhuhai, which had received the record, is told, and says what it did."""

import logging
import time
from datetime import timedelta
from pathlib import Path

import pytest

from exchange.audit.agreement import disagreements
from exchange.consenting import revoke
from exchange.erasing import erase
from exchange.federation.evidence import holds
from exchange.path.office import Office
from exchange.status import health
from exchange.withdrawal.delivering import delivering
from exchange.withdrawal.incoming import NoSuchIncoming, answer, incoming
from exchange.withdrawal.outgoing import NoSuchOutgoing, notices, told_by_hand
from exchange.withdrawal.wire import read_acknowledged
from ledger.identity import entry_id
from ledger.proof import check
from ledger.sealing import unseal
from ledger.verify import verify
from tests.federation.nodes import FAMILY, NUMBER, PATIENT
from tests.federation.withdrawing import (
    BY,
    CONSENT,
    OFFICER,
    Pair,
    also_received,
    kinds,
    sending,
    told,
    withdrawn,
)


def test_the_withdrawal_and_its_notice_are_written_together(received: Pair) -> None:
    before = received.holder.node().log.size
    received.take_back()
    log = received.holder.node().log
    assert [(one.entry.type, one.entry.subtype) for one in log.scan(before)] == [
        ("consent", "revoke"),
        ("notice", "counted"),
        ("notice", "withdrawal"),
    ]
    one = received.notice()
    assert (one.kind, one.recipient, len(one.items), one.told) == ("node", "zh", 2, "")


def test_the_recipient_is_told_and_the_lag_is_measured(received: Pair) -> None:
    received.take_back()
    received.clock.pass_by(timedelta(seconds=40))
    assert [(one.node, one.acknowledged, one.problem) for one in received.send()] == [("zh", 1, None)]
    rows = received.reach()
    assert [row.state for row in rows] == ["received", "received"]
    assert rows[0].notice is not None
    assert rows[0].notice.lag_seconds == pytest.approx(40, abs=0.01)
    assert rows[0].says("en") == "received (40.0 s)"
    assert rows[0].says("zh") == "已收到(40.0 秒)"


def test_the_recipient_sees_which_of_its_accesses_are_meant(received: Pair) -> None:
    received.take_back()
    received.send()
    (one,) = incoming(received.asker.office())
    log = received.asker.node().log
    asked = [log.find(entry).entry for entry in one.accesses]
    assert [(entry.type, entry.subtype, entry.phase) for entry in asked] == [
        ("access", "request", "intent")
    ] * 2
    assert (one.peer, one.unknown, one.done) == ("ks", (), "")
    assert one.revoked == received.notice().made


def test_the_recipient_says_what_it_did_and_the_patient_sees_it(received: Pair) -> None:
    received.take_back()
    received.send()
    (one,) = incoming(received.asker.office(), open_only=True)
    answer(received.asker.office(), one.entry, done="stopped", by=OFFICER)
    assert [turn.acknowledged for turn in sending(received.asker)] == [1]
    assert received.notice().done == "stopped"
    answer(received.asker.office(), one.entry, done="deleted", by=OFFICER, note="备份中亦已删除")
    sending(received.asker)
    assert received.notice().done == "deleted"
    assert incoming(received.asker.office(), open_only=True) == []
    assert incoming(received.asker.office())[0].answered is not None
    assert kinds(received.holder)[-2:] == [("done", "stopped"), ("done", "deleted")]


def test_what_was_acknowledged_can_be_shown_to_others(received: Pair) -> None:
    """The recipient signed it, and its own ledger has it: an entry that tells nothing else."""
    received.take_back()
    received.send()
    node = received.holder.node()
    entry = next(one for one in node.log.scan() if one.entry.subtype == "told")
    kept = unseal(entry.sealed, key=node.house_key)
    said = read_acknowledged(kept["acknowledged"].encode())
    card = node.peers.by_id("zh")
    assert holds(kept["signature"], kept["acknowledged"].encode(), card.signing).node == "zh"
    proved = check(said.receipt.encode(), card.ledger_key).entry
    assert (proved.type, proved.subtype, proved.patient, proved.actor) == ("notice", "incoming", "", "")


def test_the_recipient_can_show_what_it_was_told(received: Pair) -> None:
    received.take_back()
    received.send()
    node = received.asker.node()
    (one,) = incoming(node.office)
    kept = unseal(node.log.find(one.entry).sealed, key=node.house_key)
    assert holds(kept["signature"], kept["words"].encode(), node.peers.by_id("ks").signing).node == "ks"


def test_a_notice_names_nobody_and_gives_no_reason(received: Pair) -> None:
    revoke(received.holder.node(), PATIENT, CONSENT, by=BY, reason=f"{FAMILY}不想再共享")
    received.send()
    node = received.asker.node()
    (one,) = incoming(node.office)
    words = unseal(node.log.find(one.entry).sealed, key=node.house_key)["words"]
    for word in (PATIENT, NUMBER, FAMILY, CONSENT, "不想", "TREAT"):
        assert word not in words


def test_nothing_personal_is_in_either_ledger_in_clear(received: Pair) -> None:
    revoke(received.holder.node(), PATIENT, CONSENT, by=BY, reason=f"{FAMILY}不想再共享")
    received.send()
    answer(received.asker.office(), incoming(received.asker.office())[0].entry, done="deleted", by=OFFICER)
    sending(received.asker)
    for site in (received.holder, received.asker):
        site.node().log.checkpoint()
        raw = b"".join(path.read_bytes() for path in site.folder.glob("ledger.db*"))
        for word in (NUMBER, FAMILY, f'"{PATIENT}"', "zh-dr-001", OFFICER, "不想"):
            assert word.encode() not in raw, word


def test_both_ledgers_verify_and_their_tables_agree(received: Pair) -> None:
    received.take_back()
    received.send()
    answer(received.asker.office(), incoming(received.asker.office())[0].entry, done="deleted", by=OFFICER)
    sending(received.asker)
    for site in (received.holder, received.asker):
        node = site.node()
        assert verify(node.log, node.vkey).ok
        assert disagreements(node.log, node.house_key) == []


def test_the_next_question_is_refused_before_anybody_was_told(received: Pair) -> None:
    received.take_back()
    assert (received.ask().permit, received.notice().told) == (False, "")


def test_a_notice_survives_the_erasure_of_the_patients_key(received: Pair) -> None:
    """The copies outside must still be deleted, when here nobody can tell any more whose they are."""
    received.take_back()
    erase(received.holder.node().office, PATIENT, by=OFFICER, reason="-")
    assert [one.acknowledged for one in received.send()] == [1]


def test_a_node_that_is_served_tells_by_itself(received: Pair) -> None:
    site = received.holder
    with delivering(site.office, site.peers, site.line(), poll=0.05):
        received.take_back()
        until = time.monotonic() + 10
        while received.notice().told != "received" and time.monotonic() < until:
            time.sleep(0.05)
    assert received.notice().told == "received"


def test_trouble_while_telling_is_logged_without_a_word_about_anybody(
    received: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    received.take_back()

    def no_office() -> Office:
        raise RuntimeError(PATIENT)

    site = received.holder
    with caplog.at_level(logging.ERROR), delivering(no_office, site.peers, site.line(), poll=0.01):
        time.sleep(0.2)
    assert "RuntimeError" in caplog.text
    assert PATIENT not in caplog.text


def test_of_a_notice_the_known_part_counts_and_the_rest_is_named(received: Pair) -> None:
    received.take_back()
    never = entry_id(int(received.clock().timestamp() * 1_000_000), bytes(8))
    real = received.requests()[0]
    said = told(received.holder, received.asker, withdrawn("ks", real, never, at=received.clock()))
    assert (said.accepted, said.unknown) == (True, (never,))
    (one,) = incoming(received.asker.office())
    assert (len(one.accesses), one.unknown) == (1, (never,))


def test_a_notice_that_speaks_of_something_more_is_a_task_of_its_own(received: Pair) -> None:
    """A narrower consent took back one access, then the patient withdrew the whole of it."""
    received.take_back()
    first, second = received.requests()
    office = received.asker.office()
    for name, asked in (("f-0", (first,)), ("f-1", (first, second))):
        told(received.holder, received.asker, withdrawn("ks", *asked, notice=name, at=received.clock()))
    assert [one.notice for one in incoming(office, open_only=True)] == ["f-0", "f-1"]
    answer(office, incoming(office)[1].entry, done="deleted", by=OFFICER)
    assert incoming(office, open_only=True) == []


def test_an_answer_to_a_notice_that_never_came_is_refused(pair: Pair) -> None:
    with pytest.raises(NoSuchIncoming):
        answer(pair.asker.office(), "01964a3c-0000-7000-8000-000000000001", done="deleted", by=OFFICER)


def test_each_of_two_recipients_is_told_what_it_received_and_nothing_of_the_other(
    received: Pair, tmp_path: Path
) -> None:
    with also_received(received, tmp_path, node="tj") as (tianjin, one), tianjin.served():
        for consent_id in (CONSENT, "c-2"):
            received.take_back(consent_id)
        received.send()
        told_of = {
            site.node().id: [n.peer for n in incoming(site.office())] for site in (received.asker, tianjin)
        }
    assert told_of == {"zh": ["ks"], "tj": ["ks"]}
    sent = {
        one.recipient: {item["request"] for item in one.items} for one in notices(received.holder.office())
    }
    assert (len(sent["zh"]), sent["tj"]) == (2, {one.id})


# --- a recipient that cannot be told ---


def test_a_recipient_that_left_stays_listed_and_status_says_so(pair: Pair) -> None:
    pair.take_back()
    (pair.holder.folder / "peers" / "zh.json").unlink()
    (turn,) = pair.send()
    assert turn.waiting == 1
    assert kinds(pair.holder)[-1][0] == "unreached"
    pair.clock.pass_by(timedelta(hours=25))
    line = next(one for one in health(pair.holder.node()) if one.name_en == "waiting")
    assert "1 recipients not told of a withdrawal (the oldest for 1.0 d)" in line.en
    assert "1 个接收方尚未告知收回(最早的已等待 1.0 天)" in line.zh
    assert (line.ok, line.exit_code) == (False, 5)


def test_a_silent_recipient_can_be_told_by_telephone(pair: Pair) -> None:
    pair.take_back()
    pair.send()
    entry = pair.notice().entry
    told_by_hand(pair.holder.office(), entry, by="ks-so-001", channel="telephone")
    assert [row.state for row in pair.reach()] == ["by-hand"] * 2
    with pytest.raises(NoSuchOutgoing):
        told_by_hand(pair.holder.office(), entry, by="ks-so-001", channel="telephone")
    told_by_hand(pair.holder.office(), entry, by="ks-so-001", channel="telephone", done_by_them="deleted")
    assert pair.notice().done == "deleted"
    assert pair.send() == []
