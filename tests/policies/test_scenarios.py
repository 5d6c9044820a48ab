"""Every name in docs/scenarios.toml is held against what exists, so that nothing is called served that is not."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import orjson
import pytest

from consent.reasons import ALL_WORDS
from docs.scenarios import LAST, Scenario, kind_of, page, table
from policies.bundle import read_bundle
from policies.metadata import rules
from policies.wasm import WasmEngine
from tests.policies.asking import Question, asked, codes, duties, held
from tests.policies.results import RESULTS
from tests.policies.table import (
    APPOINTMENT,
    CDC,
    FAMILY_DOCTOR,
    INSURER,
    ORDERED,
    QUALITY,
    ROWS,
    SELF,
    STATISTICS,
)

ROOT = Path(__file__).parents[2]
TABLE = table()
SCENARIOS = TABLE.scenario
DATA: dict[str, Any] = orjson.loads(read_bundle().data)["hutong_data"]
KNOWN = {rule.code for rule in rules()}
CASES: dict[str, Any] = {
    one["id"]: one for one in json.loads((ROOT / "tests" / "consent" / "vectors.json").read_bytes())["cases"]
}
# What each row of the two tables shows: its reasons or obligations, and the ground consent gave.
SHOWN: dict[str, set[str]] = {
    **{row.says: {one.partition(":")[0] for one in row.expected} for row in ROWS},
    **{row.says: set(row.reasons) for row in RESULTS},
}
GROUND = {row.says: {row.question["consent"]["reason"]} for row in ROWS}


def _named(field: str) -> list[Any]:
    return [
        pytest.param(one, name, id=f"{one.number} {name}")
        for one in SCENARIOS
        for name in getattr(one, field)
    ]


def test_every_row_is_there_once_and_in_order() -> None:
    assert [one.number for one in SCENARIOS] == list(range(1, LAST + 1))


@pytest.mark.parametrize("one", SCENARIOS, ids=lambda one: str(one.number))
def test_what_is_called_served_is_answered_and_proved(one: Scenario) -> None:
    assert any("一" <= character <= "鿿" for character in one.zh)
    if one.nothing:
        assert not one.answers
        assert not one.proofs
        assert one.missing is None
    elif one.missing is None:
        assert one.proofs or (one.kind and kind_of(one).classes), "said to be served, and nothing proves it"


@pytest.mark.parametrize(("one", "rule"), _named("rules"))
def test_a_rule_that_is_named_exists_and_one_of_the_rows_shows_it(one: Scenario, rule: str) -> None:
    assert rule in KNOWN
    assert any(rule in SHOWN[row] for row in one.rows) or (one.tests and not one.rows)


@pytest.mark.parametrize(("one", "row"), _named("rows"))
def test_a_row_that_is_named_exists_and_is_about_it(one: Scenario, row: str) -> None:
    assert row in SHOWN


@pytest.mark.parametrize(("one", "ground"), _named("grounds"))
def test_a_ground_that_is_named_exists_and_a_case_shows_it(one: Scenario, ground: str) -> None:
    assert ground in ALL_WORDS
    shown = {CASES[case]["expected"]["reason"] for case in one.cases}
    assert ground in shown.union(*(GROUND.get(row, set()) for row in one.rows))


@pytest.mark.parametrize(("one", "case"), _named("cases"))
def test_a_consent_case_that_is_named_exists(one: Scenario, case: str) -> None:
    assert case in CASES


@pytest.mark.parametrize(("one", "command"), _named("commands"))
def test_a_command_that_is_named_exists(one: Scenario, command: str) -> None:
    from cli.app import root

    here: click.Command | None = root
    context = click.Context(root)
    name, *words = command.split()
    assert name == "hutong"
    for word in words:
        assert isinstance(here, click.Group), command
        here = here.get_command(context, word)
        assert here is not None, command
    assert not isinstance(here, click.Group), "a noun is no command"


def test_every_test_that_is_named_is_collected() -> None:
    """By pytest itself, so that a test that was renamed or cannot be imported is noticed."""
    named = sorted({test for one in SCENARIOS for test in one.tests})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *named]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    collected = {line.partition("[")[0] for line in done.stdout.splitlines() if "::" in line}
    assert collected == set(named)


def test_every_rule_answers_a_scenario_or_belongs_to_every_request() -> None:
    named = {code for one in SCENARIOS for code in one.rules}
    general = {code for one in TABLE.general for code in one.rules}
    assert general <= KNOWN
    assert KNOWN - named - general == set()


def test_the_page_tells_every_row_and_what_is_missing() -> None:
    lines = page().splitlines()
    for one in SCENARIOS:
        line, *_ = [text for text in lines if text.startswith(f"| {one.number} |")]
        assert one.zh in line
        assert one.missing is None or (one.missing.en in line and one.missing.zh in line)


# ---- the six applications (3)

USUAL: dict[str, Question] = {
    "TREAT": asked(),
    "ETREAT": asked(purpose="ETREAT"),
    "ERTREAT": asked(purpose="ERTREAT"),
    "BTG": asked(purpose="BTG", declared=True, reason_given=True, ground="EMERGENCY_OVERRIDE"),
    "COC": asked(purpose="COC", based_on=held("referral")),
    "CAREMGT": asked(**FAMILY_DOCTOR, based_on=held("contract")),
    "POPHLTH": asked(purpose="POPHLTH"),
    "PATRQT": asked(**SELF),
    "PATADMIN": asked(**APPOINTMENT),
    "PUBHLTH": asked(**CDC),
    "DISASTER": asked(**{**ORDERED, "purpose": "DISASTER"}, based_on=held("order")),
    "THREAT": asked(**ORDERED, based_on=held("order")),
    "HQUALIMP": asked(**QUALITY),
    "PATSFTY": asked(**{**QUALITY, "purpose": "PATSFTY"}),
    "HPRGRP": asked(**STATISTICS),
    **{
        code: asked(**{**INSURER, "purpose": code})
        for code in ("HPAYMT", "CLMATTCH", "COVAUTH", "COVERAGE", "REMITADV")
    },
}
BASIS = {
    "medical-service": "consent",
    "public-health": "statutory-duty",
    "family-planning": "statutory-duty",
    "medical-insurance": "contract",
    "drug-management": "consent",
    "general-administration": "statutory-duty",
}


PURPOSES = [(name, code) for name, one in DATA["applications"].items() for code in one["purposes"]]


@pytest.mark.parametrize(("application", "purpose"), PURPOSES)
def test_each_of_the_six_applications_asks_for_its_purposes(
    engine: WasmEngine, application: str, purpose: str
) -> None:
    """Asked as usual it is permitted, and never where the patient said no; what it rests on is said."""
    assert DATA["applications"][application]["basis"] == BASIS[application]
    assert purpose in DATA["purposes"]
    decision = engine.decide(USUAL[purpose])
    assert decision.allow, codes(decision)
    refused = engine.decide(asked(USUAL[purpose], consent="deny"))
    assert "CONSENT_NOT_PERMITTED" in codes(refused)


def test_there_are_six_applications() -> None:
    assert set(DATA["applications"]) == set(BASIS)


def test_general_administration_is_given_figures_only(engine: WasmEngine) -> None:
    for purpose in DATA["applications"]["general-administration"]["purposes"]:
        counted = engine.decide(USUAL[purpose])
        assert {"deidentify:statistics", "small-cell:11"} <= duties(counted)
        for action in ("access", "use", "disclose"):
            assert codes(engine.decide(asked(USUAL[purpose], action=action))) == ["AGGREGATES_ONLY"]
