"""The officer's report says what the entries say, of the month that was asked for, whenever it is made."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.audit.anomalies import KINDS
from exchange.audit.anomalies.looking import KNOWING
from exchange.audit.report import BeforeTheLedger, NotBegun, OfficersReport, for_officer, officers_sheet, page
from exchange.audit.report.counted import count
from exchange.audit.report.period import period
from exchange.audit.report.wording import STATES
from exchange.audit.review import give_back, take
from exchange.audit.words import FOUND
from exchange.counting import months
from exchange.instants import CHINA
from exchange.node.node import Node
from exchange.reviews import Finding, close
from tests.audit.reported import (
    DOCTOR,
    HOSPITAL,
    IN_DECEMBER,
    OCTOBER,
    OFFICER,
    REVIEW_WITHIN,
    look,
    node_in,
    other,
    refusal,
    write,
)
from tests.audit.simulated import Happened, misuse, person
from tests.federation.nodes import Clock

Running = tuple[Node, Clock]
SECOND_OFFICER = "ks-so-002"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with node_in(tmp_path / "node") as both:
        yield both


@pytest.fixture(scope="module")
def long_running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One node for many examples: each happens in a month of its own."""
    with node_in(tmp_path_factory.mktemp("long") / "node") as both:
        yield both


# ---- the figures are those of the entries

# Type, subtype, phase, and whether it is a look at a record of ours or a refused one: half of them are.
KINDS_OF_ENTRY = st.sampled_from(
    [
        *[("access", "disclose", "intent", True)] * 4,
        *[("access", "refuse", "", True)] * 3,
        ("access", "disclose", "outcome", False),
        ("access", "refuse", "outcome", False),  # what another region answered us
        ("access", "request", "intent", False),
        ("consent", "grant", "", False),
        ("consent", "revoke", "", False),
        ("research", "extract", "outcome", False),
        ("review", "close", "", False),
    ]
)


@st.composite
def happenings(draw: st.DrawFn) -> tuple[timedelta, tuple[str, str, str, bool], dict[str, str]]:
    """When in the first 28 days of a month, what, and by whom for what about whom."""
    said = {
        "organisation": draw(st.sampled_from([HOSPITAL, "ks-tcm-hospital", "nobody-knows-it"])),
        "purpose": draw(st.sampled_from(["TREAT", "HPAYMT"])),
        "patient": person(draw(st.sampled_from("abcdef"))),
        "actor": person(draw(st.sampled_from("xyz"))),
        "why": draw(st.sampled_from(["NO_CONSENT", "CONSENT_DENY"])),
    }
    return timedelta(minutes=draw(st.integers(0, 28 * 24 * 60 - 1))), draw(KINDS_OF_ENTRY), said


@settings(max_examples=20, deadline=None)
@given(st.lists(happenings(), max_size=40))
def test_every_figure_equals_a_recount_over_the_entries(
    long_running: Running, some: list[tuple[timedelta, tuple[str, str, str, bool], dict[str, str]]]
) -> None:
    node, clock = long_running
    month = months.after(months.month_of(clock.now))
    since = months.first_of(month)
    write(
        node,
        clock,
        [
            other(type_, subtype, since + at, phase=phase, **said)
            for at, (type_, subtype, phase, _), said in some
        ],
    )
    clock.now = months.first_of(months.after(month)) - timedelta(hours=1)
    told = count(node, period(node, month, clock.now + timedelta(days=2)))

    accesses = [(since + at, kind[1], said) for at, kind, said in some if kind[3]]
    seen = [said for _, subtype, said in accesses if subtype == "disclose"]
    refused = [said for _, subtype, said in accesses if subtype == "refuse"]
    assert (told.accesses.allowed, told.accesses.refused) == (len(seen), len(refused))
    assert told.patients == len({said["patient"] for said in seen})
    assert told.people == len({said["actor"] for said in seen})
    assert told.refusals == Counter(said["why"] for said in refused)
    for way in ("organisation", "purpose"):
        assert {key: one.allowed for key, one in told.by[way].items() if one.allowed} == Counter(
            said[way] for said in seen
        )
        assert {key: one.refused for key, one in told.by[way].items() if one.refused} == Counter(
            said[way] for said in refused
        )
    known = sum(said["organisation"] != "nobody-knows-it" for _, _, said in accesses)
    assert {key: one.all for key, one in told.by["region"].items()} == {
        key: number for key, number in (("320583", known), ("", len(accesses) - known)) if number
    }
    assert {day: one.all for day, one in told.days.items() if one.all} == Counter(
        at.astimezone(CHINA).date() for at, _, _ in accesses
    )
    kinds = Counter((kind[0], kind[1]) for _, kind, _ in some)
    assert told.asked == kinds["access", "request"]
    assert told.consents["grant"] == kinds["consent", "grant"]
    assert told.consents["revoke"] == kinds["consent", "revoke"]
    assert len(told.extracts) == kinds["research", "extract"]


