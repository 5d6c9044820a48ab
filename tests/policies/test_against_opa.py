"""The rules in process answer as OPA itself does, word for word, and dropping any rule would be noticed."""

import random  # noqa: TID251 - nothing secret: the same questions every time
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from policies.answer import decision_from
from policies.bundle import BUNDLE, ENTRYPOINT
from policies.metadata import RULES, Rule, rules
from policies.recognition import RECOGNITION
from policies.wasm import WasmEngine
from tests.policies import questions
from tests.policies.asking import (
    CLOSED,
    EVIDENCE,
    OPEN,
    PLAIN,
    PROJECT,
    Question,
    asked,
    codes,
    duties,
    ended,
    held,
)
from tests.policies.results import POTASSIUM, RESULTS
from tests.policies.table import ROWS

pytestmark = pytest.mark.service

BATCH = "[d | some q in input; d := data.{entrypoint} with input as q]"
STRANGE: tuple[Any, ...] = (
    {}, [], "TREAT", 1, None, {"request": None}, {**PLAIN, "research": []}, {**PLAIN, "data": {}},
    asked(purpose=None), asked(standing=True), asked(labels="HIV"), asked(confidentiality=3),
    asked(item=[None]), asked(region="31"), asked(at="now"), asked(based_on={}), asked(based_on=[]),
    asked(research={**PROJECT, "x": 1}), asked(research={**PROJECT, "approved_until": 2027}),
    asked(research={**PROJECT, "profile": "care"}), asked(item="Condition"), asked(declared="no"),
)  # fmt: skip
VALUES: dict[str, Sequence[object]] = {
    "purpose": questions.PURPOSES,
    "role": questions.ROLES,
    "kind": questions.KINDS,
    "region": questions.REGIONS,
    "custodian_region": questions.REGIONS,
    "tier": ("national", "provincial", "prefecture", "county", "village", ""),
    "organisation": questions.NAMES,
    "custodian": questions.NAMES,
    "ground": questions.GROUNDS,
    "consent": ("permit", "permit", "deny"),
    "standing": ("active", "active", "suspended"),
    "confidentiality": (None, "U", "L", "M", "N", "R", "V", "TOP"),
    "labels": ([], [], ["HIV"], ["SDV", "PSY"], [""]),
    "item": ([], ["Condition"], ["MedicationRequest"], ["Claim", "Observation"], ["CarePlan"], ["Weather"]),
    "classes": ([], ["Condition"], ["Appointment", "Claim"]),
    "declared": (True, False),
    "reason_given": (True, False),
    "cross_region": (True, False),
    "based_on": (None, OPEN, CLOSED, *map(held, EVIDENCE), ended("code"), held("favour")),
    "relationship": (None, "patient", "next-of-kin"),
    "on_behalf_of": (None, "", "dr-1"),
    "on_behalf_of_role": (None, "physician", "pharmacist", "patient", "ai-device"),
    "author": (None, "professional", "patient", "device"),
    "action": ("disclose", "disclose", "access", "count", "collect"),
    "at": ("2026-03-02T01:00:00Z", "2026-12-31T16:00:00.5Z", "2026-12-31T23:59:59+08:00", "soon"),
    "research": (None, PROJECT, {**PROJECT, "approved": False}, {**PROJECT, "profile": "statistics"}),
}


def _drawn(count: int) -> Iterator[Question]:
    """Rows of the table with up to four answers exchanged; the same ones every time."""
    dice = random.Random(20260302)
    for _ in range(count):
        names = dice.sample(sorted(VALUES), dice.randrange(5))
        yield asked(dice.choice(ROWS).question, **{name: dice.choice(VALUES[name]) for name in names})


def _answers(
    opa: Path, where: Sequence[str | Path], asking: Sequence[Any], *, ask: str = ENTRYPOINT
) -> list[Any]:
    batch = BATCH.format(entrypoint=ask.replace("/", "."))
    done = subprocess.run(
        [opa, "eval", *where, "--stdin-input", "--strict-builtin-errors", "--format", "raw", batch],
        input=orjson.dumps(asking),
        capture_output=True,
        check=True,
    )
    answers = orjson.loads(done.stdout)
    assert isinstance(answers, list)
    return answers


def test_opa_gives_the_same_answer_to_every_question(opa: Path, engine: WasmEngine) -> None:
    asking = [*(row.question for row in ROWS), *STRANGE, *_drawn(2_000)]
    theirs = _answers(opa, ["-b", BUNDLE], asking)
    assert len(theirs) == len(asking)
    permits = 0
    for question, answer in zip(asking, theirs, strict=True):
        decision = engine.decide(question)
        # OPA refuses what is no object too; here it does not even get that far.
        if isinstance(question, dict):
            assert decision == decision_from(answer), question
        assert decision.allow == answer["allow"]
        permits += decision.allow
    assert permits > 300, "a comparison of refusals alone says little"


