"""A supervisor counts who looked, in months that are over, where it answers for; and sees nobody."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from exchange.counting import ACCESSES_BY, Counted, CountRefused, Figures, TooFewPatients, count_accesses
from exchange.node.node import Node
from ledger.errors import CannotAppend
from tests.counting.house import ILL, LIMIT, MANAGER, PEOPLE, SUPERVISOR
from tests.exchange.engines import CARE, asking, permitting, refusing
from tests.exchange.nodes import OFFICER, OTHER_DOCTOR, OWN_DOCTOR, Site, deaf, entries, last, put, question

COMMISSION = "ks-health-commission"


@pytest.fixture
def busy(site: Site) -> Iterator[Node]:
    """In November doctors of the house see fifteen patients, one of another house is refused twelve; it is December."""
    with site.open() as node:
        for one in PEOPLE[:15]:
            assert put(question(node, OTHER_DOCTOR, one), node.office).permit
        for one in PEOPLE[20:32]:
            assert not put(question(node, OWN_DOCTOR, one), node.office).permit
        for one in ILL:
            put(question(node, OTHER_DOCTOR, one, "HPAYMT"), node.office)
        site.clock.now = datetime(2026, 12, 2, tzinfo=UTC)
        yield node


def _counted(node: Node, by: str, person: str = SUPERVISOR, **more: str) -> Figures:
    return count_accesses(node, person, by, lambda _: None, **more).figures


def _numbers(told: Figures) -> dict[str, tuple[int, int]]:
    return {one.key: (one.number, one.patients) for one in told.rows}


def test_a_supervisor_counts_who_saw_and_who_was_refused(busy: Node) -> None:
    told = _counted(busy, "decision")
    assert _numbers(told) == {"permit": (11, 11)}  # fifteen
    assert (told.together.number, told.together.patients) == (11, 11)  # sixteen refused
    assert (told.total.number, told.total.patients) == (22, 22)


def test_what_four_patients_are_asked_for_is_not_told_by_itself(busy: Node) -> None:
    told = _counted(busy, "purpose")
    assert (_numbers(told), told.together.number) == ({}, 22)
    assert "HPAYMT" not in orjson.dumps(told.as_dict()).decode()


def test_it_is_counted_by_who_asked(busy: Node) -> None:
    looks = [one for one in entries(busy) if one.entry.type == "access"]
    found = {by: {key_of(busy, one) for one in looks} for by, key_of in ACCESSES_BY.items()}
    assert found["organisation"] == {"ks-first-hospital", "ks-tcm-hospital"}
    assert found["region"] == {"320583"}
    assert found["tier"] == {"county"}
    assert found["role"] == {"physician"}
    assert found["emergency"] == {"no"}
    assert found["month"] == {"2026-11"}
    assert set(_numbers(_counted(busy, "organisation"))) == {"ks-tcm-hospital"}


def test_what_is_the_same_of_all_is_not_named(busy: Node) -> None:
    """A name appearing here would tell of the first patient of another kind."""
    told = _counted(busy, "region")
    assert (_numbers(told), told.together) == ({}, told.total)


@pytest.mark.parametrize("by", sorted(ACCESSES_BY))
def test_however_it_is_counted_it_is_the_same_accesses(busy: Node, by: str) -> None:
    assert _counted(busy, by).total.number == 22  # thirty-one


def test_a_look_is_counted_once_though_it_has_two_entries(busy: Node) -> None:
    looks = [one for one in entries(busy) if one.entry.type == "access"]
    assert len(looks) == 15 * 2 + 12 + 4
    assert _counted(busy, "decision").total.number == 22


def test_what_our_people_asked_elsewhere_is_counted_there(busy: Node, site: Site) -> None:
    before = _counted(busy, "decision")
    site.clock.now = datetime(2026, 12, 2, 1, tzinfo=UTC)
    for one in PEOPLE:
        busy.desk.asking(question(busy, OTHER_DOCTOR, one), busy.vault.key_of(one), "tj")
    site.clock.now = datetime(2027, 1, 2, tzinfo=UTC)
    assert _counted(busy, "decision") == before


def test_the_stricter_of_the_rules_limit_and_the_nodes_counts(busy: Node, site: Site) -> None:
    site.clock.now = datetime(2026, 12, 2, 2, tzinfo=UTC)
    with site.open(HUTONG_RESEARCH_SMALL_CELL="1") as node:
        assert _counted(node, "decision").limit.least == LIMIT
    with site.open(HUTONG_RESEARCH_SMALL_CELL="20") as node:
        assert _numbers(_counted(node, "decision")) == {}


# ---- months


def test_this_month_is_not_counted_and_the_last_one_is(busy: Node, site: Site) -> None:
    before = _counted(busy, "decision")
    for one in PEOPLE:
        put(question(busy, OTHER_DOCTOR, one), busy.office)
    assert _counted(busy, "decision") == before
    site.clock.now = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    assert _counted(busy, "decision") == before
    site.clock.pass_by(timedelta(minutes=1))  # the new year, in China
    assert _counted(busy, "decision").total.number == 66  # seventy-one


def test_the_months_that_were_named_both_count(busy: Node, site: Site) -> None:
    for one in PEOPLE:
        put(question(busy, OTHER_DOCTOR, one), busy.office)
    site.clock.now = datetime(2027, 2, 1, tzinfo=UTC)
    assert _counted(busy, "decision", since="2026-11", until="2026-11").total.number == 22
    assert _counted(busy, "decision", since="2026-12", until="2026-12").total.number == 33  # forty
    assert _counted(busy, "decision", since="2026-11", until="2030-01").total.number == 66
    with pytest.raises(TooFewPatients):
        _counted(busy, "decision", since="2027-01")


def test_on_the_first_day_of_a_node_there_is_nothing_to_tell_and_it_is_said_until_when(node: Node) -> None:
    with pytest.raises(TooFewPatients) as refused:
        _counted(node, "decision")
    assert "2026-11" in refused.value.hint
    assert "2026-11" in refused.value.hint_zh


# ---- who may


@pytest.mark.parametrize(
    ("person", "code"),
    [
        (MANAGER, "OUTSIDE_OWN_HOUSE"),
        (OTHER_DOCTOR, "ROLE_NOT_FOR_PURPOSE"),
        (OFFICER, "NOT_A_SUPERVISOR"),
        ("ks-po-003", "NOT_A_SUPERVISOR"),
        (f"Patient/{PEOPLE[0]}", "ROLE_NOT_FOR_PURPOSE"),
    ],
)
def test_nobody_else_counts_accesses(busy: Node, person: str, code: str) -> None:
    with pytest.raises(CountRefused) as refused:
        count_accesses(busy, person, "decision", _never)
    assert code in [one.code for one in refused.value.reasons]
    assert (last(busy).entry.type, last(busy).entry.decision) == ("count", "deny")


@pytest.mark.parametrize("code", ["POLICY_TIMEOUT", "A_RULE_OF_THE_REGION"])
def test_a_reason_the_rules_add_refuses(busy: Node, code: str) -> None:
    other = replace(busy, office=asking(busy.office, refusing(code)))
    with pytest.raises(CountRefused, match=code):
        count_accesses(other, SUPERVISOR, "decision", _never)


def test_rules_that_permit_a_supervisor_content_do_not_let_it_count(busy: Node) -> None:
    """They do not know it as a supervisor."""
    other = replace(busy, office=asking(busy.office, permitting(CARE)))
    with pytest.raises(CountRefused, match="NOT_A_SUPERVISOR"):
        count_accesses(other, SUPERVISOR, "decision", _never)


# What the registry says of the supervising body, and whether it answers for Kunshan.
JURISDICTIONS = [
    ('tier = "county", region = "320583"', True),
    ('tier = "prefecture", region = "320500"', True),
    ('tier = "provincial", region = "320000"', True),
    ('tier = "national", region = "110101"', True),
    ('tier = "county", region = "320582"', False),
    ('tier = "prefecture", region = "320400"', False),
    ('tier = "provincial", region = "330000"', False),
    ('tier = "county", region = "320583", standing = "suspended"', False),
]


@pytest.mark.parametrize(("lies", "answers"), JURISDICTIONS)
def test_a_supervisor_counts_where_it_answers_for(site: Site, lies: str, answers: bool) -> None:
    registry = site.folder / "registry.toml"
    text = registry.read_text("utf-8")
    line = next(one for one in text.splitlines() if f'id = "{COMMISSION}"' in one)
    assert JURISDICTIONS[0][0] in line
    registry.write_text(text.replace(line, line.replace(JURISDICTIONS[0][0], lies)), "utf-8")
    with site.open() as node, pytest.raises(TooFewPatients if answers else CountRefused):
        count_accesses(node, SUPERVISOR, "decision", _never)


# ---- on record, and nothing personal


def test_a_count_is_on_record_before_and_after(busy: Node) -> None:
    seen: list[str] = []
    counted = count_accesses(busy, SUPERVISOR, "reason", lambda _: seen.append(last(busy).entry.phase))
    intent, outcome = entries(busy)[-2:]
    assert seen == ["intent"]
    assert (intent.id, outcome.entry.intent) == (counted.entry.id, intent.id)
    assert (intent.entry.subtype, intent.entry.decision) == ("accesses", "permit")
    assert intent.entry.obligations == (f"small-cell:{LIMIT}",)


def test_counting_adds_nothing_to_what_is_counted(busy: Node) -> None:
    assert _counted(busy, "month") == _counted(busy, "month")


def test_no_patient_and_no_pseudonym_is_told(busy: Node) -> None:
    pseudonyms = {one.entry.patient for one in entries(busy)} - {""}
    assert len(pseudonyms) > 20
    for by in ACCESSES_BY:
        told = orjson.dumps(_counted(busy, by).as_dict()).decode()
        assert not any(one in told for one in (*PEOPLE, *pseudonyms))


def test_refusals_about_patients_nobody_knows_count_as_one_patient(site: Site) -> None:
    with site.open() as node:
        for number in range(20):
            put(question(node, OTHER_DOCTOR, f"nobody-{number}"), node.office)
        site.clock.now = datetime(2026, 12, 2, tzinfo=UTC)
        with pytest.raises(TooFewPatients):
            _counted(node, "decision")


def test_where_the_ledger_takes_no_entry_no_access_is_counted(busy: Node, site: Site) -> None:
    mute = replace(busy, office=deaf(busy.office, site.reader(busy)))
    with pytest.raises(CannotAppend):
        count_accesses(mute, SUPERVISOR, "decision", _never)


def _never(_: Counted) -> None:
    raise AssertionError("told")
