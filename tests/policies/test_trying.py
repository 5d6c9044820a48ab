"""An operator's own cases: read strictly, answered by the rules, and told which rules nobody tried."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from policies import Decision, Obligation, Reason
from policies.canaries import MUST_PERMIT
from policies.cases import EXAMPLE, CasesUnreadable, read_cases
from policies.sources import read_sources
from policies.trying import differing, try_cases, unreached
from policies.wasm import WasmEngine

REFUSED = '[[case]]\nname = "n"\nrequest.purpose = "COC"\nexpect = "deny"\nreasons = ["CASE_NOT_OPEN"]\n'


def test_the_example_passes_with_the_packaged_rules(engine: WasmEngine) -> None:
    cases = read_cases(EXAMPLE.read_bytes(), "cases.toml")
    assert len(cases) >= 6
    assert all(one.passed for one in try_cases(engine, cases))


def test_a_case_is_three_lines_and_the_rest_is_its_base() -> None:
    [case] = read_cases(REFUSED.encode(), "f")
    assert case.question["request"]["purpose"] == "COC"
    changed = {**case.question, "request": {**case.question["request"], "purpose": "TREAT"}}
    assert changed == MUST_PERMIT
    assert (case.allow, case.reasons, case.obligations) == (False, frozenset({"CASE_NOT_OPEN"}), None)
    assert case.place == "f, case 1"


def test_bases_lean_on_bases_and_unset_makes_a_field_null() -> None:
    table = """
