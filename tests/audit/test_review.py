"""One officer decides, a second one signs it off, nobody judges what touches them, and the patient hears of misuse."""

from datetime import timedelta
from pathlib import Path

import apsw
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.audit.agreement import disagreements
from exchange.audit.anomalies import anomalies
from exchange.audit.details import details_of
from exchange.audit.review import TakenBefore, case_of, cases, decide, give_back, sign_off, take, taken
from exchange.audit.review.apart import SameOfficer
from exchange.audit.review.taking import NoAccess, NoSuchFinding
from exchange.audit.words import EVENTS
from exchange.decisions.explaining import explain
from exchange.directory import NotInDirectory
from exchange.erasing import erase
from exchange.node.node import Node
from exchange.notices import outbox
from exchange.officers import NotAnOfficer
from exchange.reviews import SIGN_WITHIN, Finding, NoSuchReview, OwnAccess, Review, queue
from exchange.status import health
from exchange.watchlist import watch
from ledger import Recorded
from tests.cli.typing_in import typed
from tests.exchange.nodes import (
    EMERGENCY_DOCTOR,
    NOW,
    OFFICER,
    OWN_DOCTOR,
    Site,
    allow,
    emergency,
    entries,
    last,
    put,
    question,
    released,
)
from tests.exchange.people import AN, BO, COHORT

SECOND = "ks-so-002"
GOOD, BAD = Finding.JUSTIFIED, Finding.NOT_JUSTIFIED
WEEK = timedelta(days=7)


def _emergency(node: Node, patient: str = AN) -> str:
    return released(emergency(node, patient), node.office).intent.id


def _decided(node: Node, review: str, finding: Finding = GOOD, by: str = OFFICER) -> Recorded:
    return decide(node, review, finding=finding, by=by, note="已核对病历")


def _finding(node: Node, patient: str = AN) -> str:
    """Somebody looked at a watched patient."""
    watch(node.office, patient, ground="known", by=OFFICER, note="")
    put(question(node, OWN_DOCTOR, patient), node.office)
    return anomalies(node, kind="watched-patient")[0].id


def _taken(node: Node) -> str:
    return take(node, _finding(node), by=OFFICER, note="问科室").id


def _state(node: Node, review: str) -> str:
    return case_of(node, review).review.state


def test_a_finding_is_taken_on_decided_and_signed_off_and_each_step_is_an_entry(node: Node) -> None:
    review = _taken(node)
    assert _state(node, review) == "open"
    _decided(node, review)
    assert _state(node, review) == "decided"
    sign_off(node, review, by=SECOND, note="同意")
    case = case_of(node, review)
    assert case.review.state == "signed-off"
    assert [(one.step, one.officer, one.note) for one in case.steps] == [
        ("take", OFFICER, "问科室"),
        ("close", OFFICER, "已核对病历"),
        ("sign-off", SECOND, "同意"),
    ]
    assert [one.entry for one in case.steps] == [one.id for one in entries(node)[-3:]]
    assert cases(node) == []
    assert [one.review.entry for one in cases(node, everything=True)] == [review]
    assert disagreements(node.log, node.house_key) == []


def test_an_emergency_is_on_the_same_queue_by_itself(node: Node) -> None:
    review = _emergency(node)
    (case,) = cases(node)
    assert (case.review.entry, case.matter.kind, case.matter.entries) == (review, "emergency", (review,))
    _decided(node, review)
    sign_off(node, review, by=SECOND, note="同意")
    assert [one.step for one in case_of(node, review).steps] == ["close", "sign-off"]


@pytest.mark.parametrize("step", [sign_off, give_back])
def test_nobody_takes_the_second_step_after_their_own_first(node: Node, step: object) -> None:
    review = _emergency(node)
    _decided(node, review)
    size = node.log.size
    with pytest.raises(SameOfficer):
        step(node, review, by=OFFICER, note="-")  # type: ignore[operator]  # both take the same
    assert (node.log.size, _state(node, review)) == (size, "decided")


