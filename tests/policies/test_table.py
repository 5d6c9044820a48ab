"""The rules answer as people would expect, and every rule is needed for it."""

import pytest

from policies.metadata import rules
from policies.wasm import WasmEngine
from tests.policies.asking import codes, duties
from tests.policies.table import ROWS, Row

# Reached only by broken data or a broken question: see decision_test.rego and test_fail_closed.py.
NOT_IN_THE_TABLE = {"NO_RULE_PERMITS", "QUESTION_MALFORMED"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.says)
def test_the_answer_is_the_expected_one(engine: WasmEngine, row: Row) -> None:
    decision = engine.decide(row.question)
    assert (decision.allow, set(codes(decision)) | duties(decision)) == (row.allow, set(row.expected))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.says)
def test_reasons_and_obligations_come_in_order_and_once(engine: WasmEngine, row: Row) -> None:
    decision = engine.decide(row.question)
    assert codes(decision) == sorted(set(codes(decision)))
    asked_for = [one.code for one in decision.obligations]
    assert asked_for == sorted(set(asked_for))


def test_no_two_rows_say_the_same() -> None:
    assert len({row.says for row in ROWS}) == len(ROWS) >= 50


def test_every_rule_is_the_only_reason_of_some_row() -> None:
    """Otherwise a rule could be dropped and nobody would be given more than before."""
    needed = {rule.code for rule in rules() if rule.kind == "code"} - NOT_IN_THE_TABLE
    alone = {code for row in ROWS if not row.allow and len(row.expected) == 1 for code in row.expected}
    assert needed - alone == set()
    assert alone - needed == set()


def test_every_obligation_is_asked_for_by_some_row() -> None:
    asked_for = {one.partition(":")[0] for row in ROWS if row.allow for one in row.expected}
    assert asked_for == {rule.code for rule in rules() if rule.kind == "obligation"}
