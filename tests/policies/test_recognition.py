"""A result of elsewhere counts here, or not, and why: so that nobody is examined twice for nothing."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.metadata import RULES, rules
from policies.recognition import Recognition, recognise
from policies.wasm import WasmEngine
from tests.policies.questions import JSON
from tests.policies.results import POTASSIUM, RESULTS, Row

SCHEMA: dict[str, Any] = orjson.loads((RULES.parent / "schemas" / "recognition.json").read_bytes())
DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 1, 1))


@pytest.mark.parametrize("row", RESULTS, ids=lambda row: row.says)
def test_the_answer_is_the_expected_one(engine: WasmEngine, row: Row) -> None:
    answer = recognise(engine, row.question)
    assert (answer.outcome, {one.code for one in answer.reasons}) == (row.outcome, set(row.reasons))


def test_a_potassium_of_eight_days_is_told_what_it_would_have_needed(engine: WasmEngine) -> None:
    answer = recognise(engine, {**POTASSIUM, "at": "2026-03-10T08:00:00+08:00"})
    assert (answer.outcome, answer.age, answer.days) == ("not-recognised", 8, 7)
    (reason,) = answer.reasons
    assert "older" in reason.en
    assert "时限" in reason.zh
    assert "互认" in reason.law


def test_a_decline_is_told_in_words(engine: WasmEngine) -> None:
    answer = recognise(engine, {**POTASSIUM, "decline": {"reason": "emergency"}})
    assert answer.declined is not None
    assert (answer.declined.code, answer.declined.en) == ("emergency", "in an emergency")
    assert "急救" in answer.declined.zh


def test_every_rule_about_results_is_the_only_reason_of_some_row() -> None:
    needed = {rule.code for rule in rules() if rule.kind == "recognition"}
    assert needed == {code for row in RESULTS if len(row.reasons) == 1 for code in row.reasons}


@given(DAYS, st.integers(min_value=-3, max_value=400))
def test_the_age_is_the_one_a_calendar_gives(engine: WasmEngine, performed: date, days: int) -> None:
    result = {**POTASSIUM["result"], "performed_on": performed.isoformat()}
    at = f"{performed + timedelta(days=days)}T12:00:00+08:00"
    answer = recognise(engine, {**POTASSIUM, "result": result, "at": at})
    assert answer.age == days
    assert (answer.outcome == "recognised") == (0 <= days <= 7)


@given(JSON)
def test_no_strange_question_is_recognised(engine: WasmEngine, question: Any) -> None:
    assert recognise(engine, question).outcome == "not-recognised"


@pytest.mark.parametrize("name", POTASSIUM)
def test_a_missing_field_recognises_nothing(engine: WasmEngine, name: str) -> None:
    question = {key: value for key, value in POTASSIUM.items() if key != name}
    assert [one.code for one in recognise(engine, question).reasons] == ["QUESTION_MALFORMED"]


@pytest.mark.parametrize("name", POTASSIUM["result"])
def test_a_number_is_the_answer_to_nothing(engine: WasmEngine, name: str) -> None:
    question = {**POTASSIUM, "result": {**POTASSIUM["result"], name: 1}}
    assert [one.code for one in recognise(engine, question).reasons] == ["QUESTION_MALFORMED"]


def test_the_schema_asks_for_what_these_questions_have() -> None:
    assert set(SCHEMA["required"]) == set(SCHEMA["properties"]) == set(POTASSIUM)
    result = SCHEMA["properties"]["result"]
    assert set(result["required"]) == set(result["properties"]) == set(POTASSIUM["result"])


class Says:
    """An engine that gives one answer to everything."""

    def __init__(self, answer: object) -> None:
        self._answer = answer

    def evaluate(self, entrypoint: str, question: Mapping[str, object]) -> object:
        return self._answer


YES = {"outcome": "recognised", "reasons": [], "days": 7, "age": 1, "declined": None}
WHY = {"code": "X", "en": "x", "zh": "某", "law": ""}


def test_a_complete_yes_is_one() -> None:
    assert recognise(Says(YES), POTASSIUM) == Recognition(outcome="recognised", days=7, age=1)


@pytest.mark.attack
@pytest.mark.parametrize(
    "answer",
    [None, True, {}, "recognised", {**YES, "outcome": "RECOGNISED"}, {**YES, "reasons": [WHY]}, {**YES, "more": 1},
     {**YES, "outcome": "not-recognised"}, {**YES, "outcome": "declined"}, {**YES, "days": "7"},
     {**YES, "declined": {"code": "emergency", "en": "x", "zh": "某"}}],
)  # fmt: skip
def test_no_half_answer_is_a_yes(answer: object) -> None:
    told = recognise(Says(answer), POTASSIUM)
    assert told.outcome == "not-recognised"
    assert [one.code for one in told.reasons] == ["POLICY_ERROR"]


def test_an_engine_that_is_closed_recognises_nothing() -> None:
    from policies.wasm import load

    engine = load(deadline_ms=10_000)
    engine.close()
    assert recognise(engine, POTASSIUM).outcome == "not-recognised"


def test_an_entrypoint_nobody_built_says_nothing(engine: WasmEngine) -> None:
    assert engine.evaluate("hutong/release/nothing", POTASSIUM) is None
