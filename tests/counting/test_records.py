"""A manager learns how much there is of what in the own house, and nothing about anybody."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest

from consent import Wish
from exchange.audit import show
from exchange.audit.agreement import disagreements
from exchange.consenting import grant, revoke
from exchange.counting import (
    RECORDS_BY,
    Counted,
    CountRefused,
    Figures,
    TooFewPatients,
    count_records,
)
from exchange.counting.figures import Limit
from exchange.counting.judging import Judgement
from exchange.counting.limit import limit_of
from exchange.counting.question import question
from exchange.counting.records import MOST_TIMES_COUNTED
from exchange.node.node import Node
from ledger.errors import CannotAppend
from ledger.verify import verify
from policies import Obligation
from tests.counting.house import CDC, HOUSE, ILL, LIMIT, MANAGER, PEOPLE, SUPERVISOR, agree
from tests.exchange.engines import asking, permitting, refusing
from tests.exchange.nodes import OFFICER, OTHER_DOCTOR, Site, allow, deaf, entries, fill, last
from tests.exchange.people import NAMES, condition, observation, patient

AGREED = PEOPLE[:30]


def _counted(node: Node, by: str = "class", person: str = MANAGER, custodian: str = "") -> Figures:
    told: list[Counted] = []
    counted = count_records(node, person, by, told.append, custodian=custodian)
    assert told == [counted]
    return counted.figures


def _numbers(told: Figures) -> dict[str, tuple[int, int]]:
    return {one.key: (one.number, one.patients) for one in told.rows}


def _permitted(node: Node) -> dict[str, set[str]]:
    """The records that may be counted, by patient."""
    judgement = Judgement(node, question(node, MANAGER, ""))
    return {one.patient: {item.ref for item in one.items} for one in judgement.of(PEOPLE)}


# ---- what is told


def test_a_manager_counts_the_records_of_patients_who_agreed(node: Node) -> None:
    told = _counted(node, "month")
    assert _numbers(told) == {"2026-03": (22, 22), "2026-04": (22, 22)}  # thirty each
    assert (told.total.number, told.total.patients, told.limit.least) == (88, 22, LIMIT)  # 94 of thirty


def test_what_four_people_have_stands_together_with_what_many_have(node: Node) -> None:
    told = _counted(node)
    assert "Condition" not in orjson.dumps(told.as_dict()).decode()
    assert _numbers(told) == {"Patient": (22, 22)}
    assert told.together is not None
    assert told.together.number == 55  # four diagnoses and sixty values


def test_whoever_has_not_agreed_is_not_counted_and_how_many_is_told(node: Node) -> None:
    assert _counted(node).left_out == 0  # ten: too few to be told
    agree(node, *PEOPLE[30:])
    assert _counted(node, "month").total.patients == 33  # of forty
    for one in AGREED[:15]:
        _take_back(node, one)
    assert _counted(node).left_out == LIMIT


def test_a_patient_who_takes_it_back_is_not_counted_from_then_on(node: Node) -> None:
    for one in AGREED[:20]:
        _take_back(node, one)
    with pytest.raises(TooFewPatients):
        _counted(node)


def test_records_labelled_as_sensitive_are_never_counted(node: Node) -> None:
    permitted = _permitted(node)
    for one in ILL:
        assert permitted[one] == {
            f"Patient/{one}",
            f"Observation/{one}-march",
            f"Observation/{one}-april",
            f"Condition/{one}-e11",
        }
    assert permitted[PEOPLE[-1]] == set()


def test_what_a_patient_keeps_out_of_it_is_not_counted(node: Node) -> None:
    one = PEOPLE[-1]
    allow(
        node,
        one,
        to=f"Organization/{HOUSE}",
        purposes=("HPRGRP",),
        except_classes=("Observation",),
    )
    assert _permitted(node)[one] == {f"Patient/{one}"}


@pytest.mark.parametrize("by", sorted(RECORDS_BY))
def test_however_it_is_counted_it_is_the_same_records(node: Node, by: str) -> None:
    told = _counted(node, by)
    assert (told.total.number, told.total.patients) == (88, 22)


def test_sex_and_age_are_the_patients(node: Node) -> None:
    assert _numbers(_counted(node, "sex")) == {}  # all of one, which is not said
    # Three under sixty, thirteen under seventy, fourteen above; the three take the thirteen with them.
    assert _numbers(_counted(node, "age")) == {"70-79": (44, 11)}
    agree(node, *PEOPLE[30:])
    # Six, twenty, fourteen: twenty and fourteen look alike, and the first of those goes with the six.
    assert _numbers(_counted(node, "age")) == {"70-79": (44, 11)}


def test_a_record_belongs_to_where_its_author_works(node: Node) -> None:
    assert _numbers(_counted(node, "organisation")) == {"ks-first-hospital": (55, 22)}


# ---- months that are over


def test_what_is_of_this_month_is_not_counted_before_the_month_is_over(site: Site) -> None:
    with site.open() as node:
        before = _counted(node, "month")
        new = [observation(f"{one}-new", one, "4548-4", 5, on="2026-11-20") for one in AGREED]
        fill(node, site.folder, new)
        assert _counted(node, "month") == before
    site.clock.now = datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)
    with site.open() as node:
        assert _counted(node, "month") == before
    site.clock.now = datetime(2026, 11, 30, 16, tzinfo=UTC)  # December, in China
    with site.open() as node:
        assert _numbers(_counted(node, "month"))["2026-11"] == (22, 22)


def test_a_record_that_names_a_year_only_is_counted_when_the_year_is_over(node: Node, site: Site) -> None:
    def counted_after(year: str) -> int:
        new = [condition(f"{one}-{year}", one, "J00", onsetDateTime=year) for one in AGREED]
        fill(node, site.folder, new)
        return _counted(node).total.number

    assert (_counted(node).total.number, counted_after("2026")) == (88, 88)  # ninety-four
    assert counted_after("2025") == 121  # and thirty


def test_somebody_first_written_about_this_month_is_not_counted_yet(site: Site) -> None:
    """Else the Patient resource alone, which bears no date, would show that they came."""

    keeper = {"reference": f"Organization/{HOUSE}"}
    with site.open() as node:
        before = _counted(node)
        new = [f"n-{one:02}" for one in range(30)]
        for place, one in enumerate(new):
            fill(node, site.folder, [patient(one, serial=600 + place, managingOrganization=keeper)])
        agree(node, *new)
        assert replace(_counted(node), left_out=0) == before


# ---- who may


@pytest.mark.parametrize(
    ("person", "custodian", "code"),
    [
        (MANAGER, "ks-first-hospital", "OUTSIDE_OWN_HOUSE"),
        (OTHER_DOCTOR, "", "ROLE_NOT_FOR_PURPOSE"),
        (OFFICER, HOUSE, "OFFICER_SEES_NO_CONTENT"),
        (SUPERVISOR, HOUSE, "SUPERVISOR_SEES_NO_CONTENT"),
    ],
)
def test_whoever_may_not_count_is_refused_and_that_is_on_record(
    node: Node, person: str, custodian: str, code: str
) -> None:
    size = node.log.size
    with pytest.raises(CountRefused, match=code) as refused:
        count_records(node, person, "class", _never, custodian=custodian)
    entry = last(node)
    assert (node.log.size, entry.id) == (size + 1, refused.value.entry)
    told = (entry.entry.type, entry.entry.subtype, entry.entry.decision, entry.entry.why, entry.entry.outcome)
    assert told == ("count", "records", "deny", refused.value.reasons[0].code, "8")


def test_public_health_counts_another_house_only_where_its_patients_agreed_to_that(node: Node) -> None:
    with pytest.raises(TooFewPatients):
        count_records(node, CDC, "class", _never, custodian=HOUSE)
    for one in PEOPLE[:12]:
        allow(node, one, to="Organization/ks-cdc", purposes=("HPRGRP",))
    assert _counted(node, person=CDC, custodian=HOUSE).total.patients == LIMIT


def test_a_house_with_a_duty_by_law_counts_everybody_and_whoever_refused_too(site: Site) -> None:
    duty = {
        "HUTONG_CONSENT_STATUTORY_AUTHORITIES": orjson.dumps({"HPRGRP": [f"Organization/{HOUSE}"]}).decode()
    }
    with site.open(**duty) as node:
        told = _counted(node)
        assert (told.total.patients, told.left_out) == (33, 0)  # all forty
        grant(node, PEOPLE[30], Wish(refuse=True, purposes=("HPRGRP",)), by=f"Patient/{PEOPLE[30]}")
        assert _counted(node) == told
        with pytest.raises(TooFewPatients):  # nobody else has the duty
            count_records(node, CDC, "class", _never, custodian=HOUSE)
    with site.open() as node:
        assert _counted(node).total.patients == 22


def test_a_suspended_house_counts_nothing(site: Site) -> None:
    registry = site.folder / "registry.toml"
    text = registry.read_text("utf-8")
    line = next(one for one in text.splitlines() if f'id = "{HOUSE}"' in one)
    registry.write_text(text.replace(line, line.replace(" }", ', standing = "suspended" }')), "utf-8")
    with site.open() as node, pytest.raises(CountRefused, match="ORGANISATION_NOT_ACTIVE"):
        count_records(node, MANAGER, "class", _never)


# ---- what the rules ask for


def test_the_stricter_of_the_two_limits_counts(site: Site) -> None:
    with site.open(HUTONG_RESEARCH_SMALL_CELL="1") as node:
        assert _counted(node).limit == Limit(step=LIMIT, least=LIMIT)
    with site.open(HUTONG_RESEARCH_SMALL_CELL="20") as node:
        assert _counted(node).limit == Limit(step=LIMIT, least=2 * LIMIT)
        assert _counted(node).total.number == 88
        assert entries(node)[-2].entry.obligations == (
            "deidentify:statistics",
            "minimum-necessary",
            "small-cell:22",
        )


@pytest.mark.attack
def test_whoever_sets_the_limit_of_the_node_does_not_count_exactly(site: Site) -> None:
    told = set()
    for limit in range(11, 31):
        with site.open(HUTONG_RESEARCH_SMALL_CELL=str(limit)) as node, suppress(TooFewPatients):
            total = _counted(node).total
            told.add((total.number, total.patients))
    assert told == {(88, 22)}


def test_few_who_are_left_out_are_not_told_under_a_stricter_limit(site: Site) -> None:
    with site.open() as node:
        for one in AGREED[:5]:
            _take_back(node, one)
        assert _counted(node).left_out == LIMIT  # fifteen
    with site.open(HUTONG_RESEARCH_SMALL_CELL="22") as node:
        assert _counted(node).left_out == 0


def test_a_duty_nobody_here_can_keep_refuses() -> None:
    known = (Obligation("deidentify", "statistics"), Obligation("small-cell", 11), Obligation("seal"))
    here = Limit(step=5, least=5)
    assert limit_of(known, here) == (Limit(step=5, least=15), ())
    for one in (Obligation("sing"), Obligation("deidentify", "care"), Obligation("small-cell", "few")):
        limit, unkept = limit_of((*known, one), here)
        assert (limit.least, [why.code for why in unkept]) == (15, ["POLICY_UNKNOWN_OBLIGATION"])


def test_rules_that_permit_everybody_still_need_each_patients_consent(node: Node) -> None:
    kind = (Obligation("deidentify", "statistics"), Obligation("small-cell", LIMIT))
    lenient = replace(node, office=asking(node.office, permitting(*kind)))
    assert _counted(lenient, "month").total.patients == 22


def test_rules_that_ask_for_something_nobody_here_can_do_let_nobody_count(node: Node) -> None:
    strict = replace(node, office=asking(node.office, permitting(Obligation("sing"))))
    with pytest.raises(CountRefused, match="POLICY_UNKNOWN_OBLIGATION"):
        count_records(strict, MANAGER, "class", _never)


def test_the_first_question_is_that_of_somebody_nobody_agreed_to(node: Node) -> None:
    first = question(node, MANAGER, "").without_consent()
    assert (first.allow, [one.code for one in first.reasons]) == (False, ["CONSENT_NOT_PERMITTED"])


def test_rules_that_do_not_answer_let_nobody_count(node: Node) -> None:
    silent = replace(node, office=asking(node.office, refusing("POLICY_TIMEOUT")))
    with pytest.raises(CountRefused, match="POLICY_TIMEOUT"):
        count_records(silent, MANAGER, "class", _never)


# ---- on record


def test_the_intent_is_on_record_before_anything_is_told(node: Node) -> None:
    seen: list[str] = []
    counted = count_records(node, MANAGER, "class", lambda _: seen.append(last(node).entry.phase))
    assert seen == ["intent"]
    intent, outcome = entries(node)[-2:]
    assert intent.id == counted.entry.id
    assert (outcome.entry.phase, outcome.entry.intent, outcome.entry.count) == ("outcome", intent.id, 88)
    assert intent.entry.obligations == ("deidentify:statistics", "minimum-necessary", "small-cell:11")
    assert (intent.entry.purpose, intent.entry.role, intent.entry.organisation) == (
        "HPRGRP",
        "manager",
        HOUSE,
    )
    assert verify(node.log, node.vkey).ok
    assert disagreements(node.log, node.house_key) == []


def test_the_entry_says_what_was_counted_and_what_was_told(node: Node) -> None:
    counted = count_records(node, MANAGER, "month", lambda _: None)
    shown = show(node.office, counted.entry.id)
    assert shown.details.true
    about = shown.details.told["counted"]
    assert (about["grouped_by"], about["custodian"], len(about["judged"])) == ("month", HOUSE, 64)
    assert shown.details.told["request"]["actor"]["id"] == MANAGER
    told = show(node.office, last(node).id).details.told["told"]
    assert told == orjson.loads(orjson.dumps(counted.figures.as_dict()))
    assert any("records counted" in line for line in shown.lines("en"))
    assert any("统计档案" in line for line in shown.lines("zh"))


def test_what_was_decided_can_be_made_again_from_the_same_records_and_consents(node: Node) -> None:
    counted = count_records(node, MANAGER, "month", lambda _: None)
    again = Judgement(node, question(node, MANAGER, ""))
    assert len([*again.of(node.records.patients())]) == len(PEOPLE)  # none of those of another house
    assert again.digest == show(node.office, counted.entry.id).details.told["counted"]["judged"]
    allow(node, AGREED[0])  # says something else, which permits nothing here
    other = Judgement(node, question(node, MANAGER, ""))
    assert [*other.of(node.records.patients())]
    assert other.digest != again.digest


def test_nobodys_name_number_or_id_is_in_what_is_told_or_written(node: Node) -> None:
    start = node.log.size
    counted = count_records(node, MANAGER, "class", lambda _: None)
    written = b"".join(one.body for one in entries(node)[start:]).decode()
    told = orjson.dumps(counted.figures.as_dict()).decode()
    for word in (*PEOPLE, *NAMES.values(), MANAGER):
        assert word not in written
        assert word not in told
    assert all(one.entry.patient == "" for one in entries(node)[start:])


def test_where_the_ledger_takes_no_entry_no_number_is_told(node: Node, site: Site) -> None:
    mute = replace(node, office=deaf(node.office, site.reader(node)))
    with pytest.raises(CannotAppend):
        count_records(mute, MANAGER, "class", _never)


def test_where_telling_fails_the_ledger_says_so(node: Node) -> None:
    class Full(Exception):
        pass

    def fails(_: Counted) -> None:
        raise Full

    with pytest.raises(Full):
        count_records(node, MANAGER, "class", fails)
    outcome = last(node).entry
    assert (outcome.phase, outcome.outcome, outcome.why, outcome.count) == (
        "outcome",
        "8",
        "HANDOVER_FAILED",
        0,
    )


def test_too_few_is_a_refusal_on_record(site: Site) -> None:
    with site.open(HUTONG_RESEARCH_SMALL_CELL="31") as node:
        with pytest.raises(TooFewPatients, match="fewer than 33") as refused:
            count_records(node, MANAGER, "class", _never)
        assert (last(node).entry.decision, last(node).entry.why) == ("deny", "TOO_FEW")
        assert last(node).id == refused.value.entry


# ---- said meanwhile


def test_whoever_takes_it_back_while_it_is_counted_is_not_in_it(node: Node) -> None:
    leaving = iter(AGREED[:10])

    def progress(done: int, total: int) -> None:
        if done == total and (one := next(leaving, None)):
            _take_back(node, one)
            for other in leaving:
                _take_back(node, other)

    told = count_records(node, MANAGER, "month", lambda _: None, progress=progress)
    assert told.figures.total.patients == LIMIT  # twenty


def test_where_somebody_says_something_every_time_nothing_is_told(node: Node) -> None:
    leaving = iter(AGREED)
    times = []

    def progress(done: int, total: int) -> None:
        if done == total:
            times.append(1)
            _take_back(node, next(leaving))

    with pytest.raises(CountRefused, match="OVERTAKEN"):
        count_records(node, MANAGER, "month", _never, progress=progress)
    assert len(times) == MOST_TIMES_COUNTED


# ---- asked twice around one change


def test_one_patient_more_is_not_seen_unless_a_step_is_reached(node: Node) -> None:
    """Thirty, thirty-one and thirty-two look the same; the thirty-third would show, and that is on record."""
    before = _counted(node, "month")
    for one in PEOPLE[30:32]:
        agree(node, one)
        assert replace(_counted(node, "month"), left_out=0).rows == before.rows
    agree(node, PEOPLE[32])
    assert _counted(node, "month") != before


def _take_back(node: Node, patient: str) -> None:
    (consent,) = {one.consent_id for one in node.consents.versions(node.vault.key_of(patient))}
    revoke(node, patient, consent, by=f"Patient/{patient}")


def _never(_: Counted) -> None:
    raise AssertionError("told")