def test_after_it_was_given_back_the_other_way_round_is_right(node: Node) -> None:
    """What counts is who made the decision that stands, not who ever made one."""
    review = _emergency(node)
    _decided(node, review, BAD)
    give_back(node, review, by=SECOND, note="请再核对")
    assert _state(node, review) == "open"
    assert disagreements(node.log, node.house_key) == []
    (waiting,) = queue(node.log)
    assert waiting.due == waiting.opened + timedelta(hours=24)
    _decided(node, review, GOOD, by=SECOND)
    with pytest.raises(SameOfficer):
        sign_off(node, review, by=SECOND, note="-")
    sign_off(node, review, by=OFFICER, note="-")
    assert case_of(node, review).review.finding == "justified"
    assert disagreements(node.log, node.house_key) == []


def test_the_page_of_the_decision_follows_every_step(node: Node) -> None:
    def said() -> tuple[str, str]:
        duty = next(one for one in explain(node.office, review).story.duties if one.code == "review")
        return duty.state, duty.says.en

    review = _emergency(node)
    _decided(node, review, BAD)
    assert said()[0] == "done"
    assert "a second officer has not signed it off yet" in said()[1]
    give_back(node, review, by=SECOND, note="-")
    assert said()[0] == "open"
    _decided(node, review, GOOD)
    signed = sign_off(node, review, by=SECOND, note="-")
    assert "found justified" in said()[1]
    assert (
        f"signed off by a second officer at 2026-11-25 09:00:00 (UTC+8) (entry {signed.entry.id})"
        in said()[1]
    )


def test_only_officers_judge(node: Node) -> None:
    review, finding = _emergency(node, BO), _finding(node)
    with pytest.raises(NotAnOfficer):
        take(node, finding, by=OWN_DOCTOR, note="-")
    with pytest.raises(NotAnOfficer):
        _decided(node, review, by=OWN_DOCTOR)
    _decided(node, review)
    with pytest.raises(NotAnOfficer):
        sign_off(node, review, by=OWN_DOCTOR, note="-")


def test_nobody_else_learns_what_is_on_the_queue(node: Node) -> None:
    """Whatever is asked about, and whether it is there or not, the answer is the same."""
    review, finding = _emergency(node, BO), _finding(node)
    for what in (finding, review, "0123456789abcdef", "nothing"):
        with pytest.raises(NotAnOfficer):
            take(node, what, by=OWN_DOCTOR, note="-")
        with pytest.raises(NotAnOfficer):
            _decided(node, what, by=OWN_DOCTOR)
        for step in (sign_off, give_back):
            with pytest.raises(NotAnOfficer):
                step(node, what, by=OWN_DOCTOR, note="-")


def _becomes_officer(site: Site, person: str, **more: str) -> None:
    """Somebody who looked before is an officer today; or an officer is a patient here."""
    file = site.folder / "registry.toml"
    lines = file.read_text("utf-8").splitlines(keepends=True)
    added = "".join(f', {name} = "{value}"' for name, value in more.items()) + " },"
    at = next(number for number, line in enumerate(lines) if f'id = "{person}"' in line)
    lines[at] = lines[at].replace('"physician"', '"security-officer"').replace(" },", added)
    file.write_text("".join(lines), "utf-8")


def test_nobody_judges_what_they_did_themselves(site: Site) -> None:
    with site.open() as node:
        finding = _finding(node)
    _becomes_officer(site, OWN_DOCTOR)
    with site.open() as node:
        with pytest.raises(OwnAccess):
            take(node, finding, by=OWN_DOCTOR, note="-")
        review = take(node, finding, by=OFFICER, note="-").id
        with pytest.raises(OwnAccess):
            _decided(node, review, by=OWN_DOCTOR)
        _decided(node, review, by=SECOND)
        with pytest.raises(OwnAccess):
            sign_off(node, review, by=OWN_DOCTOR, note="-")


def test_nobody_judges_who_looked_at_their_own_record(site: Site) -> None:
    _becomes_officer(site, OFFICER, patient=AN)
    with site.open() as node:
        review = _emergency(node)
        with pytest.raises(OwnAccess):
            _decided(node, review)
        _decided(node, review, by=SECOND)
        with pytest.raises(OwnAccess):
            sign_off(node, review, by=OFFICER, note="-")
        other = _emergency(node, BO)
        _decided(node, other)


