"""Zhuhai asks, Kunshan answers: over real sockets, through the whole path, on record on both sides."""

import base64
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import msgspec
import orjson
import pytest

from exchange.audit import Sought, filter_of, search
from exchange.elsewhere import elsewhere
from exchange.federation.asking import CannotAsk, ask, request_over
from exchange.federation.errors import PeerRejected, PeerUnreachable
from exchange.federation.evidence import holds
from exchange.federation.messages import Answer, encode, read_question
from exchange.federation.signing import HttpRequest
from exchange.recognition.recognising import recognise_result
from exchange.reviews import queue
from ledger.proof import check
from ledger.sealing import unseal
from ledger.verify import verify
from tests.federation.asking import Two, actor, asked, post, question, request, sealed
from tests.federation.nodes import FAMILY, NUMBER, PATIENT, SHARED_NUMBER, SILENT


def _sealed(two: Two, **changes: object) -> HttpRequest:
    """The question as Zhuhai would send it."""
    return sealed(two.asker, two.holder, encode(question(two, **changes)))


def test_a_record_arrives_as_the_patient_agreed(two: Two) -> None:
    answer = asked(two, request(two))
    assert answer.permit, answer.because
    bundle = orjson.loads(answer.bundle)
    kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert "Observation" in kinds
    assert "Condition" not in kinds
    assert answer.count == len(bundle["entry"])


def test_an_answer_does_not_say_that_something_was_kept_back(two: Two) -> None:
    answer = asked(two, request(two))
    whole = asked(two, request(two, classes=("Observation",)))
    assert (answer.code, answer.because, answer.withheld) == (whole.code, whole.because, {})
    assert [one.code for one in answer.because] == ["CONSENT_PERMIT"]
    assert b"PARTIAL" not in encode(answer.answer)


def test_a_receipt_does_not_say_how_much_else_is_on_record(two: Two) -> None:
    shown = check(asked(two, request(two)).answer.receipt.encode()).entry
    hidden = (shown.patient, shown.consents, shown.obligations, shown.count, shown.reason)
    assert hidden == ("", (), (), 0, "")
    assert shown.intent


def test_a_patient_is_found_by_identity_number(two: Two) -> None:
    assert asked(two, request(two, patient=NUMBER)).permit


def test_both_ledgers_tell_the_same_story(two: Two) -> None:
    holder, asker = len(two.holder.kinds()), len(two.asker.kinds())
    asked(two, request(two))
    asking = two.asker.node().log.read(asker)
    assert (
        unseal(asking.sealed, key=two.asker.node().vault.key_of(elsewhere("ks", PATIENT)).key)["holder"]
        == "ks"
    )
    assert two.asker.kinds()[asker:] == [("access", "request", ""), ("access", "receive", "CONSENT_PERMIT")]
    assert two.holder.kinds()[holder:] == [
        ("node", "question", ""),
        ("access", "disclose", "CONSENT_PERMIT_PARTIAL"),
        ("access", "disclose", "CONSENT_PERMIT_PARTIAL"),
        ("access", "receipt", "CONSENT_PERMIT"),
    ]
    entries = [two.holder.node().log.read(at).entry for at in range(holder + 1, holder + 3)]
    assert [one.phase for one in entries] == ["intent", "outcome"]
    assert {one.organisation for one in entries} == {"zh-first-hospital"}


def test_a_patient_of_another_region_is_not_taken_for_one_of_ours_of_the_same_id(two: Two) -> None:
    answer = asked(two, request(two))
    node = two.asker.node()
    ours = node.vault.key_of(PATIENT).pseudonym  # as it would be kept if a patient of ours had this id
    assert answer.outcome.entry.patient not in ("", ours)
    found = search(node.log, filter_of(node, Sought(patient=PATIENT)))
    assert answer.outcome.id in {one.id for one in found}, "an officer finds it by what was asked"


@pytest.mark.parametrize("asked_as", [PATIENT, NUMBER])
def test_a_result_that_came_is_on_record_for_whom_it_was_asked_and_not_for_ours_of_the_same_id(
    two: Two, asked_as: str
) -> None:
    answer = asked(two, request(two, patient=asked_as))
    node = two.asker.node()
    ours = node.vault.key_of(PATIENT).pseudonym  # as it would be kept if a patient of ours had this id
    results = [one["resource"] for one in orjson.loads(answer.bundle)["entry"]]
    (reference, *_) = (f"Observation/{one['id']}" for one in results if one["resourceType"] == "Observation")
    found = recognise_result(
        node, answer.bundle, reference, by="zh-dr-001", performed_at="zh-first-hospital", origin="440400"
    )
    assert found.origin == "ks"  # what is on record counts, not what was said
    assert found.entry.entry.patient == answer.outcome.entry.patient != ours


