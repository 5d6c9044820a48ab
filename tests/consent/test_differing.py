"""What changed between two versions: nothing that decides goes unsaid, and nothing is said that decides alike."""

import copy
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent import Config, decide, difference, withdraw
from consent.differing import changes
from consent.meaning import NAMES
from consent.rules import Conditions
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
from tests.consent.test_building import SIGNED
from tests.consent.test_sentences import NAMES as CALLED
from tests.consent.wishes_of_anybody import questions, rules

KUNSHAN = "Organization/ks"
OLD = permit(KUNSHAN, period={"end": "2026-01-09"}, provision=[deny(securityLabel=topic("HIV"))]) | {
    "class": kind("DiagnosticReport")
}
ZH_NOTHING = "内容没有变化，只有登记信息不同。"


def told(old: Json, new: Json, lang: str = "zh") -> str:
    return difference(old, new, lang, CALLED[lang].get)


def test_who_and_how_long_read_as_a_person_would_say_it() -> None:
    new = OLD | {"actor": who(HOSPITAL), "period": {"end": "2027-01-09"}}
    assert told(paper(OLD), paper(new)) == (
        "昆山市第一人民医院不再可以查看您的检查检验报告。新增：玉枫医院可以查看您的检查检验报告。"
        "截止日期由 2026-01-09 改为 2027-01-09。"
    )
    assert told(paper(OLD), paper(new), "en") == (
        "Kunshan First People's Hospital may no longer see your test reports."
        " New: Yufeng Hospital may see your test reports. Last day: 9 Jan 2026 before, now 9 Jan 2027."
    )


@pytest.mark.parametrize(
    ("old", "new", "zh"),
    [
        ({"purpose": why("TREAT")}, {"purpose": why("COC")}, "为什么看：新增转诊和协同治疗；不再有看病。"),
        ({}, {"class": kind("Observation")}, "看哪类记录：原来不限，现在只限检查检验结果。"),
        ({"class": kind("Observation")}, {}, "看哪类记录：原来只限检查检验结果，现在不限。"),
        ({"period": {"end": "2026"}}, {}, "截止日期：原来是 2026，现在没有。"),
        ({}, {"dataPeriod": {"start": "2020-01-01"}}, "记录的时间：原来没有，现在是 2020-01-01 起。"),
        (
            {"securityLabel": level("N")},
            {"securityLabel": topic("PSY")},
            "按私密标签：新增精神科相关信息；不再有私密程度不高于一般。",
        ),
        (
            {"extension": [extension("onward-sharing", valueBoolean=True)]},
            {"extension": [extension("onward-sharing", valueBoolean=False)]},
            "能否转给别人由 “可以转给别人” 改为 “不得转给别人”。",
        ),
        (
            {"provision": [deny(actor=who(DOCTOR))]},
            {"provision": [deny(securityLabel=topic("HIV"))]},
            "不再有这项例外：不同意乔医生。新增例外：不含艾滋病相关信息。",
        ),
    ],
)
def test_each_condition_is_told_in_words_of_its_own(old: Json, new: Json, zh: str) -> None:
    assert told(paper({"type": "permit"} | old), paper({"type": "permit"} | new)) == zh


def test_what_changed_inside_a_refusal_is_told_as_such() -> None:
    assert told(paper(deny()), paper(deny(purpose=why("HMARKT")))) == (
        "您不同意的部分，为什么看：原来不限，现在只限营销推广。"
    )


def test_yes_that_became_no_is_told_whole() -> None:
    assert told(paper(permit(HOSPITAL)), paper(deny())) == (
        "原来：您同意玉枫医院为看病查看您的记录。现在：您不同意任何人查看您的记录。"
    )


def test_taking_it_back_is_the_one_thing_told() -> None:
    old = paper(OLD)
    assert told(old, withdraw(old, at=SIGNED, by=ME)) == "这份同意已收回，不再有效。"


WHOLE = [
    ({"status": "draft"}, "状态"),
    ({"scope": concept("x", "treatment")}, "适用范围"),
    ({"dateTime": "2026-04-05"}, "签署时间由 2026-02-03 改为 2026-04-05。"),
    ({"performer": [{"reference": DOCTOR}]}, "签署人：新增乔医生"),
    ({"policy": [{"uri": "https://platform.example/policy/paper|2"}]}, "条款：新增https://platform.example"),
    ({"organization": [{"reference": KUNSHAN}]}, "保管机构：新增昆山市第一人民医院。"),
    (
        {"category": [concept("http://loinc.org", "59284-0")]},
        "单独确认：不再有使用特别私密的信息、提供给其他机构。",
    ),
    (
        {"extension": [extension("research-study", valueReference={"reference": "ResearchStudy/s"})]},
        "研究项目",
    ),
    ({"extension": [extension("geographic-limit", valueCode="330100")]}, "限于的研究地区：新增杭州市。"),
    ({"extension": [extension("retention-days", valueInteger=30)]}, "保存期限：原来没有，现在是 30 天。"),
    (
        {"extension": [extension("delegation-evidence", valueReference={"reference": "#proof"})]},
        "可以替患者做主的证明：原来没有，现在有了。",
    ),
]


