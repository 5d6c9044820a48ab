"""Behind a label that always announces a person any few characters are a name; what is written instead is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid.text.announced import find_announced
from deid.text.folding import fold
from deid.text.namefinder import look
from deid.text.people import find_people


def _found(text: str) -> list[str]:
    folded = fold(text)
    return [folded[span.start : span.end] for span in find_announced(folded, look(folded))]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("报告医师:春雨  2024-03-05", "春雨"),
        ("审核者(签字):杜鹃\n", "杜鹃"),
        ("家属签名:海棠,关系:女", "海棠"),
        ("管床:泰山\n", "泰山"),
        ("醫師:普 布\n", "普 布"),
        ("技师:闻主任", "闻"),
        ("记录:徐\n", "徐"),
        ("同意出院,带药两周。骆\n", "骆"),
        ("继续观察。\n   骆\n今日", "骆"),
        ("外籍看護Dewi陪伴", "Dewi"),
        ("受试者姓名缩写:ZHWE 编号", "ZHWE"),
        ("以后由苗青负责随访", "苗青"),
        ("VS 張/R1 王", "张"),
    ],
)
def test_a_label_for_a_person_makes_any_word_a_name(text: str, name: str) -> None:
    assert name in _found(text)


@pytest.mark.parametrize(
    "text",
    [
        "家属签名:已阅  日期:2024-03-05",
        "患者签字:拒签",
        "医生:好的,多喝水",
        "护士:知道了",
        "父:体健,母:健在",
        "报告:正常\n记录:无",
        "值班医师:未签\n",
        "患者:男  60岁",
        "审核:通过",
        "费用由单位负责,由专人护送",
        "结\n果\n正\n常\n",
        "检测项目缩写:ALT",
        "今日复查血常规。无\n",
    ],
)
def test_what_is_written_instead_of_a_name_stays(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("其母回电,吴先生陪同", "吴"),
        ("回执人巩医生", "巩"),
        ("教会苏牧师探访", "苏"),
        ("死者姓名:蒋老太", "蒋"),
        ("血氧下降,已报骆医生", "骆"),
        ("村医卢大夫予退热药", "卢"),
    ],
)
def test_a_title_is_no_part_of_the_name(text: str, name: str) -> None:
    assert {text[span.start : span.end] for span in find_people(text)} == {name}


@pytest.mark.parametrize(
    "text", ["左踝背屈5°,双腓总神经未引出", "窦律 房早 室速", "统筹支付 1200元", "体重下降6公斤"]
)
def test_words_of_the_clinic_that_begin_like_surnames_stay(text: str) -> None:
    assert list(find_people(text)) == []


@given(st.text(alphabet="签名:医师→王已阅 春雨\n,男", max_size=30))
def test_what_is_found_lies_in_the_text(text: str) -> None:
    assert all(0 <= span.start < span.end <= len(text) for span in find_announced(text, look(text)))
