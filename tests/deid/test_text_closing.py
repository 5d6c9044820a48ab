"""Scanned paper comes spaced out; what stands in it is found all the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid import TextEngine
from deid.text.closing import close_up, close_wholly, spaced_out

ENGINE = TextEngine()


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("苍 山 县 妇 幼 保\n健 院", "HOSPITAL", "苍 山 县 妇 幼 保\n健 院"),
        ("淄博市 博 山 \n区医院 出诊", "HOSPITAL", "淄博市 博 山 \n区医院"),
        ("地 址: 江 苏 省 昆 山 市 玉 山 镇", "ADDRESS", "江 苏 省 昆 山 市 玉 山 镇"),
    ],
)
def test_what_is_spaced_out_is_found_over_its_gaps(text: str, kind: str, value: str) -> None:
    found = [(span.type, text[span.start : span.end]) for span in ENGINE.find(text)]
    assert (kind, value) in found


@pytest.mark.parametrize("text", ["姓名 张三 性别 男", "一行\n又一行", "a b c d e", ""])
def test_columns_and_lines_stay_apart(text: str) -> None:
    assert spaced_out(text) == []


@given(st.text(alphabet="张 三\n李a1", max_size=60))
def test_every_character_keeps_its_place(text: str) -> None:
    for closed in (close(text, *span) for span in spaced_out(text) for close in (close_up, close_wholly)):
        places = [closed.spread(at, at + 1) for at in range(len(closed.text))]
        assert "".join(text[start:end] for start, end in places) == closed.text


def test_of_a_scanned_page_a_place_is_found_over_its_lines() -> None:
    text = "诊 断 证 明 书\n住址: 昆山市玉山镇 \n柳河村 9 号\n兹 证 明"
    found = [(span.type, text[span.start : span.end]) for span in ENGINE.find(text)]
    assert ("ADDRESS", "昆山市玉山镇 \n柳河村 9 号") in found
