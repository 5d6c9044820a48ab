"""Planted misuse is found, honest work is seldom suspected, and nothing is said that the entries do not say."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from exchange.audit.anomalies import KINDS, Limits, anomalies
from exchange.audit.anomalies.looking import DETECTORS
from exchange.instants import to_us
from exchange.node.create import Founding
from exchange.wiring import found_node, open_node
from ledger import Draft, Recorded
from tests.audit.simulated import LOOK, START, Happened, honest_month, misuse, odd_but_honest, person
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


def kinds(entries: list[Recorded]) -> dict[str, int]:
    """How many findings of each kind."""
    return {kind: len(list(detector(entries, Limits()))) for kind, detector in DETECTORS.items()}


def test_all_that_was_planted_is_found_and_it_alone(month: list[Recorded]) -> None:
    assert kinds(month) == dict.fromkeys(DETECTORS, 1)
    for kind, planted in misuse().items():
        (told,) = DETECTORS[kind](month, Limits())
        whose = (
            {one.entry.actor for one in planted}
            if told.actor
            else {one.entry.organisation for one in planted}
        )
        assert {told.actor or told.organisation} <= whose


def test_ordinary_work_is_not_suspected() -> None:
    honest = recorded(list(honest_month()))
    assert len(honest) > 20_000
    assert kinds(honest) == dict.fromkeys(DETECTORS, 0)


def test_what_is_odd_and_honest_is_told_too() -> None:
    """A vaccination day, a shift taken over, a busy registrar: an officer must look, and find nothing."""
    odd = [one for some in odd_but_honest().values() for one in some]
    told = kinds(recorded([*honest_month(), *odd]))
    assert told == {**dict.fromkeys(DETECTORS, 0), "mass-access": 3, "after-hours": 1, "refused-often": 1}


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
    for detector in DETECTORS.values():
        assert list(detector(month, Limits())) == list(detector(month, Limits()))
    every = [one.id for detector in DETECTORS.values() for one in detector(month, Limits())]
    assert len(every) == len(set(every))


def test_a_finding_names_entries_that_are_there_and_no_patient(month: list[Recorded]) -> None:
    known = {one.id for one in month}
    patients = {one.entry.patient for one in month}
    for detector in DETECTORS.values():
        for one in detector(month, Limits()):
            assert set(one.entries) <= known
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
    import msgspec

    return msgspec.structs.replace(one, entry=replace(one.entry, patient=person("p")))


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
