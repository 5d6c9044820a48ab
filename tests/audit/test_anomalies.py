"""Planted misuse is found, honest work is seldom suspected, and nothing is said that the entries do not say."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from exchange.audit.anomalies import KINDS, Limits
from exchange.audit.anomalies.looking import DETECTORS
from exchange.instants import to_us
from ledger import Recorded
from tests.audit.simulated import LOOK, START, Happened, honest_month, misuse, person
from tests.cli.typing_in import typed


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


def test_all_that_was_planted_is_found(month: list[Recorded]) -> None:
    for kind, planted in misuse().items():
        told = list(DETECTORS[kind](month, Limits()))
        actors = {one.actor for one in told} - {""}
        who = {one.entry.actor for one in planted}
        assert told, kind
        assert actors & who or (not actors and {one.organisation for one in told} == {"h-5"}), kind


def test_honest_work_is_not_suspected() -> None:
    honest = recorded(list(honest_month()))
    told = {kind: len(list(detector(honest, Limits()))) for kind, detector in DETECTORS.items()}
    assert len(honest) > 20_000
    assert told == dict.fromkeys(DETECTORS, 0)


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