def test_a_finding_is_taken_on_once_and_an_emergency_is_there_already(node: Node, site: Site) -> None:
    finding = _finding(node)
    review = take(node, finding, by=OFFICER, note="-").id
    assert taken(node) == {finding: review}
    size = node.log.size
    with pytest.raises(TakenBefore, match=review):
        take(node, finding, by=SECOND, note="-")
    assert node.log.size == size
    access = _emergency(node)
    with pytest.raises(TakenBefore, match=access):
        take(node, access, by=OFFICER, note="-")
    site.clock.pass_by(timedelta(hours=25))
    late = next(one for one in anomalies(node, kind="unreviewed-emergency"))
    with pytest.raises(TakenBefore, match=access):
        take(node, late.id, by=OFFICER, note="-")


def test_who_looked_along_in_an_emergency_is_on_the_queue_with_it(node: Node) -> None:
    others = [
        one.id
        for one in node.directory.people()
        if one.role == "emergency-physician" and node.directory.organisation(one.organisation).emergency
    ]
    done = released(
        emergency(node, others=(next(one for one in others if one != EMERGENCY_DOCTOR),)), node.office
    )
    (along,) = done.others
    with pytest.raises(TakenBefore, match=done.intent.id):
        take(node, along.id, by=OFFICER, note="-")
    assert [one.review.entry for one in cases(node)] == [done.intent.id]


def test_any_access_can_be_taken_on_by_hand_and_nothing_else(node: Node) -> None:
    allow(node)
    access = released(question(node), node.office).intent
    outcome = last(node)
    review = take(node, outcome.id, by=OFFICER, note="患者投诉").id
    matter = case_of(node, review).matter
    assert (matter.kind, matter.entries) == ("by-hand", (access.id,))
    with pytest.raises(TakenBefore):
        take(node, access.id, by=OFFICER, note="-")
    with pytest.raises(NoAccess) as told:
        take(node, review, by=OFFICER, note="-")
    for kind in (("access", "disclose"), ("access", "refuse")):
        zh, en = EVENTS[kind]
        assert (en in told.value.hint, zh in told.value.hint_zh) == (True, True), "as the search calls it"
    with pytest.raises(NoSuchFinding):
        take(node, "0123456789abcdef", by=OFFICER, note="-")


def test_a_finding_on_the_queue_does_not_say_in_the_ledger_whom_it_is_about(node: Node) -> None:
    entry = node.log.find(_taken(node))
    keys = node.vault.known(AN)
    assert keys is not None
    assert (entry.entry.patient, entry.entry.why) == ("", "watched-patient")
    for secret in (keys.pseudonym, node.desk.actor_named(OWN_DOCTOR)):
        assert secret.encode() not in entry.body + entry.sealed


def test_where_misuse_was_found_the_patient_is_to_be_told(node: Node) -> None:
    review = _taken(node)
    _decided(node, review, BAD)
    assert list(outbox(node.log)) == []
    done = sign_off(node, review, by=SECOND, note="-")
    (notice,), (waiting,) = done.notices, outbox(node.log)
    assert waiting.entry == notice.id
    keys = node.vault.known(AN)
    assert keys is not None
    assert (notice.entry.patient, notice.entry.intent) == (keys.pseudonym, review)
    told = details_of(node.office, notice).told
    assert "without good reason" in told["en"]
    assert told["accesses"] == list(case_of(node, review).matter.entries)
    assert disagreements(node.log, node.house_key) == []


def test_where_the_look_was_justified_nobody_is_told(node: Node) -> None:
    review = _taken(node)
    _decided(node, review)
    assert sign_off(node, review, by=SECOND, note="-").notices == ()
    assert list(outbox(node.log)) == []