def _without(rule: Rule, folder: Path) -> Path:
    """The rules, but `rule` says nothing to anybody any more."""
    shutil.copytree(RULES, folder, ignore=shutil.ignore_patterns("*_test.rego"))
    (file,) = (one for one in folder.rglob(rule.file) if rule.head in one.read_text("utf-8"))
    text = file.read_text("utf-8")
    dropped = re.sub(r"^(refusals|objections|obligations) contains", "dropped contains", rule.head)
    assert text.count(rule.head) == 1
    assert dropped != rule.head
    file.write_text(text.replace(rule.head, dropped), "utf-8")
    return folder


DROPPED = [rule for rule in rules() if re.match("(refusals|objections|obligations) contains", rule.head)]


def test_all_rules_but_the_two_of_the_decision_can_be_dropped() -> None:
    assert {rule.code for rule in rules()} - {rule.code for rule in DROPPED} == {
        "NO_RULE_PERMITS",
        "QUESTION_MALFORMED",
    }


def test_opa_recognises_the_same_results(opa: Path, engine: WasmEngine) -> None:
    strange: list[Any] = [{}, [], "2823-3", None, {**POTASSIUM, "decline": []}, {**POTASSIUM, "until": None}]
    asking = [*(row.question for row in RESULTS), *strange]
    theirs = _answers(opa, ["-b", BUNDLE], asking, ask=RECOGNITION)
    for question, answer in zip(asking, theirs, strict=True):
        if isinstance(question, dict):
            assert engine.evaluate(RECOGNITION, question) == answer, question
        assert answer["outcome"] in {"recognised", "not-recognised", "declined", "decline-refused"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "rule", [one for one in DROPPED if one.kind != "recognition"], ids=lambda rule: rule.code
)
def test_a_dropped_rule_is_noticed_by_the_table(opa: Path, tmp_path: Path, rule: Rule) -> None:
    weaker = _without(rule, tmp_path / "rego")
    rows = [row for row in ROWS if rule.code in {one.partition(":")[0] for one in row.expected}]
    answers = _answers(opa, ["-b", weaker], [row.question for row in rows])
    decisions = zip(rows, map(decision_from, answers), strict=True)
    assert any(set(codes(one)) | duties(one) != row.expected for row, one in decisions)


@pytest.mark.slow
@pytest.mark.parametrize(
    "rule", [one for one in DROPPED if one.kind == "recognition"], ids=lambda rule: rule.code
)
def test_a_dropped_rule_about_results_is_noticed_too(opa: Path, tmp_path: Path, rule: Rule) -> None:
    weaker = _without(rule, tmp_path / "rego")
    rows = [row for row in RESULTS if rule.code in row.reasons]
    answers = _answers(opa, ["-b", weaker], [row.question for row in rows], ask=RECOGNITION)
    assert any(answer["outcome"] != row.outcome for row, answer in zip(rows, answers, strict=True))


def test_the_rules_pass_their_own_tests_and_all_of_them_are_reached(opa: Path) -> None:
    done = subprocess.run([opa, "test", RULES], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    report = subprocess.run([opa, "test", RULES, "--coverage"], capture_output=True, check=True)
    assert orjson.loads(report.stdout)["coverage"] == 100


COMMANDS = {
    "check": ("opa", "check", "--strict", "-s", "policies/schemas", "policies/rego"),
    "fmt": ("opa", "fmt", "--fail", "--list", "policies/rego"),
    "lint": ("regal", "lint", "policies/rego"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_the_rules_are_clean(opa: Path, command: tuple[str, ...]) -> None:
    tool, *arguments = command
    done = subprocess.run(
        [opa.parent / tool, *arguments], cwd=RULES.parents[1], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_field_that_is_not_in_the_schema_does_not_pass_the_check(opa: Path, tmp_path: Path) -> None:
    misspelt = tmp_path / "rego"
    shutil.copytree(RULES, misspelt)
    file = misspelt / "hutong" / "question" / "question.rego"
    file.write_text(
        file.read_text("utf-8").replace("input.requester.standing", "input.requester.standings"), "utf-8"
    )
    done = subprocess.run(
        [opa, "check", "--strict", "-s", RULES.parent / "schemas", misspelt],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "standings" in done.stderr