@pytest.mark.parametrize(("changed", "says"), WHOLE, ids=lambda one: str(one)[:40])
def test_what_stands_on_the_consent_as_a_whole_is_told(changed: Json, says: str) -> None:
    there = told(paper(OLD), paper(OLD) | changed)
    assert says in there
    assert there.count("。") == 1
    back = told(paper(OLD) | changed, paper(OLD))
    assert back not in (there, ZH_NOTHING)


def test_proof_that_is_gone_is_told() -> None:
    old = paper(OLD)
    without = {name: value for name, value in old.items() if name != "sourceReference"}
    assert told(old, without) == "签署依据：原来有，现在没有。"


def test_marks_of_the_registry_change_nothing() -> None:
    marked = paper(OLD) | {
        "meta": {"versionId": "7", "lastUpdated": "2026-05-05T00:00:00Z"},
        "language": "zh",
    }
    assert told(paper(OLD), marked) == ZH_NOTHING
    assert told(paper(OLD), marked, "en").startswith("Nothing changed")


def test_the_same_instant_written_otherwise_changes_nothing() -> None:
    day = {"period": {"end": "2026-01-09"}}
    instant = {"period": {"end": "2026-01-09T23:59:59+08:00"}}
    assert told(paper(OLD | day), paper(OLD | instant)) == ZH_NOTHING


def test_what_cannot_be_understood_is_never_called_unchanged() -> None:
    good, bad = paper(OLD), paper({"purpose": []})
    assert "现在无法确切理解" in told(good, bad)
    assert told(bad, good).startswith("原来无法确切理解，现在可以。现在：您同意")
    assert "无从比较" in told(bad, bad)


def test_every_condition_there_is_counts_as_meaning() -> None:
    assert set(NAMES) == set(get_type_hints(Conditions))


@given(rules, rules)
def test_a_change_is_told_exactly_where_something_is_decided_otherwise(one: Json, other: Json) -> None:
    same = _effect(one) == _effect(other)
    for lang in ("zh", "en"):
        assert (changes(paper(one), paper(other), lang, _nobody) == []) is same


@given(rules, st.data())
def test_every_change_of_an_element_has_a_sentence(rule: Json, data: st.DataObject) -> None:
    changed = copy.deepcopy(rule)
    owner, name = data.draw(st.sampled_from(_elements(changed)))
    if name == "type":
        owner["type"] = "deny" if owner["type"] == "permit" else "permit"
    else:
        del owner[name]
    same = _effect(rule) == _effect(changed)
    for lang in ("zh", "en"):
        there = changes(paper(rule), paper(changed), lang, _nobody)
        back = changes(paper(changed), paper(rule), lang, _nobody)
        assert (there == []) is (back == []) is same
        assert same or there != back


@settings(max_examples=100)
@given(rules, st.data(), questions())
def test_where_nothing_changed_everything_is_decided_alike(
    rule: Json, data: st.DataObject, question: Json
) -> None:
    other = _rewritten(rule, data.draw)
    old, new = paper(rule), paper(other)
    assert changes(old, new, "zh", _nobody) == []
    answers = [decide([one], question, Config()) for one in (old, new)]
    assert answers[0].decision == answers[1].decision
    assert answers[0].reason == answers[1].reason
    assert answers[0].permitted == answers[1].permitted
    assert answers[0].redacted == answers[1].redacted


def _rewritten(rule: Json, draw: Any, inherited: Json | None = None) -> Json:
    """The same said otherwise: lists turned round, what is inherited said again, a nested rule said twice."""
    said = {**(inherited or {}), **rule}
    written = dict(rule)
    for name in sorted(said.keys() - {"type", "provision", "extension"}):
        if name in rule or draw(st.booleans()):
            value = said[name]
            written[name] = value[::-1] if isinstance(value, list) else value
    # Actors of several kinds stand in one element: here all are recipients, so it is inherited as a whole.
    inner = [
        _rewritten(one, draw, {k: v for k, v in said.items() if k != "provision"})
        for one in rule.get("provision", ())
    ]
    if inner:
        written["provision"] = inner[::-1] + (inner[:1] if draw(st.booleans()) else [])
    return written


def _effect(rule: Json, inherited: Json | None = None, depth: int = 0) -> frozenset[Any]:
    """What a rule and all inside it come to, worked out from the JSON and not from our rule tree."""
    own = {name: value for name, value in rule.items() if name not in ("type", "provision")}
    whole = (inherited or {}) | own
    effect = {(depth, rule["type"], frozenset((name, _plain(value)) for name, value in whole.items()))}
    for inner in rule.get("provision", ()):
        effect |= _effect(inner, whole, depth + 1)
    return frozenset(effect)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return frozenset((name, _plain(inner)) for name, inner in value.items())
    return frozenset(map(_plain, value)) if isinstance(value, list) else value


def _elements(rule: Json) -> list[tuple[Json, str]]:
    found = [(rule, name) for name in rule]
    for inner in rule.get("provision", ()):
        found += _elements(inner)
    return found


def _nobody(reference: str) -> str | None:
    return None
