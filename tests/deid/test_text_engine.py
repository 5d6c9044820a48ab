"""The engine as a whole: its profiles, what a hospital adds of its own, and that it asks nobody."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType

import pytest

from deid import TextEngine
from deid.text.finding import Finder, Profile
from deid.text.spans import LABELLED, LIKELY, Span

PROFILES: tuple[Profile, ...] = ("fast", "strict")


@dataclass(frozen=True)
class House:
    """What a hospital might add: finders, and terms that identify nobody."""

    finders: tuple[Finder, ...] = ()
    digest: str = ""
    allowed: frozenset[str] = frozenset()


def _texts(engine: TextEngine, text: str) -> list[str]:
    return [text[span.start : span.end] for span in engine.find(text)]


@pytest.mark.parametrize("profile", PROFILES)
def test_either_profile_finds_who_a_note_is_about(profile: Profile) -> None:
    engine = TextEngine(profile)
    assert _texts(engine, "姓名:张三\n电话13800000000") == ["张三", "13800000000"]
    assert _texts(engine, "Patient: John Smith, phone (203) 555-0142") == ["John Smith", "(203) 555-0142"]


@pytest.mark.parametrize("lang", ["auto", "zh", "en"])
def test_a_note_in_two_languages_is_read_in_both(lang: str) -> None:
    text = "Seen by Dr. Aldous Pemberton; 家属陈兵陪护"
    found = [text[span.start : span.end] for span in TextEngine().find(text, lang)]
    assert found == ["Aldous Pemberton", "陈兵"]


def test_what_a_hospital_adds_is_looked_for_too_and_is_given_plain_characters() -> None:
    def find_badges(text: str) -> Iterator[Span]:
        at = text.find("牌A7")
        if at >= 0:
            yield Span(at + 1, at + 3, "MRN", LABELLED)

    engine = TextEngine(recognizers=House(finders=(find_badges,)))
    assert _texts(engine, "牌Ａ７") == ["Ａ７"]
    assert _texts(TextEngine(), "牌Ａ７") == []


def test_a_term_a_hospital_allows_takes_away_what_was_only_guessed_in_it() -> None:
    house = House(allowed=frozenset({"北斗医院"}))  # a program
    assert _texts(TextEngine(), "由北斗医院登记,转昆山市中医院") == ["北斗医院", "昆山市中医院"]
    assert _texts(TextEngine(recognizers=house), "由北斗医院登记,转昆山市中医院") == ["昆山市中医院"]


@pytest.mark.parametrize("text", ["姓名:张三", "身份证11010519491231002X", "电话13800000000"])
def test_but_not_what_a_label_or_a_check_digit_tells(text: str) -> None:
    house = House(allowed=frozenset({text}))
    assert TextEngine(recognizers=house).find(text) == TextEngine().find(text) != []


def test_nor_what_only_begins_in_it() -> None:
    house = House(allowed=frozenset({"北斗医"}))
    assert _texts(TextEngine(recognizers=house), "转北斗医院") == ["北斗医院"]


def test_spans_come_in_order_whatever_their_certainty() -> None:
    spans = TextEngine().find("报告李医生,姓名:张三,于2024年3月5日,身份证11010519491231002X")
    assert [span.start for span in spans] == sorted(span.start for span in spans)
    assert {LIKELY, LABELLED} <= {span.score for span in spans}


@pytest.mark.parametrize(
    "text",
    [
        "姓名:张三\n电话13800000000,住昆山市玉山镇1号,身份证11010519491231002X",
        "Patient: John Smith, MRN: 00482913, phone (203) 555-0142",
        "[姓名]于[日期]入院",
        "[[姓名]]",
    ],
)
def test_redacting_what_was_redacted_changes_nothing(text: str) -> None:
    once = TextEngine().redact(text).text
    assert TextEngine().redact(once).text == once


def test_a_label_that_stands_in_the_text_stays() -> None:
    assert TextEngine().redact("[姓名]于2024年3月5日入院").text == "[姓名]于[日期]入院"


def test_what_comes_to_light_only_then_is_taken_out_where_it_stood() -> None:
    def find_b_behind_a_label(text: str) -> Iterator[Span]:
        yield from (
            Span(at, at + 1, "MRN", LABELLED) for at in range(len(text)) if text[at - 1 : at + 1] == "]b"
        )

    def find_a(text: str) -> Iterator[Span]:
        yield from (Span(at, at + 1, "NAME", LABELLED) for at, char in enumerate(text) if char == "a")

    redacted = TextEngine(recognizers=House(finders=(find_a, find_b_behind_a_label))).redact("x b ab b")
    assert redacted.text == "x b [NAME][MRN] b"
    assert [(span.start, span.end) for span in redacted.spans] == [(4, 5), (5, 6)]


def test_the_frame_does_nothing_for_each_character() -> None:
    """What presidio itself calls depends on how much is found, not on how long the text is."""
    engine = TextEngine("fast")
    engine.find("first look")
    short, long = ("姓名:张三\n" + "\n" * more for more in (1, 100_000))
    assert _calls_of_presidio(engine, long) == _calls_of_presidio(engine, short) > 0


def _calls_of_presidio(engine: TextEngine, text: str) -> int:
    calls = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        calls += event == "call" and frame.f_globals["__name__"].startswith("presidio_analyzer")

    sys.setprofile(count)
    try:
        engine.find(text)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("患者Aldous Pemberton今日入院", ["Aldous Pemberton"]),
        ("转诊医生Dr. Aldous Pemberton,见Mar 5, 2024来信", ["Aldous Pemberton", "Mar 5, 2024"]),
        ("影像所见如上。Reported by: 单于敏, MD", ["单于敏"]),
        ("CT示右肺结节,WBC 12.4×10^9/L,N 78%,予NS 250ml ivgtt", []),
    ],
)
def test_english_in_a_chinese_note_is_read_where_it_stands(text: str, found: list[str]) -> None:
    assert _texts(TextEngine(), text) == found
