"""The answer as the patient reads it: yes or no, on which words of theirs, and what can be done."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from consent import Answer, Config, answer_sentence, decide
from consent.next_steps import next_step, to_the_patient
from consent.reasons import ALL_WORDS, PERMITS
from tests.consent.papers import DOCTOR, HOSPITAL, Json, ask, deny, item, kind, paper, permit, topic, who
from tests.consent.test_sentences import NAMES
from tests.consent.wishes_of_anybody import papers, questions

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors.json").read_bytes())["cases"]
EXCEPT_HIV = permit(HOSPITAL, provision=[deny(securityLabel=topic("HIV"))], period={"end": "2026-12-31"}) | {
    "class": kind("DiagnosticReport")
}


def answered(consents: list[Json], question: Json, lang: str = "zh") -> str:
    return answer_sentence(decide(consents, question, Config()), consents, lang, NAMES[lang].get)


def test_a_yes_names_the_day_the_words_and_what_is_kept_back() -> None:
    shown = ask(items=[item("DiagnosticReport/1"), item("DiagnosticReport/2", topics=("HIV",))])
    assert answered([paper(EXCEPT_HIV)], shown) == (
        "允许：您在 2026-02-03 同意玉枫医院为看病查看您的检查检验报告，不含艾滋病相关信息，到 2026-12-31 为止。"
        "其中 1 项不给看：您不同意 1 项。"
    )
    assert answered([paper(EXCEPT_HIV)], shown, "en") == (
        "Allowed: on 3 Feb 2026 you allowed Yufeng Hospital to see your test reports for your care,"
        " except HIV information, until 31 Dec 2026. 1 of it not shown: 1 because you do not allow it."
    )


def test_a_no_quotes_the_refusal_that_decided_and_says_who_can_change_it() -> None:
    consents = [paper(permit(HOSPITAL)), paper(deny(actor=who(DOCTOR)), "never", date="2025-01-01")]
    assert (
        answered(consents, ask()) == "不允许：您在 2025-01-01 不同意乔医生查看您的记录。只有您本人可以更改。"
    )


def test_a_permit_that_does_not_take_effect_says_what_is_missing() -> None:
    assert answered([paper(permit(HOSPITAL), category=[])], ask()).startswith(
        "不允许：有一份同意书无法确切理解"
    )
    without = paper(permit(HOSPITAL))
    del without["sourceReference"]
    assert answered([without], ask(), "en") == (
        "Not allowed: on 3 Feb 2026 you allowed Yufeng Hospital to see your record for your care,"
        " but what you signed is missing. Hand in the signed form, or agree again."
    )


def test_the_version_that_decided_is_the_one_quoted() -> None:
    first = paper(permit(HOSPITAL), meta={"versionId": "1", "lastUpdated": "2026-02-03T09:00:00+08:00"})
    second = paper(
        permit(HOSPITAL, purposes=("TREAT", "COC")),
        meta={"versionId": "2", "lastUpdated": "2026-02-04T09:00:00+08:00"},
    )
    assert "为看病、转诊和协同治疗查看" in answered([first, second], ask())
    earlier = ask(knownAt="2026-02-03T10:00:00+08:00")
    assert "为看病查看" in answered([first, second], earlier)


def test_a_permit_of_an_exception_is_told_with_what_it_inherits() -> None:
    rule = permit(
        HOSPITAL, provision=[deny(securityLabel=topic("PSY"), provision=[permit(DOCTOR, purposes=())])]
    )
    told = answered([paper(rule)], ask(items=[item("Observation/1", topics=("PSY",))]))
    assert told == "允许：您在 2026-02-03 同意乔医生为看病查看您的精神科相关信息。"


def test_what_is_allowed_without_consent_is_never_called_consent() -> None:
    for reason in set(PERMITS) - {"CONSENT_PERMIT", "CONSENT_PERMIT_PARTIAL"}:
        told = answer_sentence(Answer(decision="permit", reason=reason), [], "zh", NAMES["zh"].get)
        assert told.startswith("允许，不是依据您的同意：")


def test_every_refusal_says_what_can_be_done_in_both_languages() -> None:
    for reason in set(ALL_WORDS) - set(PERMITS):
        step = next_step(reason, permits=False)
        assert step is not None
        assert step.en.isascii()
        assert any("一" <= one <= "鿿" for one in step.zh)


def test_the_patient_is_spoken_to_and_not_about() -> None:
    for reason in ALL_WORDS:
        if not reason.startswith("DECEASED"):
            words = to_the_patient(reason)
            assert "the patient" not in words.en
            assert "患者不" not in words.zh
            assert "患者没" not in words.zh


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_the_sentence_says_what_was_decided(case: dict[str, Any]) -> None:
    answer = decide(case["consents"], case["request"], Config.from_case(case.get("config", {})))
    zh, en = (answer_sentence(answer, case["consents"], lang, lambda _: None) for lang in ("zh", "en"))
    assert zh.startswith("允许") is en.startswith("Allowed") is (answer.decision == "permit")
    assert zh.endswith("。")
    assert en.endswith(".")
    hidden = {one.ref for one in answer.redacted}
    assert not any(ref in text for ref in hidden for text in (zh, en))


@settings(max_examples=100)
@given(papers(), questions())
def test_a_sentence_can_be_made_of_every_answer(consents: list[Json], question: Json) -> None:
    before = copy.deepcopy(consents)
    answer = decide(consents, question, Config())
    told = answer_sentence(answer, consents, "zh", lambda _: None)
    assert told.startswith("允许") is (answer.decision == "permit")
    assert consents == before