def test_the_receipt_can_be_checked_by_anybody_with_the_card(two: Two) -> None:
    answer = asked(two, request(two)).answer
    proved = check(answer.receipt.encode(), two.asker.peers.by_id("ks").ledger_key)
    assert proved.id == answer.entry
    assert (proved.entry.organisation, proved.entry.purpose) == ("zh-first-hospital", "TREAT")


def test_a_class_that_was_not_asked_for_does_not_come(two: Two) -> None:
    bundle = orjson.loads(asked(two, request(two, classes=("Observation",))).bundle)
    kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert "Patient" not in kinds


def test_a_refusal_is_an_answer_with_a_reason_in_both_languages_and_a_next_step(two: Two) -> None:
    answer = asked(two, request(two, purpose="HPAYMT"))
    assert not answer.permit
    assert answer.bundle == b""
    assert answer.because[0].en
    assert answer.because[0].zh
    assert answer.answer.next_step is not None
    assert two.asker.kinds()[-1] == ("access", "refuse", answer.code)


@pytest.mark.parametrize("patient", ["p-404", "110105199003070099", SHARED_NUMBER, "urn:x|1"])
def test_a_patient_nobody_knows_is_refused_like_one_who_never_agreed(two: Two, patient: str) -> None:
    """The same words to the last letter, the same length on the wire, no receipt, no sooner."""
    known, unknown = (asked(two, request(two, patient=one)).answer for one in (SILENT, patient))
    assert known.code == "NO_CONSENT"
    same = {"request": known.request, "entry": known.entry, "salt": known.salt}
    assert msgspec.structs.replace(unknown, **same) == known


def test_a_refusal_looks_like_any_other_on_the_wire(two: Two) -> None:
    lengths = set()
    for patient in (SILENT, "p-404"):
        reply = post(_sealed(two, patient=patient))
        lengths.add((reply.status_code, len(reply.content), tuple(reply.headers)))
    assert len(lengths) == 1


def test_a_refusal_takes_a_whole_number_of_quarter_seconds(two: Two) -> None:
    for patient in ("p-404", PATIENT):
        began = time.monotonic()
        asked(two, request(two, patient=patient, purpose="HPAYMT"))
        assert time.monotonic() - began >= 0.25


@pytest.mark.attack
def test_what_is_hidden_and_what_is_not_there_look_the_same_on_the_wire(two: Two) -> None:
    """The patient keeps diagnoses from Zhuhai; there are no procedures."""
    seen = set()
    for class_ in ("Condition", "Procedure"):
        began, before = time.monotonic(), len(two.holder.kinds())
        reply = post(_sealed(two, classes=[class_]))
        steps = int((time.monotonic() - began) / 0.25)
        grown = [(kind, what) for kind, what, _ in two.holder.kinds()[before:]]
        seen.add((reply.status_code, len(reply.content), tuple(reply.headers), steps >= 1, tuple(grown)))
    assert len(seen) == 1
    assert seen.pop()[3:] == (
        True,
        (("node", "question"), ("access", "disclose"), ("access", "disclose"), ("access", "receipt")),
    )


def test_the_holder_can_show_what_it_was_asked(two: Two) -> None:
    """The words are under the patient's key; the signature over them is the asker's."""
    asked(two, request(two))
    node = two.holder.node()
    arrival = next(
        one
        for one in reversed(list(node.log.scan()))
        if (one.entry.type, one.entry.subtype) == ("node", "question")
    )
    kept = unseal(arrival.sealed, key=node.house_key)
    keys = node.vault.key_behind(kept["patient"])
    assert keys is not None
    words = unseal(base64.b64decode(kept["words"]), key=keys.key)["question"].encode()
    assert holds(kept["signature"], words, node.peers.by_id("zh").signing).node == "zh"
    assert read_question(words).patient == PATIENT


def test_the_asker_can_show_what_it_was_answered(two: Two) -> None:
    """What its entry keeps and the record it was given make the words that were signed."""
    answer = asked(two, request(two))
    kept = unseal(answer.outcome.sealed, key=two.asker.node().vault.key_of(elsewhere("ks", PATIENT)).key)
    without = msgspec.json.decode(kept["answer"], type=Answer)
    words = encode(msgspec.structs.replace(without, bundle=msgspec.Raw(answer.bundle)))
    assert holds(kept["signature"], words, two.asker.peers.by_id("ks").signing).node == "ks"


def test_nothing_personal_is_in_either_ledger_in_clear(two: Two) -> None:
    asked(two, request(two, patient=NUMBER))
    asked(two, request(two, patient="p-404", purpose="ETREAT", emergency_reason=f"{FAMILY}昏迷"))
    for site in (two.holder, two.asker):
        site.node().log.checkpoint()
        raw = b"".join(path.read_bytes() for path in site.folder.glob("ledger.db*"))
        for word in (NUMBER, FAMILY, PATIENT + '"', "p-404", "zh-dr-001", "昏迷"):
            assert word.encode() not in raw, word


