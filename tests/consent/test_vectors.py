"""The published cases of our own: every reason there is, at least once."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from consent import Config, decide
from consent.reasons import ALL_WORDS

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors.json").read_bytes())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']} {case['title']}")
def test_the_case_is_decided_as_published(case: dict[str, Any]) -> None:
    answer = decide(case["consents"], case["request"], Config.from_case(case.get("config", {}))).as_dict()
    assert {name: answer[name] for name in case["expected"]} == case["expected"]


def test_every_reason_has_a_case() -> None:
    assert set(ALL_WORDS) == {case["expected"]["reason"] for case in CASES}


def test_every_reason_reads_in_both_languages() -> None:
    for words in ALL_WORDS.values():
        assert words.en.isascii()
        assert any("一" <= one <= "鿿" for one in words.zh)


def test_the_examples_of_the_explanation_are_cases_that_come_out_so() -> None:
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "consent.md").read_text("utf-8")
    expected = {case["id"]: case["expected"] for case in CASES}
    rows = [row for row in page.splitlines() if row.startswith("|") and "HT-" in row]
    assert len(rows) == 3
    for row in rows:
        reasons = {expected[name]["reason"] for name in re.findall(r"HT-\d{3}", row)}
        assert set(re.findall(r"`([A-Z_]+)`", row)) <= reasons
