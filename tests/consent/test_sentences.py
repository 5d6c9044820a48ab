"""The sentence on the screen is the rule that decides: change the rule and it changes."""

import copy
import hashlib
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import Wish, build_consent, sentence, withdraw, words
from tests.consent.papers import (
    DOCTOR,
    HOSPITAL,
    ME,
    Json,
    concept,
    deny,
    extension,
    kind,
    level,
    paper,
    permit,
    topic,
    who,
    why,
)
from tests.consent.test_building import FORM, RESEARCH, SIGNED, WISH
from tests.consent.wishes_of_anybody import rules

NAMES = {
    "zh": {
        "Organization/ks": "昆山市第一人民医院",
        HOSPITAL: "玉枫医院",
        DOCTOR: "乔医生",
        "Region/330100": "杭州市",
    },
    "en": {
        "Organization/ks": "Kunshan First People's Hospital",
        HOSPITAL: "Yufeng Hospital",
        DOCTOR: "Dr Qiao",
        "Region/330100": "Hangzhou",
    },
}


def read_aloud(consent: Json, lang: str) -> str:
    return sentence(consent, lang, NAMES[lang].get)


def test_the_plain_case_reads_like_a_sentence() -> None:
    wish = Wish(
        patient=ME,
        recipients=("Organization/ks",),
        purposes=("TREAT",),
        classes=("DiagnosticReport",),
        except_sensitivities=("HIV",),
        ends="2026-01-09",
    )
    consent = build_consent(wish, consent_id="c-1", at=SIGNED)
    assert read_aloud(consent, "zh") == (
        "您同意昆山市第一人民医院为看病查看您的检查检验报告，不含艾滋病相关信息，到 2026-01-09 为止。"
    )
    assert read_aloud(consent, "en") == (
        "You allow Kunshan First People's Hospital to see your test reports for your care,"
        " except HIV information, until 9 Jan 2026."
    )


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        (deny(), "您不同意任何人查看您的记录。", "You do not allow anyone to see your record."),
        (
            permit(HOSPITAL, provision=[deny(actor=who(DOCTOR))]),
            "您同意玉枫医院为看病查看您的记录，但不同意乔医生。",
            "You allow Yufeng Hospital to see your record for your care, but you do not allow Dr Qiao.",
        ),
        (
            permit(HOSPITAL, purposes=(), provision=[deny(provision=[permit(DOCTOR, purposes=())])]),
            "您同意玉枫医院查看您的记录，但不同意此项（但同意乔医生）。",
            "You allow Yufeng Hospital to see your record, but you do not allow this (but you allow Dr Qiao).",
        ),
        (
            permit(HOSPITAL, purposes=("TREAT", "COC"), securityLabel=topic("PSY")),
            "您同意玉枫医院为看病、转诊和协同治疗查看您的精神科相关信息。",
            "You allow Yufeng Hospital to see your psychiatric information for your care and coordinating your care.",
        ),
    ],
)
def test_exceptions_and_lists_read_in_both_languages(rule: Json, zh: str, en: str) -> None:
    told = paper(rule) | {"category": []}
    del told["category"]
    assert (read_aloud(told, "zh"), read_aloud(told, "en")) == (zh, en)


def test_what_was_confirmed_and_who_decided_is_told() -> None:
    consent = build_consent(
        Wish(
            patient=ME,
            recipients=(HOSPITAL,),
            purposes=("TREAT",),
            confirmed=("cross-border",),
            grantor=DOCTOR,
            proof=FORM,
        ),
        consent_id="c-1",
        at=SIGNED,
    )
    assert read_aloud(consent, "zh").endswith("已单独确认：传到国外。由乔医生替您做主。")
    assert read_aloud(consent, "en").endswith(
        "Confirmed separately: sending it abroad. Dr Qiao decided for you."
    )


def test_a_research_consent_names_study_and_disease() -> None:
    told = read_aloud(build_consent(RESEARCH, consent_id="c-1", at=SIGNED), "zh")
    assert "研究范围为特定疾病研究（MONDO:0005015）" in told
    assert "限于研究项目ResearchStudy/sugar。" in told


def test_taken_back_ended_and_unreadable_are_told_first() -> None:
    consent = build_consent(WISH, consent_id="c-1", at=SIGNED)
    taken = withdraw(consent, at=SIGNED, by=ME)
    assert read_aloud(taken, "zh").startswith("【已收回】您同意")
    assert read_aloud(taken, "en").startswith("[taken back] You allow")
    ended = paper(permit(HOSPITAL, period={"end": "2026-01-09"}))
    for today, is_over in ((date(2026, 1, 9), False), (date(2026, 1, 10), True)):
        assert sentence(ended, "zh", NAMES["zh"].get, today=today).startswith("【已到期】") == is_over
    assert read_aloud(paper({"purpose": []}), "zh").startswith("这份同意书无法确切理解")
    assert "cannot be understood" in read_aloud(paper({"purpose": []}), "en")