[base.referred]
request.based_on = { kind = "referral", id = "r-1", open = true }
[base.late]
base = "referred"
request.based_on.open = false
[[case]]
name = "late"
base = "late"
expect = "deny"
[[case]]
name = "nothing"
base = "late"
unset = ["request.based_on"]
expect = "allow"
"""
    late, nothing = read_cases(table.encode(), "f")
    assert late.question["request"]["based_on"] == {"kind": "referral", "id": "r-1", "open": False}
    assert nothing.question == MUST_PERMIT


def test_a_base_called_plain_takes_the_place_of_the_built_in_one() -> None:
    table = '[base.plain]\nrequest.purpose = "COC"\n[[case]]\nname = "n"\nexpect = "deny"\n'
    [case] = read_cases(table.encode(), "f")
    assert case.question["request"]["purpose"] == "COC"
    assert case.question["requester"] == MUST_PERMIT["requester"]


def test_reading_cases_leaves_the_canary_as_it_was() -> None:
    read_cases(b'[[case]]\nname = "n"\ndata.classes = ["Claim"]\nexpect = "allow"\n', "f")
    assert "Claim" not in repr(MUST_PERMIT)


CASE = '[[case]]\nname = "n"\nexpect = "deny"\n'
WRONG = {
    "no TOML": ("[[case", "is not TOML"),
    "not UTF-8": ("\udcff", "is not TOML"),
    "nothing in it": ("", "has no case in it"),
    "a strange table": (f"{CASE}[cases]\n", "cases is a word nobody knows here"),
    "cases not as a list": ("[case]\nname = 'n'\n", "cases [[case]]"),
    "no name": ('[[case]]\nexpect = "deny"\n', "case 1: has no name"),
    "no verdict": ('[[case]]\nname = "n"\n', 'expect must be "allow" or "deny"'),
    "a misspelt verdict": ('[[case]]\nname = "n"\nexpect = "alow"\n', 'expect must be "allow" or "deny"'),
    "reasons of a yes": (
        '[[case]]\nname = "n"\nexpect = "allow"\nreasons = []\n',
        "reasons do not go with allow",
    ),
    "duties of a no": (f"{CASE}obligations = []\n", "obligations do not go with deny"),
    "one reason as a word": (f'{CASE}reasons = "CASE_NOT_OPEN"\n', "reasons must be a list of words"),
    "a misspelt field": (f'{CASE}requester.rol = "nurse"\n', "case 1: requester.rol is a field nobody knows"),
    "a misspelt expectation": (f'{CASE}reason = ["A"]\n', "case 1: reason is a field nobody knows"),
    "a field of the wrong type": (
        f"{CASE}request.cross_region = 1\n",
        "request.cross_region must be boolean",
    ),
    "a time without quotes": (f"{CASE}request.at = 2026-01-01T00:00:00Z\n", "request.at must be string"),
    "half a referral": (f'{CASE}request.based_on.kind = "referral"\n', "request.based_on.id is missing"),
    "an unknown base": (f'{CASE}base = "b"\n', "its base is not in this file"),
    "bases in a circle": (
        f'[base.a]\nbase = "b"\n[base.b]\nbase = "a"\n{CASE}base = "a"\n',
        "its bases lean on each other",
    ),
    "a base on itself": (f'[base.a]\nbase = "a"\n{CASE}base = "a"\n', "its bases lean on each other"),
    "one name twice": (f"{CASE}{CASE}", "case 2: another case has the same name"),
    "unset as a word": (f'{CASE}unset = "research"\n', "unset must be a list of words"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_what_nobody_understands_is_an_error_that_names_file_and_case(text: str, message: str) -> None:
    with pytest.raises(CasesUnreadable, match=r"^f") as caught:
        read_cases(text.encode("utf-8", "surrogateescape"), "f")
    assert message in str(caught.value)
    assert caught.value.exit_code == 6
    assert caught.value.zh


def test_a_malformed_question_may_be_asked_on_purpose(engine: WasmEngine) -> None:
    table = f'{CASE}requester.rol = "nurse"\nreasons = ["QUESTION_MALFORMED"]\n'
    [tried] = try_cases(engine, read_cases(table.encode(), "f"))
    assert tried.passed


@dataclass(frozen=True)
class Says:
    """An engine with one answer."""

    answer: Decision
    digest: str = "sha256:" + "0" * 64

    def decide(self, question: Mapping[str, object]) -> Decision:
        return self.answer


def no(*codes: str) -> Says:
    return Says(Decision(allow=False, reasons=tuple(Reason(one, "en", "zh") for one in codes)))


CARE = Says(Decision(allow=True, obligations=(Obligation("deidentify", "care"), Obligation("seal"))))


@pytest.mark.parametrize(
    ("expected", "answer", "passes"),
    [
        ('expect = "deny"', no("A"), True),
        ('expect = "deny"', CARE, False),
        ('expect = "deny"\nreasons = ["A"]', no("A"), True),
        ('expect = "deny"\nreasons = ["A"]', no("A", "B"), False),
        ('expect = "deny"\nreasons = ["A", "B"]', no("B", "A"), True),
        ('expect = "deny"', no("POLICY_TIMEOUT"), False),
        ('expect = "deny"\nreasons = ["POLICY_TIMEOUT"]', no("POLICY_TIMEOUT"), True),
        ('expect = "allow"', no("A"), False),
        ('expect = "allow"', CARE, True),
        ('expect = "allow"\nobligations = ["seal", "deidentify:care"]', CARE, True),
        ('expect = "allow"\nobligations = ["seal", "deidentify"]', CARE, False),
        ('expect = "allow"\nobligations = ["seal"]', CARE, False),
    ],
)
def test_an_answer_passes_only_as_it_was_written_down(expected: str, answer: Says, passes: bool) -> None:
    [tried] = try_cases(answer, read_cases(f'[[case]]\nname = "n"\n{expected}\n'.encode(), "f"))
    assert tried.passed is passes


def test_rules_that_no_answer_names_are_listed(engine: WasmEngine) -> None:
    sources = read_sources()
    tried = try_cases(engine, read_cases(REFUSED.encode(), "f"))
    missed = {one.rule.code for one in unreached(sources, tried)}
    assert missed == sources.rules.keys() - {"CASE_NOT_OPEN"}


def test_of_another_bundle_the_cases_it_answers_differently_are_told() -> None:
    cases = read_cases(EXAMPLE.read_bytes(), "f")
    assert differing(try_cases(CARE, cases), try_cases(CARE, cases)) == []
    assert len(differing(try_cases(CARE, cases), try_cases(no("A"), cases))) == len(cases)
    assert len(differing(try_cases(no("A"), cases), try_cases(no("B"), cases))) == len(cases)
