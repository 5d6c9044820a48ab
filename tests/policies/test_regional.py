"""A region's own rules: built only if they pass what ours pass, and told by what differs."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from policies.bundle import BUNDLE, read_bundle
from policies.errors import NoBuilder
from policies.metadata import RULES
from policies.regional import RulesRejected, build, compare, start

RELEASE = "hutong/release/item.rego"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A copy of ours, to be changed."""
    folder = tmp_path / "rules"
    start(folder)
    return folder


def append(rules: Path, file: str, text: str) -> None:
    (rules / file).write_text((rules / file).read_text("utf-8") + text, "utf-8")


def replace(rules: Path, file: str, old: str, new: str) -> None:
    text = (rules / file).read_text("utf-8")
    assert old in text
    (rules / file).write_text(text.replace(old, new), "utf-8")


def test_the_start_is_a_whole_copy_and_never_written_over(rules: Path) -> None:
    ours = {file.relative_to(RULES) for file in RULES.rglob("*") if file.is_file()}
    assert {file.relative_to(rules) for file in rules.rglob("*") if file.is_file()} == ours
    with pytest.raises(FileExistsError):
        start(rules)


def test_an_empty_folder_may_be_started_in(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    assert RELEASE in start(tmp_path / "rules")


def test_without_opa_nothing_is_built_and_that_is_said(rules: Path, tmp_path: Path) -> None:
    with pytest.raises(NoBuilder, match="opa is not there") as caught:
        build(rules, tmp_path / "opa")
    assert caught.value.exit_code == 5


def test_a_program_that_is_no_opa_builds_nothing(rules: Path, tmp_path: Path) -> None:
    false = tmp_path / "opa"
    false.write_text("no program\n")
    os.chmod(false, 0o755)
    with pytest.raises(NoBuilder, match="cannot be run"):
        build(rules, false)


@pytest.mark.service
def test_an_unchanged_copy_is_the_packaged_bundle_byte_for_byte(rules: Path, opa: Path) -> None:
    before = {file: file.read_bytes() for file in rules.rglob("*") if file.is_file()}
    built = build(rules, opa)
    assert {file: file.read_bytes() for file in rules.rglob("*") if file.is_file()} == before
    assert built.packed == BUNDLE.read_bytes()
    assert built.bundle.digest == read_bundle().digest
    assert built.tests >= 20
    found = compare(built)
    assert (found.added, found.removed, found.words, found.logic, found.data) == ((), (), (), (), ())


OWN = """
# METADATA
# title: No teaching at night
# description: A rule of this region.
# custom:
#   code: NO_TEACHING_AT_NIGHT
#   zh: 夜间不提供教学用数据
#   en: nothing is given for teaching at night
#   law: 《某市卫生健康数据管理办法》 · Rules of this region
refusals contains "NO_TEACHING_AT_NIGHT" if {
	question.purpose == "TRAIN"
	substring(question.at, 11, 2) > "22"
}
"""


@pytest.mark.service
def test_what_a_region_added_reworded_and_changed_is_told_by_code(rules: Path, opa: Path) -> None:
    append(rules, RELEASE, OWN)
    replace(
        rules, "hutong/release/purpose.rego", "the purpose is not one that is known here", "who knows it?"
    )
    replace(rules, "hutong_data/labels/data.yaml", 'sensitive: "R"', 'sensitive: "V"')
    replace(rules, "hutong/question/question_test.rego", 'question.level == "R"', 'question.level == "V"')
    # What a rule leans on is part of it.
    replace(
        rules,
        "hutong/release/region.rego",
        "away if question.cross_region\n",
        "away if question.cross_region == true\n",
    )
    found = compare(build(rules, opa))
    assert found.added == ("NO_TEACHING_AT_NIGHT",)
    assert found.removed == ()
    assert found.words == ("PURPOSE_UNKNOWN",)
    assert found.logic == ("GRASSROOTS_NEEDS_REFERRAL",)
    assert found.data == ("labels",)


def _network(rules: Path) -> None:
    append(rules, RELEASE, '\nanswer := http.send({"method": "get", "url": "http://example.invalid"})\n')


def _clock(rules: Path) -> None:
    append(rules, RELEASE, "\nnow := time.now_ns()\n")


def _key_check(rules: Path) -> None:
    append(rules, RELEASE, '\ntoken := io.jwt.decode_verify("x", {"secret": "x"})\n')


def _no_words(rules: Path) -> None:
    append(rules, RELEASE, '\nrefusals contains "NOT_ON_SUNDAYS" if question.role == "nurse"\n')


def _half_the_words(rules: Path) -> None:
    append(rules, RELEASE, OWN.replace("#   zh: 夜间不提供教学用数据\n", ""))


def _misspelt_field(rules: Path) -> None:
    replace(rules, "hutong/question/question.rego", "input.requester.standing", "input.requester.standings")


def _another_package(rules: Path) -> None:
    (rules / "other.rego").write_text("package other\n\nx := 1\n", "utf-8")


def _data_over_a_rule(rules: Path) -> None:
    (rules / "hutong" / "release" / "data.json").write_text('{"decision": {"allow": true}}', "utf-8")


def _no_rules(rules: Path) -> None:
    for file in (rules / "hutong" / "release").iterdir():
        file.unlink()
    (rules / "hutong" / "release").rmdir()


def _not_text(rules: Path) -> None:
    (rules / "hutong" / "release" / "bad.rego").write_bytes(b"package hutong.release\n\xff\n")


def _no_treatment(rules: Path) -> None:
    """Its own tests would notice; without them the canary does."""
    for file in rules.rglob("*_test.rego"):
        file.unlink()
    append(
        rules,
        RELEASE,
        OWN.replace('question.purpose == "TRAIN"', 'question.purpose == "TREAT"').replace('> "22"', '> "00"'),
    )


def _permits_without_consent(rules: Path) -> None:
    for file in rules.rglob("*_test.rego"):
        file.unlink()
    replace(
        rules,
        "hutong/release/consent.rego",
        '"CONSENT_NOT_PERMITTED" if not permitted_by_consent',
        '"CONSENT_NOT_PERMITTED" if question.role == "nobody"',
    )


def _fails_its_test(rules: Path) -> None:
    append(rules, "hutong/release/decision_test.rego", "\ntest_that_fails if 1 == 2\n")


ATTACKS: dict[str, tuple[Callable[[Path], None], str]] = {
    "asks the network": (_network, "item.rego: uses http.send"),
    "asks the clock": (_clock, "item.rego: uses time.now_ns"),
    "checks a token against the clock": (_key_check, "do not pass opa's check"),
    "refuses without a word": (_no_words, "item.rego: NOT_ON_SUNDAYS has no METADATA"),
    "refuses in one language": (_half_the_words, "item.rego: the METADATA of a rule need"),
    "reads a field that is not there": (_misspelt_field, "do not pass opa's check"),
    "is of another package": (_another_package, "other.rego: is of no package below hutong"),
    "puts data over a rule": (_data_over_a_rule, "hutong/release/data.json: data belong below hutong_data"),
    "has no rules": (_no_rules, "the folder has no hutong/release"),
    "is no text": (_not_text, "bad.rego: is not text in UTF-8"),
    "refuses what must be permitted": (_no_treatment, "a question with a known answer"),
    "permits without consent": (_permits_without_consent, "a question with a known answer"),
    "fails its own test": (_fails_its_test, "fail their own tests"),
}


@pytest.mark.attack
@pytest.mark.service
@pytest.mark.parametrize(("change", "message"), ATTACKS.values(), ids=ATTACKS)
def test_rules_that_may_not_be_used_are_not_built(
    rules: Path, opa: Path, change: Callable[[Path], None], message: str
) -> None:
    change(rules)
    with pytest.raises(RulesRejected) as caught:
        build(rules, opa)
    assert message in str(caught.value)
    assert caught.value.exit_code == 4
    assert caught.value.zh


@pytest.mark.service
def test_what_opa_says_is_passed_on_with_the_file_as_the_region_knows_it(rules: Path, opa: Path) -> None:
    _misspelt_field(rules)
    with pytest.raises(RulesRejected) as caught:
        build(rules, opa)
    assert "hutong/question/question.rego" in caught.value.said
    assert str(rules.parent) not in caught.value.said
    _fails_its_test(rules)
    replace(rules, "hutong/question/question.rego", "input.requester.standings", "input.requester.standing")
    with pytest.raises(RulesRejected) as caught:
        build(rules, opa)
    assert caught.value.said == "test_that_fails"
