"""Planted misuse is found, honest work is seldom suspected, and nothing is said that the entries do not say."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from exchange.audit.anomalies import KINDS, Known, Limits, anomalies
from exchange.audit.anomalies.finding import Anomaly
from exchange.audit.anomalies.known import SELF
from exchange.audit.anomalies.looking import DETECTORS, KNOWING, UNREVIEWED
from exchange.instants import to_us
from exchange.node.create import Founding
from exchange.wiring import found_node, open_node
from ledger import Draft, Entry, Recorded
from tests.audit.simulated import (
    LOOK,
    REFUSAL,
    START,
    Happened,
    honest_month,
    known,
    misuse,
    odd_but_honest,
    person,
)
from tests.cli.typing_in import typed
from tests.federation.nodes import Clock


def recorded(events: list[Happened]) -> list[Recorded]:
    """As the ledger would have them, in order."""
    return [
        Recorded(
            index=index,
            id=f"e-{index}",
            time_us=to_us(one.at) + index,
            sequence=0,
            previous="",
            entry=one.entry,
            sealed=b"",
            body=b"",
        )
        for index, one in enumerate(sorted(events, key=lambda one: one.at))
    ]


@pytest.fixture(scope="module")
def month() -> list[Recorded]:
    return recorded([*honest_month(), *(one for some in misuse().values() for one in some)])


def findings(entries: list[Recorded]) -> dict[str, list[Anomaly]]:
    """Those of every kind there is, but emergencies nobody reviewed: these are read from the queue."""
    limits, beside = Limits(), known(entries)
    plain = {kind: list(detector(entries, limits)) for kind, detector in DETECTORS.items()}
    return plain | {kind: list(detector(entries, limits, beside)) for kind, detector in KNOWING.items()}


def kinds(entries: list[Recorded]) -> dict[str, int]:
    """How many findings of each kind."""
    return {kind: len(told) for kind, told in findings(entries).items()}


EVERY = (*DETECTORS, *KNOWING)


def test_all_that_was_planted_is_found_and_it_alone(month: list[Recorded]) -> None:
    assert kinds(month) == dict.fromkeys(EVERY, 1)
    assert misuse().keys() == set(EVERY)
    for kind, (told,) in findings(month).items():
        planted = misuse()[kind]
        assert not told.actor or told.actor in {one.entry.actor for one in planted}
        assert not told.actor or set(told.people) == {told.actor}
        assert not told.actor or set(told.patients) <= {one.entry.patient for one in planted}


def test_every_kind_is_planted_here_or_waits_in_the_queue() -> None:
    assert set(KINDS) - misuse().keys() == {UNREVIEWED}


def test_ordinary_work_is_not_suspected() -> None:
    honest = recorded(list(honest_month()))
    assert len(honest) > 20_000
    assert kinds(honest) == dict.fromkeys(EVERY, 0)


def test_what_is_odd_and_honest_is_told_too() -> None:
    """A vaccination day, a shift taken over, a colleague who is ill: an officer must look, and find nothing."""
    odd = [one for some in odd_but_honest().values() for one in some]
    told = kinds(recorded([*honest_month(), *odd]))
    assert told == dict.fromkeys(EVERY, 0) | {
        "mass-access": 4,  # three nurses, and a research extract
        "after-hours": 1,
        "refused-often": 1,
        "let-in-after-no": 1,
        "own-record": 1,
        "family-record": 3,
        "watched-patient": 8,
        "without-case": 1,
        "unusual-region": 1,
    }


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        ((23.7, 23.9, 24.1, 24.3), 1),
        ((1.0, 1.1, 23.0, 23.1), 0),
    ],
    ids=["one night over midnight", "two looks in each of two nights"],
)
def test_a_night_does_not_end_at_midnight(hours: tuple[float, ...], told: int) -> None:
    midnight = START + timedelta(days=3, hours=16)  # in China
    events = [
        Happened(midnight + timedelta(hours=hour), replace(LOOK, actor=person("a"), patient=person(f"{n}")))
        for n, hour in enumerate(hours)
    ]
    assert len(list(DETECTORS["after-hours"](recorded(events), Limits()))) == told


def test_a_finding_keeps_its_id_when_one_more_entry_joins() -> None:
    some, more = looks(60), looks(61)
    (one,), (other,) = (list(DETECTORS["mass-access"](entries, Limits())) for entries in (some, more))
    assert (one.id, one.count, other.count) == (other.id, 60, 61)


def test_whoever_is_used_to_many_is_told_of_too_from_a_hundred_on() -> None:
    usual = [one for day in range(10) for one in looks(30, START + timedelta(days=day, hours=3))]
    busy = looks(100, START + timedelta(days=11, hours=3))
    assert len(list(DETECTORS["mass-access"]([*usual, *busy], Limits()))) == 1
    assert list(DETECTORS["mass-access"]([*usual, *busy[:99]], Limits())) == []


def test_what_is_usual_is_read_from_before_the_time_asked_about(tmp_path: Path) -> None:
    folder, clock = tmp_path / "kunshan", Clock(START)
    found_node(
        folder, Founding(region="320583", name="n", node_id="", organisation="", url=""), {}, clock=clock
    )
    with open_node(folder, {}, clock=clock) as node:
        for week in range(6):
            clock.now = START + timedelta(weeks=week)
            number = 90 if week == 5 else 10
            entry = replace(LOOK, actor=person("a"), organisation="h", purpose="TREAT")
            node.log.append_many(
                [Draft(entry=replace(entry, patient=person(f"{week} {n}"))) for n in range(number)]
            )
        since = START + timedelta(weeks=5) - timedelta(hours=1)
        told = [one.kind for one in anomalies(node, since=since)]
        assert told.count("unusual-volume") == 1
        assert anomalies(node, since=START + timedelta(weeks=6)) == []


def test_the_command_knows_every_kind() -> None:
    from cli.commands.audit.suspecting import KINDS as TYPED

    assert TYPED == KINDS


def test_a_finding_is_the_same_when_it_is_found_again(month: list[Recorded]) -> None:
    assert findings(month) == findings(month)
    every = [one.id for told in findings(month).values() for one in told]
    assert len(every) == len(set(every))


def test_a_finding_names_entries_that_are_there_and_no_patient(month: list[Recorded]) -> None:
    there = {one.id for one in month}
    patients = {one.entry.patient for one in month}
    for told in findings(month).values():
        for one in told:
            assert set(one.entries) <= there
            assert one.count >= len(one.entries)
            assert not any(patient in f"{one.en}{one.zh}" for patient in patients if patient)


def looks(number: int, at: datetime = START + timedelta(hours=3), **more: object) -> list[Recorded]:
    made = [
        Happened(
            at + timedelta(minutes=n),
            replace(LOOK, actor=person("a"), organisation="h", patient=person(f"p {n}"), **more),  # type: ignore[arg-type]  # fields of an entry
        )
        for n in range(number)
    ]
    return recorded(made)


@pytest.mark.parametrize(("number", "told"), [(49, 0), (50, 1)])
def test_the_cap_counts_from_its_number_on(number: int, told: int) -> None:
    assert len(list(DETECTORS["mass-access"](looks(number), Limits()))) == told


def test_the_same_patient_again_is_no_mass() -> None:
    same = [replace_patient(one) for one in looks(80)]
    assert list(DETECTORS["mass-access"](same, Limits())) == []


def replace_patient(one: Recorded) -> Recorded:
    return msgspec.structs.replace(one, entry=replace(one.entry, patient=person("p")))


def asked_and_let_in(between: Entry | None, hours: float = 24.0) -> list[Recorded]:
    """The patient's own no, something or nothing, and a look."""
    no = replace(REFUSAL, actor=person("a"), patient=person("p"), why="CONSENT_DENY")
    look = replace(LOOK, actor=person("a"), patient=person("p"), purpose="ETREAT", break_glass=True)
    said = [Happened(START + timedelta(minutes=1), between)] if between else []
    return recorded([Happened(START, no), *said, Happened(START + timedelta(hours=hours), look)])


