"""Tibetan, Mongol, Uyghur, Kazakh and Yi names in Han characters, with no surname and no dot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid.text.folding import fold
from deid.text.peoples import find_of_peoples


def _found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in find_of_peoples(fold(text))]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("已请洛桑顿珠转交", "洛桑顿珠"),
        ("家属央金表示知晓", "央金"),
        ("随访:仁青、8月复诊", "仁青"),
        ("护士斯琴交班", "斯琴"),
        ("问萨仁高娃要病历", "萨仁高娃"),
        ("跟艾则孜大夫说一声", "艾则孜"),
        ("已联系阿瓦古丽复诊", "阿瓦古丽"),
        ("患者叶斯木汗,男", "叶斯木汗"),
        ("请曲木翻译", "曲木"),
        ("吉伍 3床 血糖6.1", "吉伍"),
        ("藥師:達瓦", "達瓦"),
        ("5床强巴 血压高", "强巴"),
        ("他女婿多吉留了电话", "多吉"),
    ],
)
def test_a_name_without_a_surname_is_found(text: str, name: str) -> None:
    assert name in _found(text)


@pytest.mark.parametrize(
    "text",
    [
        "转乌兰浩特市人民医院",
        "格列本脲2.5mg,格列齐特30mg,每日一次",
        "家住白玛乡三组",
        "德庆县人,否认疫区居住史",
        "阿卡波糖餐时嚼服,阿托伐他汀睡前服",
        "已行常规检查,努力配合康复训练",
    ],
)
def test_towns_and_drugs_that_share_a_part_stay(text: str) -> None:
    assert _found(text) == []


@given(st.text(alphabet="阿古丽尔扎西次仁乌兰格列其木县,说 ", max_size=30))
def test_what_is_found_lies_in_the_text(text: str) -> None:
    assert all(0 <= span.start < span.end <= len(text) for span in find_of_peoples(text))
