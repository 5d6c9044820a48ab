"""The name finder: names that nothing points at are found, and what only looks like one stays."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid.text.folding import fold
from deid.text.memory import find_again
from deid.text.namefinder import find_names, glance, look
from deid.text.namefinder.features import word_codes
from deid.text.namefinder.model import our_model, read_model
from deid.text.namefinder.network import CLASSES, REACH
from deid.text.namefinder.opinion import GUESSED
from deid.text.people import find_people
from deid.text.romanised import find_romanised
from deid.text.spans import LIKELY, Span

NAMED = [
    ("李建国", "由李建国送入我院。"),
    ("王磊", "其子王磊代述病史。"),
    ("张", "与家属张某谈话。"),
    ("刘", "请刘主任查房。"),
    ("王秀英", "患者王秀英,女,67岁。"),
    ("小陈", "护士小陈测血压。"),
    ("赵", "转告赵医生。"),
    ("张伟", "张伟 2024-1-3"),
    ("周淑芬", "3床 周淑芬 女 68岁 肺炎"),
    ("钱志明", "(钱志明)签收。"),
    ("何丽", "手术者:孙强、何丽、郑涛"),
    ("王 伟", "姓名:王 伟 性别:男"),
    ("欧阳静", "报告医师欧阳静"),
    ("古丽娜尔·买买提", "患者古丽娜尔·买买提,女"),
    ("扎西次仁", "姓名:扎西次仁"),
    ("吴桂花", "吴桂花今日体温正常。"),
    ("一诺", "患儿一诺咳嗽"),
    ("钱", "值班医师钱、护士孙丽"),
]


@pytest.mark.parametrize(("name", "text"), NAMED, ids=[text for _, text in NAMED])
def test_a_name_is_found_without_a_label(name: str, text: str) -> None:
    found = {at for span in find_people(fold(text)) for at in range(span.start, span.end)}
    start = text.index(name)
    assert {at for at in range(start, start + len(name)) if text[at] != " "} <= found


@pytest.mark.parametrize(
    "text",
    [
        "黄芪30g 白芍15g 金银花12g 石膏20g,水煎服。",
        "考虑帕金森病,不除外吉兰-巴雷综合征、柯兴综合征、雷诺现象。",
        "贺利氏骨水泥,西门子CT,克氏针两枚。",
        "关节肿痛,高热,黄疸,水肿,易激惹,时有头晕,全程陪护。",
        "马上应急处理,何时何处任何异常均解除,左侧安静。",
        "常规消毒铺巾,应用金属支架,白细胞升高,夏季多发。",
        "家属表示理解,患者一般情况可,医生嘱其复查。",
        "我爱人也有高血压,我妹妹都还好,医生建议多喝水。",
        "既往体健,否认肝炎、结核病史,父母健在。",
        "麻醉成功后取平卧位,沿正中切口逐层切开。",
        "孕12-15周,3次/周,硬膜外腔16孔,费用120元。",
        "1.查体:腹软。2.备注:无。3.合计:186元",
        "公卫医师随访,请主治医师签字。",
        "狗咬伤3小时,钉子扎脚,双嘧达莫及氨酚黄那敏口服。",
    ],
)
def test_what_only_looks_like_a_name_stays(text: str) -> None:
    assert [text[span.start : span.end] for span in find_people(fold(text))] == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("母亲 Jiang Xiulan 陪同", "Jiang Xiulan"),
        ("医师Wei ZHANG。", "Wei ZHANG"),
        ("LIU XIAOMING 男", "LIU XIAOMING"),
        ("Ouyang, Na", "Ouyang, Na"),
    ],
)
def test_a_chinese_name_in_latin_letters_is_found(text: str, name: str) -> None:
    assert [text[span.start : span.end] for span in find_romanised(text)] == [name]


@pytest.mark.parametrize("text", ["He was", "Child-Pugh B", "ALT AST", "Killip II", "She Can", "GCS Motor"])
def test_english_words_and_abbreviations_are_no_chinese_names(text: str) -> None:
    assert list(find_romanised(text)) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Wong Siu Ming(黄小明),男", "Wong Siu Ming"),
        ("联系人:K. Lee/李国强", "K. Lee"),
        ("Clinician: Xu(徐主任)", "Xu"),
    ],
)
def test_the_same_name_in_latin_letters_is_found_beside_the_chinese_one(text: str, name: str) -> None:
    assert name in [text[span.start : span.end] for span in find_people(fold(text))]


@pytest.mark.parametrize("text", ["头颅CT(徐主任阅片)", "Beta Blocker(安全)口服", "复查CT/李国强阅"])
def test_what_stands_beside_a_name_and_is_none_stays(text: str) -> None:
    found = [text[span.start : span.end] for span in find_people(fold(text))]
    assert not [name for name in found if name.isascii()]


def test_what_was_only_guessed_is_not_looked_for_elsewhere() -> None:
    """A wrong guess costs one place, not every place where the same two characters stand."""
    text = "孙晗丙丁戊己庚辛,孙晗"
    guess, sure = Span(0, 2, "NAME", GUESSED), Span(0, 2, "NAME", LIKELY)
    assert list(find_again(text, [guess])) == []
    assert {span.start for span in find_again(text, [sure])} == {0, 9}


@pytest.mark.parametrize(
    ("text", "named", "again"),
    [
        ("赵梓涵说,梓涵今日好", (0, 3), "梓涵"),
        ("李秀珠来,李 秀 珠走", (0, 3), "李 秀 珠"),
        ("李秀珠来,李秀\n珠走", (0, 3), "李秀\n珠"),
    ],
)
def test_a_name_is_found_again_short_spaced_and_broken(text: str, named: tuple[int, int], again: str) -> None:
    found = [text[span.start : span.end] for span in find_again(text, [Span(*named, "NAME", LIKELY)])]
    assert again in found


@pytest.mark.parametrize("text", ["高兴今日入院,患者很高兴", "常规查房,提高常规"])
def test_a_name_that_is_a_word_is_not_found_again(text: str) -> None:
    assert list(find_again(text, [Span(0, 2, "NAME", LIKELY)])) == []


def test_the_fast_look_sees_what_the_long_one_sees_around_surnames() -> None:
    text = "患者王秀英,女,67岁,由其子李建国送入。" * 20
    long, short = look(text), glance(text, [])
    assert list(short.names()) == list(long.names())
    assert glance("", []).scores.shape == (0, CLASSES)


@pytest.mark.parametrize("text", ["患者海棠,女,41岁", "保姆小兰:每日翻身", "签收人:子墨  电话"])
def test_the_fast_look_sees_names_without_a_surname_behind_who_somebody_is(text: str) -> None:
    found = [text[span.start : span.end] for span in find_people(text, thorough=False)]
    assert found
    assert found == [text[span.start : span.end] for span in find_people(text)]


def test_a_hospitals_own_names_are_found_wherever_they_stand() -> None:
    text = "交给慕容复核对"
    found = [text[span.start : span.end] for span in find_names(text, staff=frozenset({"慕容复"}))]
    assert "慕容复" in found


@given(st.text(max_size=80))
def test_any_text_has_an_opinion_of_each_of_its_characters(text: str) -> None:
    opinion = look(text)
    assert opinion.scores.shape == (len(text), CLASSES)
    assert len(word_codes(text)) == len(text)
    assert all(0 <= span.start < span.end <= len(text) for span in opinion.names())


def test_a_long_text_in_pieces_gets_the_same_scores_as_whole() -> None:
    text = "患者王秀英,女,67岁,由其子李建国送入。" * 200
    codes = our_model().alphabet.encode(text)
    scores = our_model().network.scores(codes)
    piece = tuple(code[1000 - REACH : 1100 + REACH] for code in codes)
    alone = our_model().network.scores(piece)[REACH:-REACH]
    assert np.allclose(scores[1000:1100], alone, atol=1e-5)


def test_a_model_that_is_written_and_read_finds_the_same() -> None:
    model = our_model()
    raw = model.to_bytes()
    assert len(raw) < 15_000_000
    again = read_model(raw)
    codes = again.alphabet.encode("请刘主任查房")
    assert np.array_equal(again.network.scores(codes), model.network.scores(codes))
    assert again.to_bytes() == raw


@pytest.mark.attack
@pytest.mark.parametrize("piece", ["王", "王 ", "王\n", "阿·"])
def test_characters_without_a_break_take_no_longer_each_the_more_there_are(piece: str) -> None:
    """Counted in processor time, with room for a busy machine."""
    short, long = piece * (10_000 // len(piece)), piece * (100_000 // len(piece))
    look(short)
    assert _seconds(long) < 10 * 5 * max(_seconds(short), 0.01)


def _seconds(text: str) -> float:
    begun = time.process_time()
    list(look(text).names())
    return time.process_time() - begun
