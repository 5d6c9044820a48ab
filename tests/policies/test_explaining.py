"""Why the answer is what it is, and what would have made it a yes: as true as the answer itself."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from hypothesis import given, settings

from policies import Decision, Obligation, Reason
from policies.bundle import DATA_ROOT, read_bundle
from policies.explaining import Explained, explain
from policies.form import misfits
from policies.metadata import RULES
from policies.otherwise import Change, changes, look_up
from policies.sources import Sources, read_sources
from policies.wasm import WasmEngine
from tests.policies.asking import PLAIN, PROJECT, Question, asked
from tests.policies.questions import questions

SOURCES = read_sources()
DATA = read_bundle().data
WORDS: Mapping[str, Any] = orjson.loads(DATA)[DATA_ROOT]


def explained(engine: WasmEngine, **differing: object) -> Explained:
    return explain(engine, asked(**differing), SOURCES, DATA)


def places(found: tuple[Change, ...]) -> set[str]:
    return {one.place for one in found}


def test_a_refusal_names_the_rule_its_law_its_file_and_the_fields_it_looked_at(engine: WasmEngine) -> None:
    found = explained(engine, purpose="COC")
    [rule] = found.rules
    assert (rule.code, found.decision.allow) == ("CASE_NOT_OPEN", False)
    assert rule.law.startswith("《个人信息保护法》")
    assert rule.written is not None
    assert (rule.written.package, rule.written.rule.title) == ("hutong.release", "Case not open")
    [file] = RULES.rglob(rule.written.rule.file)
    assert '"CASE_NOT_OPEN"' in file.read_text("utf-8")
    looked = {one.place: one.value for one in rule.looked}
    assert looked["request.purpose"] == "COC"
    assert looked["request.based_on"] is None


def test_an_open_referral_alone_would_have_made_it_a_yes(engine: WasmEngine) -> None:
    found = explained(engine, purpose="COC")
    assert ("request.based_on", "referral (valid now)") in {(one.place, one.en) for one in found.permits}
    assert all(one.applied_to(asked(purpose="COC")) != asked(purpose="COC") for one in found.permits)


def test_every_change_that_is_named_does_what_is_said_of_it(engine: WasmEngine) -> None:
    question = asked(purpose="COC", role="pharmacist", labels=["HIV"])
    found = explain(engine, question, SOURCES, DATA)
    assert len(found.rules) > 1
    for rule in found.rules:
        assert rule.lifted_by, rule.code
        for change in rule.lifted_by:
            answer = engine.decide(change.applied_to(question))
            assert rule.code not in {one.code for one in answer.reasons}
    for change in found.permits:
        assert engine.decide(change.applied_to(question)).allow


def test_where_two_things_are_wrong_no_single_change_helps_and_that_is_said(engine: WasmEngine) -> None:
    found = explained(engine, consent="deny", ground="NO_CONSENT", standing="suspended")
    assert found.permits == ()
    assert found.tried > 50
    assert [places(rule.lifted_by) for rule in found.rules] == [{"consent"}, {"requester.standing"}]


def test_a_permit_tells_which_rule_demands_what_and_by_which_law(engine: WasmEngine) -> None:
    found = explained(engine, purpose="ETREAT", declared=True, reason_given=True)
    told = {rule.code: rule for rule in found.rules}
    assert {"deidentify", "notify-patient", "review", "seal", "time-limit"} <= set(told)
    assert told["review"].value == "PT24H"
    assert [one.place for one in told["review"].looked] == ["request.emergency.declared"]
    for rule in told.values():
        assert rule.written is not None
        assert rule.law
    assert found.tried == 0


@pytest.mark.attack
def test_what_names_somebody_is_said_to_be_given_and_never_repeated(engine: WasmEngine) -> None:
    secret = "zhang-san-110101199003070000"
    question = asked(
        purpose="HRESCH",
        on_behalf_of=secret,
        based_on={"kind": "referral", "id": secret, "open": False},
        research={**PROJECT, "project": secret, "approved": False},
        role="nurse",
    )
    found = explain(engine, question, SOURCES, DATA)
    shown = [(one.place, one.value) for rule in found.rules for one in rule.looked]
    assert any(
        value == "given" or (isinstance(value, dict) and "given" in value.values()) for _, value in shown
    )
    assert secret not in repr(shown)


def test_a_malformed_question_is_told_the_place_and_nothing_is_guessed(engine: WasmEngine) -> None:
    question = asked()
    del question["requester"]["standing"]
    question["request"]["purpse"] = "TREAT"
    question["data"]["sensitivities"] = ["HIV", 3]
    found = explain(engine, question, SOURCES, DATA)
    assert [rule.code for rule in found.rules] == ["QUESTION_MALFORMED"]
    assert {place for place, _, _ in found.misfits} == {
        "requester.standing",
        "request.purpse",
        "data.sensitivities[1]",
    }
    assert found.tried == 0


@pytest.mark.parametrize(
    "place", ["request.at", "custodian.region", "data.classes", "request.emergency.declared"]
)
def test_a_field_of_the_wrong_type_is_named(place: str) -> None:
    question = deepcopy(PLAIN)
    folder = question
    *above, last = place.split(".")
    for name in above:
        folder = folder[name]
    folder[last] = {"a": 1}
    assert [one for one, _, _ in misfits(question)] == [place]
    assert misfits(PLAIN) == []


def test_yes_is_no_number() -> None:
    """In Python True is an int; in a question it is not."""
    question = asked(cross_region=1)
    assert [place for place, _, _ in misfits(question)] == ["request.cross_region"]


def test_a_word_a_region_adds_is_tried_too() -> None:
    words = {
        **WORDS,
        "purposes": {**WORDS["purposes"], "XRAYQA": {"family": "quality", "en": "x", "zh": "片"}},
    }
    assert "XRAYQA" in {one.sets.get("request.purpose") for one in changes(PLAIN, words)}


@dataclass(frozen=True)
class Late:
    """An engine that never answers in time."""

    digest: str = "sha256:" + "0" * 64

    def decide(self, question: Mapping[str, object]) -> Decision:
        return Decision(allow=False, reasons=(Reason("POLICY_TIMEOUT", "late", "超时"),))


def test_a_reason_of_the_engine_is_no_rule_and_no_change_lifts_it() -> None:
    found = explain(Late(), PLAIN, SOURCES, DATA)
    [rule] = found.rules
    assert found.tried == 0, "150 questions to a server that is down"
    assert (rule.code, rule.written, rule.lifted_by) == ("POLICY_TIMEOUT", None, ())


@dataclass(frozen=True)
class Silent:
    """An engine that refuses the plain question by a rule, and fails on every other."""

    digest: str = "sha256:" + "0" * 64

    def decide(self, question: Mapping[str, object]) -> Decision:
        code = "CASE_NOT_OPEN" if question == PLAIN else "POLICY_ERROR"
        return Decision(allow=False, reasons=(Reason(code, "no", "否"),))


def test_a_change_that_only_breaks_the_engine_lifts_nothing() -> None:
    [rule] = explain(Silent(), PLAIN, SOURCES, DATA).rules
    assert rule.lifted_by == ()


def test_an_obligation_no_rule_has_words_for_is_shown_by_its_code() -> None:
    @dataclass(frozen=True)
    class Strange:
        digest: str = "sha256:" + "0" * 64

        def decide(self, question: Mapping[str, object]) -> Decision:
            return Decision(allow=True, obligations=(Obligation("fax-it", 2),))

    [rule] = explain(Strange(), PLAIN, SOURCES, DATA).rules
    assert (rule.code, rule.value, rule.written) == ("fax-it", 2, None)


def _named(answer: Decision) -> set[str]:
    return {one.code for one in answer.reasons} | {one.code for one in answer.obligations}


def _touches(change: Change, read: str) -> bool:
    return read == "" or any(
        f"{read}.".startswith(f"{place}.") or f"{place}.".startswith(f"{read}.") for place in change.sets
    )


@settings(max_examples=25)
@given(questions())
def test_what_a_rule_is_said_not_to_look_at_does_not_matter_to_it(
    engine: WasmEngine, question: Question
) -> None:
    before = engine.decide(question)
    if any(one.code == "QUESTION_MALFORMED" for one in before.reasons):
        return
    said = _named(before)
    for change in changes(question, WORDS):
        after = engine.decide(change.applied_to(question))
        if any(one.code == "QUESTION_MALFORMED" for one in after.reasons):
            continue
        says = _named(after)
        for code, written in SOURCES.rules.items():
            # Duties are told with a permit only.
            comparable = written.rule.kind == "code" or (before.allow and after.allow)
            if comparable and not any(_touches(change, read) for read in written.reads):
                assert (code in said) == (code in says), (code, change.sets)


def test_a_rule_looks_at_no_place_that_the_question_has_not() -> None:
    """A mistake in reading the rules would show as a name that is no field."""
    full = asked(research=PROJECT, based_on={"kind": "referral", "id": "r", "open": True})
    for code, written in SOURCES.rules.items():
        for place in written.reads:
            assert place == "" or look_up(full, place) is not None or _is_null_there(full, place), (
                code,
                place,
            )


def _is_null_there(question: Question, place: str) -> bool:
    above, _, name = place.rpartition(".")
    folder = look_up(question, above)
    return isinstance(folder, Mapping) and name in folder


def test_texts_and_comments_are_no_names() -> None:
    text = (
        "package hutong.release\n\n# METADATA\n# title: T\n# description: D.\n# custom:\n#   code: A\n#   zh: 一\n"
        "#   en: a\n#   law: 《法》 · L\nrefusals contains \"A\" if {\n"
        "\tinput.request.purpose == \"input.request.action\" # input.custodian.kind\n"
        "\tother\n}\n\nother if input.data.classes == [`input.request.at`]\n"
    )  # fmt: skip
    written = Sources({"hutong/release/a.rego": text}).rules["A"]
    assert written.reads == ("data.classes", "request.purpose")
    assert len(written.texts) == 2
