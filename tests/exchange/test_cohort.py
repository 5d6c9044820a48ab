"""Who belongs to a cohort: by a diagnosis in any spelling of ICD-10, by sex, and by age on the day."""

from datetime import date
from pathlib import Path

import pytest

from exchange.node.node import Node
from exchange.research.cohort import age_on, cohort_of
from exchange.research.protocol import Cohort
from tests.exchange.nodes import NOW, fill
from tests.exchange.people import AN, BO, COHORT, condition, patient

TODAY = date(2026, 11, 25)
NATIONAL = "urn:oid:2.16.156.10011.2.3.3.11"
SAMPLE = {"ks-pt-0001"}  # has diabetes too


def _members(node: Node, **wanted: object) -> set[str]:
    cohort = Cohort(**({"conditions": ("E11",)} | wanted))  # type: ignore[arg-type] # Cohort's own fields
    return set(cohort_of(node.records, cohort, TODAY)) - SAMPLE


def test_everybody_with_the_diagnosis_belongs(node: Node) -> None:
    assert _members(node) == {AN, BO, *COHORT}


@pytest.mark.parametrize(
    ("conditions", "members"),
    [
        (("E1",), {AN, BO, *COHORT}),  # a prefix
        (("F32",), {AN}),
        (("E11.9", "C34"), {AN, BO, *COHORT, "p-late"}),  # any of them
        (("E12",), set()),
        (("11",), set()),  # begins, not contains
    ],
)
def test_a_condition_is_the_beginning_of_a_code(
    node: Node, conditions: tuple[str, ...], members: set[str]
) -> None:
    assert _members(node, conditions=conditions) == members


def test_the_national_list_is_icd_10_too_and_another_system_is_not(node: Node, tmp_path: Path) -> None:
    codes = {"x-1": NATIONAL, "x-2": "http://example.cn/own-codes"}
    for serial, (name, system) in enumerate(codes.items()):
        own = condition(f"{name}-e11", name, "") | {"code": {"coding": [{"system": system, "code": "E11.6"}]}}
        fill(node, tmp_path, [patient(name, serial=900 + serial), own])
    assert {"x-1", "x-2"} & _members(node) == {"x-1"}


@pytest.mark.parametrize(
    ("limits", "members"),
    [
        # AN was born on 7 March 1990, BO on 1 January 1985; the cohort on 15 January 1960 and in the two years after.
        ({"max_age": 36}, {AN}),
        ({"max_age": 35}, set()),
        ({"min_age": 36, "max_age": 41}, {AN, BO}),
        ({"min_age": 66}, set(COHORT[::3])),
        ({"min_age": 67}, set()),
        ({"sex": "female"}, {AN, BO, *COHORT}),
        ({"sex": "male"}, set()),
    ],
)
def test_both_ends_of_an_age_count(node: Node, limits: dict[str, object], members: set[str]) -> None:
    assert _members(node, **limits) == members


def test_whose_day_of_birth_is_not_known_does_not_belong(node: Node, tmp_path: Path) -> None:
    for serial, born in enumerate(("1960", "1960-01", "")):
        name = f"y-{serial}"
        one = patient(name, serial=910 + serial) | {"birthDate": born}
        fill(node, tmp_path, [one, condition(f"{name}-e11", name, "E11.9")])
    assert not {"y-0", "y-1", "y-2"} & _members(node)


def test_known_ages() -> None:
    assert NOW.date() == TODAY
    assert [age_on(born, TODAY) for born in ("2008-11-25", "2008-11-26", "2008-02-29", "2008", "")] == [
        18,
        17,
        18,
        None,
        None,
    ]
