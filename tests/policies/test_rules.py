"""Every rule says what it is, in two languages and with its law, and the page about them is up to date."""

import re
import subprocess
from pathlib import Path

import orjson
import pytest

from policies.metadata import KINDS, RULES, Rule, rules
from policies.rules_page import page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "policy-rules.md"
_CHINESE = re.compile("[\u4e00-\u9fff]")


def test_there_are_rules_to_look_at() -> None:
    assert sum(rule.kind == "code" for rule in rules()) >= 35


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_a_rule_speaks_both_languages_and_names_its_law(rule: Rule) -> None:
    assert rule.title
    assert rule.description.endswith(".")
    assert _CHINESE.search(rule.zh)
    assert not _CHINESE.search(rule.en)
    assert rule.en[0].islower() or rule.en.startswith("AI ")
    assert not rule.en.endswith(".")
    assert _CHINESE.search(rule.law)
    assert re.search(r" · .*[A-Z]", rule.law), "not in English"


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_the_words_stand_above_the_rule_they_belong_to(rule: Rule) -> None:
    assert rule.code in rule.head or rule.code == "NO_RULE_PERMITS"


def test_no_code_is_used_twice() -> None:
    codes = [rule.code for rule in rules()]
    assert len(codes) == len(set(codes))


def test_no_refusal_is_without_words() -> None:
    given = {
        code
        for file in RULES.rglob("*.rego")
        if not file.name.endswith("_test.rego")
        for code in re.findall(
            r'^(?:refusals|objections) contains "(\w+)"', file.read_text("utf-8"), re.MULTILINE
        )
    }
    told = {rule.code for rule in rules() if rule.kind != "obligation"}
    assert told - given == {"NO_RULE_PERMITS", "QUESTION_MALFORMED"}
    assert given <= told


def test_the_page_about_the_rules_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), (
        "run: python -m policies.rules_page docs/reference/policy-rules.md"
    )


def _annotated(inspected: object) -> dict[str, dict[str, str]]:
    assert isinstance(inspected, dict)
    found = (one["annotations"] for one in inspected["annotations"])
    return {
        custom[kind]: {**custom, "title": one["title"], "description": " ".join(one["description"].split())}
        for one in found
        for custom in [one.get("custom", {})]
        for kind in KINDS
        if kind in custom
    }


@pytest.mark.service
def test_opa_reads_the_same_words(opa: Path) -> None:
    done = subprocess.run([opa, "inspect", "-a", "--format", "json", RULES], capture_output=True, check=True)
    theirs = _annotated(orjson.loads(done.stdout))
    ours = {rule.code: rule for rule in rules()}
    assert set(theirs) == set(ours)
    for code, rule in ours.items():
        read = {
            "zh": rule.zh,
            "en": rule.en,
            "law": rule.law,
            "title": rule.title,
            "description": rule.description,
        }
        assert theirs[code] == {rule.kind: code, **read}