def test_where_nothing_was_seen_no_patient_is_told_that_somebody_looked(node: Node) -> None:
    """Asking again and again may be misuse; a notice of a look that never was would be untrue."""
    for _ in range(10):
        assert not put(question(node), node.office).permit
    (finding,) = anomalies(node, kind="refused-often")
    by_hand = take(node, last(node).id, by=OFFICER, note="-").id
    for review in (take(node, finding.id, by=OFFICER, note="-").id, by_hand):
        _decided(node, review, BAD)
        done = sign_off(node, review, by=SECOND, note="-")
        assert (done.notices, done.erased) == ((), 0)
    assert list(outbox(node.log)) == []


def test_who_was_let_in_after_refusals_is_told_of_with_the_look_alone(node: Node) -> None:
    for _ in range(21):  # more than a finding names
        put(question(node), node.office)
    allow(node)
    put(question(node), node.office)
    (finding,) = anomalies(node, kind="tried-until-permitted")
    review = take(node, finding.id, by=OFFICER, note="-").id
    _decided(node, review, BAD)
    (notice,) = sign_off(node, review, by=SECOND, note="-").notices
    refused = {one.id for one in entries(node) if one.entry.subtype == "refuse"}
    assert refused.isdisjoint(details_of(node.office, notice).told["accesses"])


def test_a_list_of_findings_names_no_patient(node: Node, site: Site) -> None:
    """Neither by id nor by the pseudonym their other entries go by."""
    _finding(node)
    keys = node.vault.known(AN)
    assert keys is not None
    told = typed("--node", str(site.folder), "audit", "anomalies", "--json").stdout
    assert "watched-patient" in told
    assert not any(name in told for name in (keys.pseudonym, AN))


def test_every_patient_of_a_finding_is_told_but_those_whose_key_is_gone(node: Node, site: Site) -> None:
    site.clock.pass_by(timedelta(hours=14))  # eleven at night
    for one in COHORT[:3]:
        put(question(node, OWN_DOCTOR, one), node.office)
    (finding,) = anomalies(node, kind="after-hours")
    review = take(node, finding.id, by=OFFICER, note="-").id
    _decided(node, review, BAD)
    erase(node.office, COHORT[0], by=OFFICER, reason="-")
    done = sign_off(node, review, by=SECOND, note="-")
    told = {one.entry.patient for one in done.notices}
    keys = [node.vault.known(one) for one in COHORT[:3]]
    assert told == {one.pseudonym for one in keys if one is not None}
    assert (len(told), done.erased) == (2, 1)
    assert {one.entry for one in outbox(node.log)} == {one.id for one in done.notices}


def test_what_is_signed_off_stays(node: Node) -> None:
    review = _emergency(node)
    with pytest.raises(NoSuchReview, match="nobody has decided"):
        sign_off(node, review, by=SECOND, note="-")
    _decided(node, review)
    sign_off(node, review, by=SECOND, note="-")
    size = node.log.size
    for step in (sign_off, give_back):
        for officer in (OFFICER, SECOND):
            with pytest.raises(NoSuchReview, match="signed off before"):
                step(node, review, by=officer, note="-")
    with pytest.raises(NoSuchReview, match="closed before"):
        _decided(node, review)
    assert node.log.size == size


def test_whoever_signs_signs_the_decision_they_saw(node: Node, site: Site) -> None:
    """Given back and decided anew in between: the signature and its entry are taken back together."""
    review = _emergency(node)
    _decided(node, review, GOOD)
    with site.open() as other:
        with other.log.reading():  # as the other officer's screen was a moment ago
            site.clock.pass_by(timedelta(seconds=1))
            give_back(node, review, by=SECOND, note="-")
            _decided(node, review, BAD)
            size = node.log.size
            with pytest.raises(NoSuchReview, match="just now"):
                sign_off(other, review, by=SECOND, note="-")
        assert node.log.size == size
        assert _state(other, review) == "decided"


def test_what_is_late_stands_on_top_makes_the_status_not_ok_and_is_found(node: Node, site: Site) -> None:
    first = _taken(node)
    second = _emergency(node, BO)
    assert [one.review.entry for one in cases(node)] == [second, first]
    site.clock.pass_by(WEEK)
    third = _emergency(node)
    _decided(node, third)
    assert [one.review.entry for one in cases(node)] == [second, first, third]
    waiting = next(one for one in health(node) if one.name_en == "waiting")
    assert (waiting.ok, waiting.code) == (False, "reviews-overdue")
    late = anomalies(node, kind="unreviewed-emergency")
    assert [one.entries[0] for one in late] == [second]
    site.clock.pass_by(SIGN_WITHIN + timedelta(seconds=1))
    late = anomalies(node, kind="unreviewed-emergency")
    assert {one.entries[0]: "signed off" in one.en for one in late} == {second: False, third: True}