def test_a_month_begins_and_ends_at_midnight_in_china(running: Running) -> None:
    node, clock = running
    begin, end = datetime(2026, 9, 30, 16, tzinfo=UTC), datetime(2026, 10, 31, 16, tzinfo=UTC)
    minute = timedelta(minutes=1)
    write(
        node,
        clock,
        [look(node, at) for at in (begin - minute, begin, end - minute, end)],
    )
    clock.now = IN_DECEMBER
    told = for_officer(node, "2026-10")
    assert told.now.accesses.allowed == 2
    assert [day.day for day, one in told.now.days.items() if one.all] == [1, 31]
    assert told.before
    assert told.before.accesses.allowed == 1


def test_it_is_the_last_month_that_is_over_unless_said_otherwise(running: Running) -> None:
    node, clock = running
    clock.now = IN_DECEMBER
    assert for_officer(node, "").period.month == "2026-11"


def test_an_extract_that_came_to_nothing_is_not_counted(running: Running) -> None:
    node, clock = running
    (made, _) = write(
        node,
        clock,
        [
            other("research", "extract", OCTOBER + timedelta(days=n), phase="outcome", organisation=HOSPITAL)
            for n in (1, 2)
        ],
    )
    write(
        node,
        clock,
        [other("research", "extract", OCTOBER + timedelta(days=3), outcome="8", intent=made.id)],
    )
    clock.now = IN_DECEMBER
    assert len(for_officer(node, "2026-10").extracts) == 1


def test_nor_is_one_that_came_to_nothing_only_in_the_month_after(running: Running) -> None:
    node, clock = running
    last = OCTOBER + timedelta(days=30, hours=10)
    (made, _) = write(
        node,
        clock,
        [
            other("research", "extract", last + timedelta(minutes=n), phase="outcome", organisation=HOSPITAL)
            for n in (1, 2)
        ],
    )
    failed = other("research", "extract", last + timedelta(days=1), outcome="8", intent=made.id)
    write(node, clock, [failed])
    clock.now = IN_DECEMBER
    assert len(for_officer(node, "2026-10").extracts) == 1
    told = for_officer(node, "2026-11")
    assert told.before
    assert (len(told.extracts), len(told.before.extracts)) == (0, 1)


# ---- reviews


def _reviewed(node: Node, clock: Clock, entry: str, at: datetime, finding: Finding) -> None:
    clock.now = at
    close(
        node.desk,
        node.log,
        entry,
        finding=finding,
        officer=OFFICER,
        note="",
        now=at,
        house_key=node.house_key,
    )


def emergencies(node: Node, clock: Clock) -> OfficersReport:
    """One reviewed when it was just due, one a moment later, one never, and one that is not due when October ends."""
    three = [OCTOBER + timedelta(days=10 * n) for n in range(3)]
    late_in_october = datetime(2026, 10, 31, 12, tzinfo=UTC)
    for number, at in enumerate(three):
        (one,) = write(node, clock, [look(node, at, patient=f"{number}", break_glass=True, purpose="ETREAT")])
        if number == 0:
            _reviewed(node, clock, one.id, one.time + REVIEW_WITHIN, Finding.JUSTIFIED)
        if number == 1:
            late = one.time + REVIEW_WITHIN + timedelta(microseconds=1)
            _reviewed(node, clock, one.id, late, Finding.NOT_JUSTIFIED)
    write(node, clock, [look(node, late_in_october, patient="last", break_glass=True, purpose="ETREAT")])
    clock.now = IN_DECEMBER
    return for_officer(node, "2026-10")


def test_it_tells_who_is_late_with_a_review_and_since_when(running: Running) -> None:
    told = emergencies(*running)
    assert told.reviews.states == {"in-time": 1, "late": 1, "waiting": 1, "overdue": 1}
    assert told.reviews.longest == REVIEW_WITHIN + timedelta(microseconds=1)
    assert (told.reviews.justified, told.reviews.not_justified) == (1, 1)
    (late,) = told.late
    assert late.review.due.astimezone(UTC).date() == (OCTOBER + timedelta(days=21)).date()
    assert set(told.reviews.states) == set(STATES)


def test_what_is_reviewed_afterwards_changes_no_figure_of_the_month(running: Running) -> None:
    node, clock = running
    before = emergencies(node, clock)
    _reviewed(node, clock, before.late[0].review.entry, IN_DECEMBER + timedelta(hours=1), Finding.JUSTIFIED)
    after = for_officer(node, "2026-10")
    assert after.reviews.states == before.reviews.states
    assert after.reviews.median == before.reviews.median
    assert "still open" in page(officers_sheet(node, before, "en")).decode()
    text = page(officers_sheet(node, after, "en")).decode()
    assert "still open" not in text
    assert "reviewed 2026-12-03 09:00" in text


def test_what_is_given_back_afterwards_changes_no_figure_of_the_month(running: Running) -> None:
    node, clock = running
    (one,) = write(node, clock, [look(node, OCTOBER, break_glass=True, purpose="ETREAT")])
    _reviewed(node, clock, one.id, one.time + REVIEW_WITHIN, Finding.JUSTIFIED)
    clock.now = IN_DECEMBER
    before = for_officer(node, "2026-10")
    assert before.reviews.states["in-time"] == 1
    give_back(node, one.id, by=SECOND_OFFICER, note="")
    after = for_officer(node, "2026-10")
    assert replace(after, made_at=before.made_at) == before


