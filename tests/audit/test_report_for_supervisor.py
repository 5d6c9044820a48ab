"""The supervisor's report says what counting says, is on record as counting is, and is about nobody."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from exchange.audit.details import details_of
from exchange.audit.report import (
    BeforeTheLedger,
    SupervisorsReport,
    for_officer,
    for_supervisor,
    officers_sheet,
    page,
    supervisors_sheet,
)
from exchange.audit.report.coarse import WAYS
from exchange.audit.report.sheet import Cards
from exchange.counting import ACCESSES_BY, CountRefused, Figures, Row, TooFewPatients, count_accesses
from exchange.counting.figures import Limit
from exchange.node.node import Node
from exchange.watchlist import watch
from ledger import Recorded
from ledger.errors import CannotAppend
from tests.counting.conftest import made, site
from tests.counting.house import ILL, MANAGER, PEOPLE, SUPERVISOR
from tests.exchange.engines import asking, refusing
from tests.exchange.nodes import (
    OFFICER,
    OTHER_DOCTOR,
    OWN_DOCTOR,
    Site,
    deaf,
    emergency,
    entries,
    last,
    put,
    question,
)

__all__ = ["made", "site"]

DECEMBER = datetime(2026, 12, 2, tzinfo=UTC)


@contextmanager
def november_in(site: Site) -> Iterator[Node]:
    """In November fifteen patients are seen, twelve refused, four asked about for money, three in an emergency."""
    with site.open() as opened:
        for one in PEOPLE[:15]:
            assert put(question(opened, OTHER_DOCTOR, one), opened.office).permit
        for one in PEOPLE[20:32]:
            assert not put(question(opened, OWN_DOCTOR, one), opened.office).permit
        for one in ILL:
            put(question(opened, OTHER_DOCTOR, one, "HPAYMT"), opened.office)
        for one in PEOPLE[33:36]:
            assert put(emergency(opened, one), opened.office).permit
        site.clock.now = DECEMBER
        yield opened


@pytest.fixture(scope="module")
def shared(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """One node for all that only ask it."""
    return Site(Path(shutil.copytree(made, tmp_path_factory.mktemp("shared") / "node")))


@pytest.fixture(scope="module")
def busy(shared: Site) -> Iterator[Node]:
    with november_in(shared) as opened:
        yield opened


@pytest.fixture
def alone(site: Site) -> Iterator[Node]:
    """The same, for one test that lets time pass."""
    with november_in(site) as opened:
        yield opened


def told(node: Node, month: str = "2026-11", person: str = SUPERVISOR) -> tuple[SupervisorsReport, str]:
    """The report, and the page in both languages."""
    pages: list[str] = []

    def deliver(report: SupervisorsReport, intent: Recorded) -> None:
        pages.extend(page(supervisors_sheet(node, report, intent, lang)).decode() for lang in ("zh", "en"))

    report = for_supervisor(node, person, month, deliver)
    assert len(pages) == 2
    return report, "".join(pages)


def never(_: SupervisorsReport, __: Recorded) -> None:
    raise AssertionError("told")


def test_every_table_of_accesses_is_what_counting_tells(busy: Node) -> None:
    report, _ = told(busy)
    assert set(WAYS) <= set(ACCESSES_BY)
    for way in WAYS:
        counted = count_accesses(busy, SUPERVISOR, way, lambda _: None, since="2026-11", until="2026-11")
        assert report.now[way] == counted.figures


def test_what_is_about_few_patients_is_nowhere_in_it(busy: Node) -> None:
    report, pages = told(busy)
    figures = orjson.dumps(report.as_dict()).decode()
    # Four patients were asked about for money, three were emergencies: neither the number nor the word.
    for hidden in ("HPAYMT", "ETREAT"):
        assert hidden not in figures
        assert hidden not in pages
    assert report.now["reviews"] is None
    assert "Fewer than 11 patients: nothing is told." in pages
    assert "涉及患者不足 11 人：不公布。" in pages
    exact = for_officer(busy, "2026-11").now
    assert (exact.emergencies, exact.accesses.all) == (3, 34)
    assert ">34<" not in pages


def test_the_number_of_all_accesses_is_not_told_as_that_of_emergencies(busy: Node) -> None:
    """Three emergencies stand together with all the rest, so the heading must not call that row emergencies."""
    report, pages = told(busy)
    emergency = report.now["emergency"]
    assert emergency
    assert (emergency.rows, emergency.together.number) == ((), 33)
    for heading in ("Accesses by whether they were emergencies", "按是否紧急"):
        assert f"<h2>{heading}</h2>" in pages
    assert "<h2>Emergencies</h2>" not in pages
    assert "<h2>紧急调阅</h2>" not in pages


def test_every_number_is_a_multiple_of_the_limit_and_not_above_the_true_one(busy: Node) -> None:
    report, _ = told(busy)
    exact = for_officer(busy, "2026-11").now
    tables = [one for one in report.now.values() if one]
    assert tables
    for figures in tables:
        for row in (*figures.rows, figures.together, figures.total):
            assert (row.number % 11, row.patients % 11) == (0, 0)
    decision = report.now["decision"]
    assert decision
    assert decision.total.number == exact.accesses.all - exact.accesses.all % 11


def test_a_finding_of_the_month_that_is_known_of_only_since_is_listed_and_the_page_says_why(
    alone: Node,
) -> None:
    """All other figures of the month stay."""
    before = for_officer(alone, "2026-11")
    watch(alone.office, PEOPLE[0], ground="known", by=OFFICER, note="")
    after = for_officer(alone, "2026-11")
    new = [one.kind for one in after.findings if one not in before.findings]
    assert new == ["watched-patient"]
    assert replace(after, made_at=before.made_at, findings=before.findings) == before
    for lang, words in (("en", "knows today of relatives, watched patients"), ("zh", "依据节点目前所知")):
        assert words in page(officers_sheet(alone, after, lang)).decode()


def test_nobody_is_named_in_it(busy: Node) -> None:
    report, pages = told(busy)
    text = pages + orjson.dumps(report.as_dict()).decode()
    pseudonyms = {name for one in entries(busy) for name in (one.entry.patient, one.entry.actor)} - {""}
    names = {one.name(lang) for one in busy.directory.people() for lang in ("zh", "en")}
    assert len(pseudonyms) > 20
    assert len(names) > 20
    for somebody in (*pseudonyms, *names, *PEOPLE):
        assert somebody not in text


def test_the_headline_tells_the_row_it_names_and_none_that_stands_together(busy: Node) -> None:
    report, _ = told(busy)
    rows = (Row(key="deny", number=22, patients=11), Row(key="permit", number=44, patients=33))
    total = Row(key="", number=66, patients=33)
    decided = Figures(rows=rows, together=rows[0], total=total, limit=Limit(step=11, least=11))
    other = replace(report, now={**report.now, "decision": decided}, before={**report.now, "decision": None})
    (cards, _), *_ = (one.blocks for one in supervisors_sheet(busy, other, last(busy), "en").sections)
    assert isinstance(cards, Cards)
    # Emergencies and withdrawals stand together with others, so there is no card for them.
    assert [(one.name.split(",")[0], one.value, one.before) for one in cards.cards] == [
        ("accesses asked for", "66", "before: —"),
        ("allowed", "44", "before: —"),
        ("refused", "22", "before: —"),
    ]


def test_it_has_no_days(busy: Node) -> None:
    """Counted are whole months: a day is small enough to be about somebody."""
    _, pages = told(busy)
    assert "2026-11-25" not in pages
    assert "<table class=calendar>" not in pages


def test_it_is_on_record_before_and_after_with_what_was_told(busy: Node) -> None:
    seen: list[tuple[str, str]] = []

    def deliver(_: SupervisorsReport, intent: Recorded) -> None:
        assert last(busy).id == intent.id
        seen.append((intent.entry.subtype, intent.entry.phase))

    report = for_supervisor(busy, SUPERVISOR, "", deliver)
    assert seen == [("report", "intent")]
    intent, outcome = entries(busy)[-2:]
    assert (outcome.entry.intent, outcome.entry.phase) == (intent.id, "outcome")
    assert intent.entry.obligations == ("small-cell:11",)
    decision = report.now["decision"]
    assert decision
    assert outcome.entry.count == decision.total.number
    kept = details_of(busy.office, outcome).told["told"]["month"]
    assert kept["purpose"]["total"] == {"key": "", "number": 33, "patients": 22}


def test_a_report_that_could_not_be_handed_over_is_on_record_as_that(busy: Node) -> None:
    def fails(_: SupervisorsReport, __: Recorded) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        for_supervisor(busy, SUPERVISOR, "", fails)
    assert (last(busy).entry.outcome, last(busy).entry.why) == ("8", "HANDOVER_FAILED")


def test_where_the_ledger_takes_no_entry_no_report_is_told(busy: Node, shared: Site) -> None:
    mute = replace(busy, office=deaf(busy.office, shared.reader(busy)))
    with pytest.raises(CannotAppend):
        for_supervisor(mute, SUPERVISOR, "", never)


@pytest.mark.parametrize(
    ("person", "code"),
    [
        (MANAGER, "OUTSIDE_OWN_HOUSE"),
        (OTHER_DOCTOR, "ROLE_NOT_FOR_PURPOSE"),
        (OFFICER, "NOT_A_SUPERVISOR"),
    ],
)
def test_nobody_else_is_told_and_the_refusal_is_on_record(busy: Node, person: str, code: str) -> None:
    with pytest.raises(CountRefused) as refused:
        for_supervisor(busy, person, "", never)
    assert code in [one.code for one in refused.value.reasons]
    entry = last(busy).entry
    assert (entry.type, entry.subtype, entry.decision) == ("count", "report", "deny")


def test_a_reason_the_rules_of_the_region_add_refuses(busy: Node) -> None:
    other = replace(busy, office=asking(busy.office, refusing("A_RULE_OF_THE_REGION")))
    with pytest.raises(CountRefused, match="A_RULE_OF_THE_REGION"):
        for_supervisor(other, SUPERVISOR, "", never)


def test_a_month_that_is_running_is_not_told(alone: Node, site: Site) -> None:
    with pytest.raises(TooFewPatients) as refused:
        for_supervisor(alone, SUPERVISOR, "2026-12", never)
    assert "months that are over" in refused.value.hint
    assert last(alone).entry.why == "TOO_FEW"
    site.clock.now = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    with pytest.raises(TooFewPatients):
        for_supervisor(alone, SUPERVISOR, "2026-11", never)
    site.clock.pass_by(timedelta(minutes=1))  # December, in China
    assert for_supervisor(alone, SUPERVISOR, "2026-11", lambda *_: None).period.is_over


def test_a_month_of_few_patients_is_not_told_at_all(alone: Node, site: Site) -> None:
    put(question(alone, OTHER_DOCTOR, PEOPLE[0]), alone.office)
    site.clock.now = datetime(2027, 1, 2, tzinfo=UTC)
    with pytest.raises(TooFewPatients):
        for_supervisor(alone, SUPERVISOR, "2026-12", never)


def test_of_a_month_before_the_ledger_nothing_is_told(busy: Node) -> None:
    with pytest.raises(BeforeTheLedger):
        for_supervisor(busy, SUPERVISOR, "2026-10", never)


def test_what_came_afterwards_changes_nothing(alone: Node, site: Site) -> None:
    before, _ = told(alone)
    for one in PEOPLE:
        put(question(alone, OTHER_DOCTOR, one), alone.office)
    site.clock.now = datetime(2027, 1, 2, tzinfo=UTC)
    after, _ = told(alone)
    assert after.now == before.now
    assert after.ledger.note == before.ledger.note
