"""Nothing but a complete yes is a yes: not a strange question, not a strange answer, not a slow engine."""

import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import Decision, Engine
from policies.answer import decision_from
from policies.bundle import Bundle, read_bundle
from policies.canaries import MUST_PERMIT, MUST_REFUSE, require_canaries
from policies.errors import PolicyUnusable
from policies.wasm import WasmEngine, load
from tests.policies.asking import OPEN, PLAIN, PROJECT, Question, asked, codes
from tests.policies.questions import JSON

PERMIT: dict[str, Any] = {
    "allow": True,
    "reasons": [],
    "obligations": [{"code": "deidentify", "value": "care"}, {"code": "seal", "value": None}],
}
REASON = {"code": "X", "en": "x", "zh": "某", "law": ""}


def _paths(value: object, here: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    inner = value.items() if isinstance(value, dict) else ()
    return [one for name, part in inner for one in ((*here, name), *_paths(part, (*here, name)))]


def _replaced(question: Question, path: tuple[str, ...], value: object) -> Question:
    made = asked(question)
    place = made
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return made


# Every field that may be null is filled, so that each can be left out or answered wrongly.
FULL = asked(research=PROJECT, based_on=OPEN)
FIELDS = _paths(FULL)


def test_the_canaries_are_answered_as_they_must(engine: WasmEngine) -> None:
    assert engine.decide(MUST_PERMIT).allow
    assert codes(engine.decide(MUST_REFUSE)) == ["CONSENT_NOT_PERMITTED"]


@given(JSON)
def test_any_json_is_refused_and_never_an_exception(engine: WasmEngine, question: Any) -> None:
    decision = engine.decide(question)
    assert not decision.allow
    assert codes(decision)[0] in ("QUESTION_MALFORMED", "POLICY_ERROR")


@pytest.mark.parametrize("path", FIELDS, ids=".".join)
def test_a_missing_field_is_malformed(engine: WasmEngine, path: tuple[str, ...]) -> None:
    question = asked(FULL)
    place = question
    for name in path[:-1]:
        place = place[name]
    del place[path[-1]]
    assert codes(engine.decide(question)) == ["QUESTION_MALFORMED"]


@pytest.mark.parametrize("path", FIELDS, ids=".".join)
def test_a_number_is_the_answer_to_nothing(engine: WasmEngine, path: tuple[str, ...]) -> None:
    assert codes(engine.decide(_replaced(FULL, path, 1))) == ["QUESTION_MALFORMED"]


@pytest.mark.parametrize("folder", ["", "request", "request.emergency", "request.based_on", "requester",
                                    "custodian", "consent", "data", "research"])  # fmt: skip
def test_a_field_nobody_knows_may_be_a_limit_and_is_not_ignored(engine: WasmEngine, folder: str) -> None:
    path = (*folder.split("."), "until") if folder else ("until",)
    assert codes(engine.decide(_replaced(FULL, path, "2026-01-01"))) == ["QUESTION_MALFORMED"]


@settings(max_examples=100)
@given(st.sampled_from(_paths(PLAIN)), JSON)
def test_one_strange_answer_gives_nobody_more(
    engine: WasmEngine, path: tuple[str, ...], value: object
) -> None:
    question = _replaced(asked(consent="deny"), path, value)
    if path not in (("consent",), ("consent", "decision")):
        assert not engine.decide(question).allow


@pytest.mark.parametrize("at", ["", "2026-03-02", "2026-03-02T01:00:00", "2026-03-02T01:00:00+09:00",
                                "2026-03-02 01:00:00Z", "2026-03-02T01:00:00Z\n", "9999"])  # fmt: skip
def test_an_instant_that_cannot_be_read_is_malformed(engine: WasmEngine, at: str) -> None:
    assert codes(engine.decide(asked(at=at))) == ["QUESTION_MALFORMED"]


@pytest.mark.parametrize("region", ["", "31", "3101", "31010", "3101011", "310101 ", "31010\u0661", "abcdef"])
def test_a_region_that_is_no_code_is_malformed(engine: WasmEngine, region: str) -> None:
    assert codes(engine.decide(asked(region=region))) == ["QUESTION_MALFORMED"]
    assert codes(engine.decide(asked(custodian_region=region))) == ["QUESTION_MALFORMED"]


STRANGE: dict[str, Any] = {
    "not a number": asked(confidentiality=float("nan")),
    "a set": asked(item={"Condition"}),
    "bytes": asked(purpose=b"TREAT"),
    "a number no machine holds": asked(classes=[10**5000]),
    "half a character": asked(purpose="\ud800"),
    "a frozen part": {**PLAIN, "data": MappingProxyType(PLAIN["data"])},
    "a name twice": {**PLAIN, 1: 1, "1": 1},
    "very long": asked(classes=["Condition" * 10_000]),
    "text": "TREAT",
    "JSON as text": '{"request": {}}',
    "nothing": None,
}


@pytest.mark.parametrize("question", STRANGE.values(), ids=STRANGE)
def test_what_is_not_json_is_refused(engine: WasmEngine, question: Any) -> None:
    decision = engine.decide(question)
    assert not decision.allow
    assert codes(decision)


def test_a_question_nested_without_end_is_refused(engine: WasmEngine) -> None:
    endless: list[Any] = []
    endless.append(endless)
    deep: Any = "x"
    for _ in range(500):
        deep = [deep]
    for classes in (endless, deep):
        assert not engine.decide({**PLAIN, "request": {**PLAIN["request"], "classes": classes}}).allow
    assert engine.decide(PLAIN).allow


@given(JSON)
def test_no_strange_answer_is_a_yes(answer: object) -> None:
    assert not decision_from(answer).allow


ANSWERS: dict[str, tuple[object, bool]] = {
    "a permit": (PERMIT, True),
    "yes as text": ({**PERMIT, "allow": "true"}, False),
    "yes as a number": ({**PERMIT, "allow": 1}, False),
    "yes and something unknown": ({**PERMIT, "until": "tomorrow"}, False),
    "yes with a reason against": ({**PERMIT, "reasons": [REASON]}, False),
    "yes without obligations": ({**PERMIT, "obligations": []}, False),
    "yes without a profile": ({**PERMIT, "obligations": [{"code": "seal", "value": None}]}, False),
    "yes with two": ({**PERMIT, "obligations": PERMIT["obligations"][:1] * 2}, False),
    "an obligation that is a list": ({**PERMIT, "obligations": [["deidentify", "care"]]}, False),
    "a value that is a list": ({**PERMIT, "obligations": [{"code": "deidentify", "value": []}]}, False),
    "nothing else": ({"allow": True}, False),
    "a list": ([PERMIT], False),
    "a refusal": ({"allow": False, "reasons": [REASON], "obligations": []}, False),
    "a refusal without a reason": ({"allow": False, "reasons": [], "obligations": []}, False),
}


@pytest.mark.parametrize(("answer", "allow"), ANSWERS.values(), ids=ANSWERS)
def test_only_a_complete_yes_is_a_yes(answer: object, allow: bool) -> None:
    decision = decision_from(answer)
    assert decision.allow is allow
    assert allow or decision.reasons


def test_a_slow_policy_is_a_refusal_and_the_next_question_is_answered() -> None:
    bundle = read_bundle()
    data = orjson.loads(bundle.data)
    data["hutong_data"]["families"]["care"]["classes"] = [f"Class{n}" for n in range(20_000)]
    slow = WasmEngine(
        Bundle(wasm=bundle.wasm, data=orjson.dumps(data), digest=""), cache=None, deadline_ms=400
    )
    try:
        many = asked(item=[], classes=[f"Other{n}" for n in range(4_000)])
        assert codes(slow.decide(many)) == ["POLICY_TIMEOUT"]
        assert (
            codes(slow.decide(asked(item=[], classes=["Other"], consent="deny")))[0]
            == "CLASS_NOT_FOR_PURPOSE"
        )
    finally:
        slow.close()


def test_a_closed_engine_refuses() -> None:
    closed = load()
    closed.close()
    assert codes(closed.decide(PLAIN)) == ["POLICY_ERROR"]


def test_several_threads_get_the_answers_of_one(engine: WasmEngine) -> None:
    asking = [PLAIN, asked(standing="suspended"), asked(role="nurse", confidentiality="V")] * 40
    alone = [engine.decide(one) for one in asking]
    heard: list[list[Decision]] = [[] for _ in range(8)]
    threads = [
        threading.Thread(target=lambda mine=mine: mine.extend(engine.decide(one) for one in asking))
        for mine in heard
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == [alone] * 8


class _Says:
    """An engine with one answer for everybody."""

    digest = "sha256:none"

    def __init__(self, decision: Decision) -> None:
        self._decision = decision

    def decide(self, question: Mapping[str, object]) -> Decision:
        return self._decision


@pytest.mark.attack
@pytest.mark.parametrize("allow", [True, False])
def test_an_engine_that_says_the_same_to_all_is_not_used(engine: WasmEngine, allow: bool) -> None:
    always: Engine = _Says(engine.decide(MUST_PERMIT if allow else MUST_REFUSE))
    with pytest.raises(PolicyUnusable, match="does not refuse" if allow else "refuses what it must permit"):
        require_canaries(always)


@pytest.mark.attack
def test_rules_without_their_data_are_not_used() -> None:
    bundle = read_bundle()
    bare = WasmEngine(Bundle(wasm=bundle.wasm, data=b"{}", digest=""), cache=None, deadline_ms=5_000)
    try:
        with pytest.raises(PolicyUnusable):
            require_canaries(bare)
    finally:
        bare.close()


@pytest.mark.parametrize("wasm", [b"", b"\0asm", b"\0asm\1\0\0\0", b"not even that"])
def test_what_is_no_policy_is_not_loaded(wasm: bytes) -> None:
    bundle = read_bundle()
    with pytest.raises(PolicyUnusable, match="cannot be loaded"):
        WasmEngine(Bundle(wasm=wasm, data=bundle.data, digest=""), cache=None, deadline_ms=500)