@pytest.mark.parametrize(("hours", "told"), [(7 * 24 - 0.01, 1), (7 * 24 + 0.01, 0)])
def test_a_no_counts_for_a_week(hours: float, told: int) -> None:
    assert len(list(DETECTORS["let-in-after-no"](asked_and_let_in(None, hours), Limits()))) == told


@pytest.mark.parametrize(
    ("subtype", "whose", "told"),
    [("grant", "p", 0), ("change", "p", 0), ("revoke", "p", 1), ("grant", "somebody else", 1)],
)
def test_what_the_patient_says_afterwards_counts(subtype: str, whose: str, told: int) -> None:
    word = replace(LOOK, type="consent", subtype=subtype, phase="", decision="", patient=person(whose))
    assert len(list(DETECTORS["let-in-after-no"](asked_and_let_in(word), Limits()))) == told


def test_never_having_been_asked_is_no_no() -> None:
    entries = [
        msgspec.structs.replace(one, entry=replace(one.entry, why="NO_CONSENT"))
        for one in asked_and_let_in(None)
    ]
    assert list(DETECTORS["let-in-after-no"](entries, Limits())) == []


def test_a_region_is_held_against_its_own_past_and_not_its_future() -> None:
    weeks = (40, 40, 40, 40, 400)
    for order, told in ((weeks, 1), (weeks[::-1], 0)):
        entries = recorded(
            [
                Happened(START + timedelta(weeks=week, minutes=n), replace(LOOK, organisation="h"))
                for week, number in enumerate(order)
                for n in range(number)
            ]
        )
        beside = Known(regions={"h": "320583"})
        assert len(list(KNOWING["unusual-region"](entries, Limits(), beside))) == told


def test_a_device_that_looks_for_somebody_is_that_somebody() -> None:
    (look,) = looks(1, on_behalf_of=person("b"))
    beside = Known(kin={(person("b"), look.entry.patient): SELF})
    (one,) = KNOWING["own-record"]([look], Limits(), beside)
    assert (one.actor, set(one.people)) == (person("b"), {person("a"), person("b")})


def test_an_emergency_at_night_is_no_finding() -> None:
    night = START + timedelta(hours=16)
    assert list(DETECTORS["after-hours"](looks(9, night, break_glass=True), Limits())) == []
    assert len(list(DETECTORS["after-hours"](looks(9, night), Limits()))) == 1


def test_as_it_is_typed(tmp_path: Path) -> None:
    node = str(tmp_path / "kunshan")
    assert typed("init", node, "--region", "320583", "--name", "昆山").exit_code == 0
    told = typed("--node", node, "audit", "anomalies", "--json")
    assert (told.exit_code, told.stdout.strip()) == (0, "[]")
    for kind in KINDS:
        assert typed("--node", node, "audit", "anomalies", "--kind", kind).exit_code == 0