def test_a_signature_that_is_missing_for_a_week_makes_the_status_not_ok(node: Node, site: Site) -> None:
    _decided(node, _emergency(node))
    site.clock.pass_by(SIGN_WITHIN)
    waiting = next(one for one in health(node) if one.name_en == "waiting")
    assert (waiting.code, "1 reviews (0 overdue)" in waiting.en) == ("ok", True)
    site.clock.pass_by(timedelta(seconds=1))
    waiting = next(one for one in health(node) if one.name_en == "waiting")
    assert (waiting.code, "1 reviews (1 overdue)" in waiting.en) == ("reviews-overdue", True)


STEPS = st.tuples(
    st.sampled_from(("decide", "sign-off", "return")), st.sampled_from((OFFICER, SECOND, "js-so-001"))
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=7))
def test_whatever_officers_try_in_whatever_order_two_different_ones_stand_behind_it(
    node: Node, tried: list[tuple[str, str]]
) -> None:
    review = _emergency(node)
    for step, by in tried:
        before = node.log.size
        try:
            if step == "decide":
                _decided(node, review, by=by)
            elif step == "return":
                give_back(node, review, by=by, note="-")
            else:
                sign_off(node, review, by=by, note="-")
        except (NoSuchReview, SameOfficer, NotInDirectory):
            assert node.log.size == before
    case = case_of(node, review)
    done = [(one.step, one.officer) for one in case.steps]
    if case.review.state == "signed-off":
        (first, decided), (last_step, signed) = done[-2:]
        assert (first, last_step, decided != signed) == ("close", "sign-off", True)
    assert [step for step, _ in done].count("sign-off") == (case.review.state == "signed-off")
    assert disagreements(node.log, node.house_key) == []


@settings(max_examples=50, deadline=None)
@given(
    st.integers(0, 400),
    st.none() | st.integers(0, 400),
    st.none() | st.integers(0, 400),
    st.integers(0, 900),
)
def test_a_review_is_late_only_while_a_step_is_missing(
    due: int, closed: int | None, signed: int | None, now: int
) -> None:
    at = [None if one is None else NOW + timedelta(hours=one) for one in (closed, signed)]
    one = Review(
        entry="e", opened=NOW, due=NOW + timedelta(hours=due), closed=at[0], finding="", signed=at[1]
    )
    is_late, moment = one.is_late(NOW + timedelta(hours=now)), one.waits_until()
    assert is_late == (moment is not None and NOW + timedelta(hours=now) > moment)
    assert not (one.signed and is_late)
    assert one.is_overdue(NOW + timedelta(hours=now)) <= is_late or signed is not None


ATTACKS = [
    ("DELETE FROM review_signed", "the signature of a review is missing"),
    (
        "UPDATE review_signed SET signed_us = signed_us - 1",
        "the signature of a review is not as the log says",
    ),
    (
        "INSERT INTO review_signed SELECT entry, 1 FROM review WHERE closed_us IS NULL",
        "the signature of a review has no entry in the log",
    ),
    ("DELETE FROM review_taken", "what was taken on for review is missing"),
    (
        "UPDATE review_taken SET finding = finding || 'x'",
        "what was taken on for review is not as the log says",
    ),
    ("DELETE FROM review WHERE due_us - opened_us = 604800000000", "the review of an access is missing"),
    ("DELETE FROM notice", "a notice to a patient is missing"),
]


