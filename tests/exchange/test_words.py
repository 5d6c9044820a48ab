"""What an officer and a patient read: every code in words, and nobody called by two names in one sentence."""

import ast
import re

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.reasons import ALL_WORDS
from consent.words import CLASSES, PURPOSES
from exchange.audit import reasons_of, words
from exchange.audit.story import GROUNDS, SENTENCES
from exchange.audit.voice import READERS, Reader, spoken
from exchange.audit.words import EVENTS, OUTCOMES, REASONS, SOURCES
from exchange.node.node import Node
from tests.exchange.nodes import allow, emergency, entries, put, question
from tests.house.tree import ROOT

_CHINESE = re.compile("[\u4e00-\u9fff]")
_RULES = ROOT / "policies" / "rego" / "hutong_data" / "reasons" / "data.json"


def _written() -> set[tuple[str, str]]:
    """(type, subtype) of the entries that the program's text writes out side by side."""
    found = set()
    for file in sorted((ROOT / "exchange").rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Entry":
                said = {
                    one.arg: one.value.value for one in call.keywords if isinstance(one.value, ast.Constant)
                }
                if {"type", "subtype"} <= set(said):
                    found.add((str(said["type"]), str(said["subtype"])))
    return found


def test_every_kind_of_entry_has_words() -> None:
    written = _written()
    assert len(written) >= 8
    assert written - set(EVENTS) == set()


@pytest.mark.parametrize(
    "table", [EVENTS, OUTCOMES, SOURCES, REASONS], ids=["events", "outcomes", "sources", "reasons"]
)
def test_words_are_in_both_languages(table: dict[object, tuple[str, str]]) -> None:
    assert [code for code, (zh, en) in table.items() if not _CHINESE.search(zh) or _CHINESE.search(en)] == []


def test_an_entry_of_every_look_is_told_without_a_bare_code(node: Node) -> None:
    put(question(node), node.office)
    allow(node)
    put(question(node), node.office)
    put(emergency(node), node.office)
    rules = reasons_of(node)
    for one in (found.entry for found in entries(node)):
        for lang in ("zh", "en"):
            assert words.event(one, lang) != f"{one.type} {one.subtype}"
            assert not one.why or words.reason(one.why, lang, rules) != one.why
            assert bool(_CHINESE.search(words.event(one, lang))) == (lang == "zh")


def test_a_reason_of_the_rules_is_told_in_the_words_of_the_rules(node: Node) -> None:
    told = orjson.loads(_RULES.read_bytes())["CODE_NOT_VALID"]
    assert words.reason("CODE_NOT_VALID", "en", reasons_of(node)) == f"{told['en']} (CODE_NOT_VALID)"
    assert words.reason("CODE_NOT_VALID", "zh", reasons_of(node)).startswith(told["zh"])


def test_a_code_nobody_knows_shows_itself_once() -> None:
    assert words.reason("RULE_OF_ANOTHER_REGION", "en") == "RULE_OF_ANOTHER_REGION"


def _ours() -> list[tuple[str, str]]:
    """Every text of ours that goes into such a sentence: (zh, en)."""
    rules = orjson.loads(_RULES.read_bytes()).values()
    return [
        *((one.zh, one.en) for one in ALL_WORDS.values()),
        *((one["zh"], one["en"]) for one in rules),
        *PURPOSES.values(),
        *CLASSES.values(),
        *GROUNDS.values(),
        *((SENTENCES["zh", permit], SENTENCES["en", permit]) for permit in (True, False)),
    ]


@pytest.mark.parametrize(("zh", "en"), _ours())
def test_a_patient_is_never_called_the_patient_and_an_officer_never_you(zh: str, en: str) -> None:
    to_patient, to_officer = spoken(en, "patient", "en"), spoken(en, "officer", "en")
    assert "the patient" not in to_patient
    assert not re.search(r"\byou (has|is|was|does|takes)\b", to_patient)
    assert not re.search(r"\byour?\b", to_officer)
    assert not re.search(r"\bthe patient (have|are|were|do|take)\b", to_officer)
    assert "您" not in spoken(zh, "officer", "zh")
    assert re.sub("某一患者|自己的患者", "", spoken(zh, "patient", "zh")).count("患者") == 0


KNOWN = [
    ("patient", "en", "the patient took the consent back", "you took the consent back"),
    (
        "patient",
        "en",
        "the patient's code is missing, used or expired",
        "your code is missing, used or expired",
    ),
    ("patient", "en", "the patient is grown up now", "you are grown up now"),
    ("officer", "en", "your care", "the patient's care"),
    ("officer", "en", "and you were there as a patient", "and the patient was there as a patient"),
    ("patient", "zh", "患者已收回同意", "您已收回同意"),
    ("patient", "zh", "保管病历的医院为自己的患者看病", "保管病历的医院为自己的患者看病"),
    ("officer", "zh", "您本人的申请", "患者本人的申请"),
]


@pytest.mark.parametrize(("reader", "lang", "said", "heard"), KNOWN)
def test_who_reads_decides_how_it_is_said(reader: Reader, lang: str, said: str, heard: str) -> None:
    assert spoken(said, reader, lang) == heard


@given(st.sampled_from(_ours()), st.sampled_from(READERS))
def test_saying_it_twice_changes_nothing(text: tuple[str, str], reader: Reader) -> None:
    for words_, lang in zip(text, ("zh", "en"), strict=True):
        once = spoken(words_, reader, lang)
        assert spoken(once, reader, lang) == once