def test_no_word_of_the_trade_reaches_the_patient() -> None:
    for wish in (WISH, RESEARCH):
        told = read_aloud(build_consent(wish, consent_id="c-1", at=SIGNED), "zh")
        assert not any(word in told for word in ("授权书", "处理者", "哈希", "上链"))


@given(rules, rules)
def test_rules_that_differ_read_differently(one: Json, other: Json) -> None:
    for lang in ("zh", "en"):
        same = sentence(paper(one), lang, _nobody) == sentence(paper(other), lang, _nobody)
        assert same == (_sorted(one) == _sorted(other))


@given(rules, st.data())
def test_no_element_of_a_rule_is_left_out(rule: Json, data: st.DataObject) -> None:
    told = copy.deepcopy(rule)
    owner, name = data.draw(st.sampled_from(_elements(told)))
    if name == "type":
        owner["type"] = "deny" if owner["type"] == "permit" else "permit"
    else:
        del owner[name]
    for lang in ("zh", "en"):
        assert sentence(paper(told), lang, _nobody) != sentence(paper(rule), lang, _nobody)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("extension", [{"valueBoolean": True}, {"valueBoolean": False}]),
        ("action", ["use", "disclose"]),
    ],
)
def test_what_the_law_asks_separately_reads_differently(name: str, values: list[Any]) -> None:
    told = set()
    for value in values:
        if name == "extension":
            for kind in ("onward-sharing", "deidentify-required"):
                url = f"https://consent.example.cn/fhir/StructureDefinition/{kind}"
                told.add(read_aloud(paper(permit(HOSPITAL, extension=[{"url": url, **value}])), "zh"))
        else:
            told.add(read_aloud(paper(permit(HOSPITAL, action=[{"coding": [{"code": value}]}])), "zh"))
    assert len(told) == len(values) * (2 if name == "extension" else 1)


def _nobody(reference: str) -> str | None:
    return None


def _elements(rule: Json) -> list[tuple[Json, str]]:
    found = [(rule, name) for name in rule]
    for inner in rule.get("provision", ()):
        found += _elements(inner)
    return found


def _sorted(value: Any) -> Any:
    """Two rules are one when they differ in the order of elements only."""
    if isinstance(value, dict):
        return sorted((name, _sorted(inner)) for name, inner in value.items())
    return [_sorted(one) for one in value] if isinstance(value, list) else value


# A receipt keeps its sentence with the edition of the words. Where this answer changes and no table of words did,
# raise BUILT: otherwise older receipts would be taken for lies.
ALL_OF_IT = {
    "type": "permit",
    "period": {"start": "2026-01-01", "end": "2026-12-31T12:00:00+08:00"},
    "actor": [*who(HOSPITAL, DOCTOR), *who("Organization/x", role="CST"), *who("Practitioner/y", role="AUT")],
    "action": [concept("x", "access"), concept("x", "disclose")],
    "securityLabel": topic("PSY", "HIV") + level("R"),
    "purpose": why("TREAT", "HRESCH"),
    "class": kind("Condition", "Observation"),
    "code": [
        concept("http://loinc.org", "718-7"),
        concept("http://purl.obolibrary.org/obo/duo.owl", "DUO:0000042"),
    ],
    "dataPeriod": {"start": "2020", "end": "2021-05"},
    "data": [{"meaning": "related", "reference": {"reference": "Encounter/e"}}],
    "extension": [
        extension("recipient-region", valueCode="330100"),
        extension("recipient-role", valueCode="nurse"),
        extension("onward-sharing", valueBoolean=False),
        extension("deidentify-required", valueBoolean=True),
    ],
    "provision": [deny(actor=who(DOCTOR), period={"end": "2026-06"}, provision=[permit(purposes=("BTG",))])],
}
KNOWN_ANSWER = (1, "520f980446eb62bc")


def test_a_sentence_that_is_built_otherwise_is_of_another_edition() -> None:
    every = [build_consent(one, consent_id="c-1", at=SIGNED) for one in (WISH, RESEARCH)]
    every += [paper(one) for one in (ALL_OF_IT, deny(provision=[ALL_OF_IT]), permit(provision=[deny()]))]
    told = "\n".join(sentence(one, lang, _nobody) for one in every for lang in ("zh", "en"))
    assert (words.BUILT, hashlib.sha256(told.encode()).hexdigest()[:16]) == KNOWN_ANSWER


def test_another_word_is_another_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    before = words.edition()
    monkeypatch.setitem(words.PURPOSES, "TREAT", ("就医", "treatment"))
    assert words.edition() != before