def test_what_was_given_back_within_the_month_is_open_at_its_end(running: Running) -> None:
    node, clock = running
    (one,) = write(node, clock, [look(node, OCTOBER, break_glass=True, purpose="ETREAT")])
    _reviewed(node, clock, one.id, one.time + REVIEW_WITHIN, Finding.JUSTIFIED)
    give_back(node, one.id, by=SECOND_OFFICER, note="")
    clock.now = IN_DECEMBER
    told = for_officer(node, "2026-10")
    assert told.reviews.states["overdue"] == 1
    assert (told.reviews.justified, told.reviews.median) == (0, None)


def test_an_officer_who_takes_a_look_onto_the_queue_has_declared_no_emergency(running: Running) -> None:
    node, clock = running
    (one,) = write(node, clock, [look(node, OCTOBER)])
    take(node, one.id, by=OFFICER, note="")
    clock.now = IN_DECEMBER
    told = for_officer(node, "2026-10")
    assert (told.now.emergencies, told.reviews.all, told.late) == (0, 0, ())


def test_the_same_month_is_told_the_same_way_again(running: Running) -> None:
    node, clock = running
    before = emergencies(node, clock)
    write(node, clock, [look(node, IN_DECEMBER + timedelta(days=1)), refusal(node, IN_DECEMBER)])
    clock.now = IN_DECEMBER + timedelta(days=90)
    after = for_officer(node, "2026-10")
    assert replace(after, made_at=before.made_at) == before


# ---- months that are not whole


def test_a_month_without_an_entry_is_a_page_of_noughts_and_says_so(running: Running) -> None:
    node, clock = running
    clock.now = IN_DECEMBER
    told = for_officer(node, "2026-10")
    assert told.as_dict()["period"] == {
        "month": "2026-10",
        "over": True,
        "since": "2026-10-01T00:00:00+08:00",
        "until": "2026-11-01T00:00:00+08:00",
        "first_entry": None,
        "last_entry": None,
        "entries": 0,
    }
    text = page(officers_sheet(node, told, "en")).decode()
    assert "There is no entry of this month." in text
    assert "none in this month" in text
    assert told.ledger.size == 1  # the node was made in September


def test_a_month_that_is_still_running_says_so_first_of_all(running: Running) -> None:
    node, clock = running
    write(node, clock, [look(node, OCTOBER + timedelta(days=4))])
    told = for_officer(node, "2026-10")
    assert not told.period.is_over
    assert [day.day for day in told.now.days] == [1, 2, 3, 4, 5]
    assert officers_sheet(node, told, "en").warning.startswith("This month is still running: figures up to")
    assert "本月尚未结束" in officers_sheet(node, told, "zh").warning


def test_of_the_month_in_which_the_ledger_began_it_is_said_when(running: Running) -> None:
    node, clock = running
    clock.now = OCTOBER + timedelta(days=2)
    told = for_officer(node, "")
    assert (told.period.month, told.before) == ("2026-09", None)
    assert "The ledger began on 2026-09-01 10:00" in officers_sheet(node, told, "en").warning
    assert "before: not known" in page(officers_sheet(node, told, "en")).decode()


def test_of_a_month_before_the_ledger_nothing_is_told_rather_than_noughts(running: Running) -> None:
    node, _ = running
    with pytest.raises(BeforeTheLedger, match="begins in 2026-09") as refused:
        for_officer(node, "2026-08")
    assert refused.value.exit_code == 6
    with pytest.raises(BeforeTheLedger):
        for_officer(node, "")  # August is the last that is over
    with pytest.raises(BeforeTheLedger):
        for_officer(node, "0001-01")


@pytest.mark.parametrize("month", ["2026-10", "9999-12"])
def test_a_month_that_has_not_begun_is_none(running: Running, month: str) -> None:
    with pytest.raises(NotBegun):
        for_officer(running[0], month)


# ---- what an officer should look at


def test_findings_have_words_and_the_people_of_the_house_have_names(running: Running) -> None:
    node, clock = running
    planted = [one for kind, some in misuse().items() if kind != "unusual-volume" for one in some]
    write(
        node,
        clock,
        [
            Happened(one.at, replace(one.entry, actor=node.desk.actor_named(DOCTOR), organisation=HOSPITAL))
            if one.entry.actor == person("curious")
            else one
            for one in planted
        ],
    )
    clock.now = IN_DECEMBER
    told = for_officer(node, "2026-10")
    assert {one.kind for one in told.findings} == set(misuse()) - set(KNOWING) - {
        "unusual-volume",
        "unusual-region",
    }
    for lang in ("zh", "en"):
        text = page(officers_sheet(node, told, lang)).decode()
        assert node.directory.person(DOCTOR).name(lang) in text
        assert all(one.entries[0] in text for one in told.findings)


def test_there_are_words_for_every_kind_of_finding() -> None:
    assert set(KINDS) <= set(FOUND)