@pytest.mark.attack
@pytest.mark.parametrize(("sql", "how"), ATTACKS)
def test_a_queue_that_was_changed_behind_our_back_is_found(
    node: Node, site: Site, sql: str, how: str
) -> None:
    review = _taken(node)
    _decided(node, review, BAD)
    sign_off(node, review, by=SECOND, note="-")
    take(node, released(question(node, OWN_DOCTOR), node.office).intent.id, by=OFFICER, note="-")
    assert disagreements(node.log, node.house_key) == []
    db = apsw.Connection(str(site.folder / "ledger.db"))
    db.execute(sql)
    assert db.changes() > 0
    db.close()
    wrong = disagreements(node.log, node.house_key)
    assert any(one.en.startswith(how) for one in wrong), wrong


def _typed(site: Site, *words: str, exit_code: int = 0) -> str:
    done = typed("--node", str(site.folder), "review", *words)
    assert done.exit_code == exit_code, done.output
    return done.stdout or done.stderr


def test_as_it_is_typed(node: Node, site: Site) -> None:
    finding = _finding(node)
    note = ("--note", "x")
    told = orjson.loads(_typed(site, "take", finding, "--by", OFFICER, *note, "--json"))
    review = told["review"]
    assert "a watched patient" in _typed(site, "list")
    assert "waits for a decision" in _typed(site, "list")
    decide_it = ("decide", review, "--finding", "not-justified", *note, "--by")
    _typed(site, *decide_it, OWN_DOCTOR, exit_code=3)
    assert "a second officer signs it off" in _typed(site, *decide_it, OFFICER)
    sign_it = ("sign-off", review, *note, "--by")
    assert "cannot sign it off too" in _typed(site, *sign_it, OFFICER, exit_code=3)
    assert "given back" in _typed(site, *sign_it, SECOND, "--disagree")
    _typed(site, *decide_it, OFFICER)
    assert "patients to be told: 1" in _typed(site, *sign_it, SECOND)
    shown = _typed(site, "show", review)
    assert [word in shown for word in ("taken on", "decided not justified", "given back", "signed off")] == [
        True
    ] * 4
    assert AN not in shown
    document = orjson.loads(_typed(site, "list", "--all", "--json"))
    assert [(one["entry"], one["state"], one["finding"]) for one in document] == [
        (review, "signed-off", "not-justified")
    ]
    assert _typed(site, "list", "--json").strip() == "[]"
    found = orjson.loads(typed("--node", str(site.folder), "audit", "anomalies", "--json").stdout)
    assert {one["review"] for one in found} == {review}


@pytest.mark.parametrize("note", ["", " ", "\u3000\n"])
def test_nobody_judges_without_a_word(node: Node, site: Site, note: str) -> None:
    """A court asks why: each step has somebody's words, blanks are none."""
    finding, review = _finding(node), _emergency(node, BO)
    said = ("--by", OFFICER, "--note", note)
    size = node.log.size
    told = _typed(site, "take", finding, *said, exit_code=2)
    assert "--note must say something" in told
    _typed(site, "decide", review, "--finding", "justified", *said, exit_code=2)
    assert node.log.size == size
    _decided(node, review, by=SECOND)
    _typed(site, "sign-off", review, *said, exit_code=2)
    assert _state(node, review) == "decided"


def test_an_officer_reads_it_in_chinese(node: Node, site: Site) -> None:
    review = _taken(node)
    _decided(node, review)
    home = ("--lang", "zh", "--node", str(site.folder))
    assert "正当，待另一人签核" in typed(*home, "review", "list").stdout
    assert "重点关注患者" in typed(*home, "review", "show", review).stdout
    same = typed(*home, "review", "sign-off", review, "--by", OFFICER, "--note", "-")
    assert (same.exit_code, "作出结论的人不能自行签核" in same.stderr) == (3, True)


def test_a_ledger_from_before_has_no_such_tables_and_is_read_all_the_same(node: Node, site: Site) -> None:
    """On a disk where nothing can be added."""
    review = _emergency(node)
    db = apsw.Connection(str(Path(site.folder) / "ledger.db"))
    for table in ("review_signed", "review_taken", "watched"):
        db.execute(f"DROP TABLE {table}")
    db.close()
    assert [one.review.entry for one in cases(node)] == [review]
    assert taken(node) == {}
    assert disagreements(node.log, node.house_key) == []
    assert anomalies(node) == []
