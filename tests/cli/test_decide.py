"""Asking the decision point from the shell: one case, or a case a line; an answer for every line that is a case."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.app import root

CASES = json.loads((Path(__file__).parents[1] / "consent" / "vectors.json").read_bytes())["cases"]


def run(*words: str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(root, ["--lang", "en", "consent", "decide", *words], input=stdin)


def of(decision: str) -> dict[str, Any]:
    case: dict[str, Any] = next(one for one in CASES if one["expected"]["decision"] == decision)
    return case


@pytest.mark.parametrize(("decision", "code"), [("permit", 0), ("deny", 3)])
def test_one_case_is_answered_and_a_refusal_has_its_exit_code(
    tmp_path: Path, decision: str, code: int
) -> None:
    case = of(decision)
    (tmp_path / "case.json").write_text(json.dumps(case), encoding="utf-8")
    result = run(str(tmp_path / "case.json"))
    assert result.exit_code == code
    answer = json.loads(result.stdout)
    assert (answer["id"], answer["decision"], answer["reason"]) == (
        case["id"],
        decision,
        case["expected"]["reason"],
    )
    assert result.stderr == ""


def test_every_line_gets_its_answer_in_order() -> None:
    stdin = b"\n".join(json.dumps(case).encode() for case in CASES)
    result = run("-", stdin=stdin)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [one["id"] for one in answers] == [one["id"] for one in CASES]
    assert [one["reason"] for one in answers] == [one["expected"]["reason"] for one in CASES]


@pytest.mark.parametrize(
    "broken",
    [
        b"{",
        b"[]",
        b'{"request": {}}',
        b'{"consents": [], "request": {"purpsoe": "TREAT"}}',
        b'{"consents": [], "request": {}, "config": {"tzHuors": 8}}',
        b'{"consents": [], "consents": [], "request": {}}',
    ],
    ids=["not JSON", "no object", "no consents", "misspelt request", "misspelt config", "key twice"],
)
def test_a_line_that_is_no_case_is_told_and_the_others_are_answered(broken: bytes) -> None:
    good = json.dumps(of("permit")).encode()
    result = run("-", stdin=good + b"\n" + broken + b"\n" + good + b"\n")
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 6
    assert ["error" in one for one in answers] == [False, True, False]
    assert answers[1]["error"]["zh"]
    assert "1 of 3 cases could not be read" in result.stderr


def test_a_file_that_is_no_case_is_named(tmp_path: Path) -> None:
    (tmp_path / "case.json").write_bytes(b"{")
    result = run(str(tmp_path / "case.json"))
    assert (result.exit_code, result.stdout) == (6, "")
    assert "case.json is not JSON (column 2)" in result.stderr


def test_shared_vectors_come_out_of_the_shell_too(shared: Path) -> None:
    path = shared / "vectors" / "consent_vectors.json"
    if not path.exists():
        pytest.skip("the shared folder has no vectors")
    cases = json.loads(path.read_bytes())["vectors"]
    result = run("-", stdin=b"\n".join(json.dumps(case).encode() for case in cases))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    for case, answer in zip(cases, answers, strict=True):
        assert (answer["decision"], answer["reason"]) == (
            case["expected"]["decision"],
            case["expected"]["reason"],
        ), case["id"]