def test_an_emergency_opens_the_record_and_a_review(two: Two) -> None:
    emergency = request(
        two,
        purpose="ETREAT",
        emergency_reason="昏迷,需了解用药",
        actor=actor(two.asker, "zh-em-001", "zh-first-hospital"),
    )
    before = len(list(queue(two.holder.node().log)))
    answer = asked(two, emergency)
    assert answer.permit, answer.because
    assert len(list(queue(two.holder.node().log))) == before + 1


@pytest.mark.attack
def test_a_question_that_comes_again_is_refused_and_recorded_once(two: Two) -> None:
    sent = _sealed(two)
    before = len(two.holder.kinds())
    assert [post(sent).status_code for _ in range(3)] == [200, 409, 409]
    assert two.holder.kinds()[before:].count(("node", "replay", "REPLAYED")) == 1
    assert two.holder.kinds()[before:].count(("node", "question", "")) == 1


@pytest.mark.attack
def test_of_many_copies_at_once_one_is_answered(two: Two) -> None:
    sent = _sealed(two)
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(reply.status_code for reply in pool.map(lambda _: post(sent), range(8)))
    assert statuses == [200, *[409] * 7]


def test_many_ask_at_once_and_both_ledgers_still_verify(two: Two) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: asked(two, request(two)).permit, range(18)))
    assert all(answers)
    for site in (two.holder, two.asker):
        assert verify(site.node().log, site.node().vkey).ok


@pytest.mark.attack
@pytest.mark.parametrize(
    ("person", "organisation", "code"),
    [
        ("zh-dr-001", "tj-medical-hospital", "ORGANISATION_NOT_OF_PEER"),
        ("zh-dr-001", "ks-first-hospital", "ORGANISATION_NOT_OF_PEER"),
        ("ks-dr-001", "zh-first-hospital", "PERSON_NOT_OF_PEER"),
        ("110105199003070013", "110105199003070013", "ORGANISATION_NOT_OF_PEER"),
    ],
)
def test_a_node_speaks_only_for_its_own(two: Two, person: str, organisation: str, code: str) -> None:
    said = question(
        two,
        actor={
            "id": person,
            "name": "",
            "role": "physician",
            "organisation": organisation,
            "on_behalf_of": "",
        },
    )
    told = ask(said, two.asker.peers.by_id("ks"), two.asker.line())
    assert (told.answer.permit, told.answer.code) == (False, code)
    assert two.holder.kinds()[-1] == ("access", "refuse", code)
    body = two.holder.node().log.read(two.holder.node().log.size - 1).body.decode()
    assert NUMBER not in body


@pytest.mark.attack
@pytest.mark.parametrize("changes", [{"asker": "tj"}, {"holder": "zh"}], ids=str)
def test_a_question_in_the_name_of_another_node_is_not_taken(two: Two, changes: dict[str, str]) -> None:
    with pytest.raises(PeerRejected, match="not sealed to this node") as refused:
        ask(question(two, **changes), two.asker.peers.by_id("ks"), two.asker.line())
    assert refused.value.code == "not-for-us"


@pytest.mark.attack
@pytest.mark.parametrize("away", [timedelta(minutes=-5), timedelta(minutes=5), timedelta(days=-700_000)])
def test_a_question_that_claims_another_time_is_not_taken(two: Two, away: timedelta) -> None:
    when = (two.clock() + away).isoformat() if away.days > -1000 else "0001-01-01T00:00:00+14:00"
    with pytest.raises(PeerRejected) as refused:
        ask(question(two, asked_at=when), two.asker.peers.by_id("ks"), two.asker.line())
    assert refused.value.code == "wrong-time"


def test_a_patient_asks_the_node_that_holds_the_record(two: Two) -> None:
    before = two.asker.kinds()
    patient = replace(request(two).actor, id="Patient/p-17", role="patient")
    with pytest.raises(CannotAsk) as refused:
        asked(two, request(two, actor=patient))
    assert refused.value.exit_code == 2
    assert two.asker.kinds() == before


def test_an_attempt_that_reached_nobody_is_on_record(two: Two) -> None:
    node, peer = two.asker.node(), two.asker.peers.by_id("ks")
    nobody = replace(peer, url="http://127.0.0.1:1")
    with pytest.raises(PeerUnreachable):
        request_over(two.asker.line(), nobody, request(two), node.desk, node.vault)
    assert two.asker.kinds()[-2:] == [("access", "request", ""), ("access", "refuse", "PEER_UNREACHABLE")]


def test_what_is_kept_of_an_answer_is_not_the_record_itself(two: Two) -> None:
    answer = asked(two, request(two))
    keys = two.asker.node().vault.key_of(elsewhere("ks", PATIENT))
    kept = orjson.dumps(unseal(answer.outcome.sealed, key=keys.key))
    assert b"mmol/L" in answer.bundle
    assert b"mmol/L" not in kept
    assert answer.answer.entry.encode() in kept
