"""In free text, what says who is found in Chinese and in English, and what is only medicine stays."""

import pytest

from deid import TextEngine
from deid.text.engine import LABELS_ZH
from deid.text.finding import TYPES
from tests.deid.marked_notes import notes, read, too_much, uncovered

ENGINE = TextEngine()


def _found(text: str, kind: str) -> list[str]:
    return [text[span.start : span.end] for span in ENGINE.find(text) if span.type == kind]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("ID_CARD", "11010519491231002X", "身份证11010519491231002X。"),
        ("ID_CARD", "１１０１０５１９４９１２３１００２Ｘ", "证件:１１０１０５１９４９１２３１００２Ｘ"),
        ("ID_CARD", "110105 19491231 002X", "110105 19491231 002X"),
        ("ID_CARD", "ll01O5I9491231002X", "号码ll01O5I9491231002X,"),
        ("ID_CARD", "11010519491231\n002X", "11010519491231\n002X"),
        ("ID_CARD", "110105491231002", "老证110105491231002"),
        ("PHONE", "13800000000", "手机13800000000"),
        ("PHONE", "138-0000-0000", "138-0000-0000"),
        ("PHONE", "+86 138 0000 0000", "打+86 138 0000 0000"),
        ("PHONE", "0512-57550000", "电话0512-57550000。"),
        ("PHONE", "(203) 555-0142", "call (203) 555-0142"),
        ("EMAIL", "zhang.san@example.cn", "邮箱zhang.san@example.cn,"),
        ("URL", "https://example.cn/r/1?x=2", "见https://example.cn/r/1?x=2。"),
        ("IP", "192.0.2.17", "终端192.0.2.17登录"),
        ("BANK_CARD", "6222020000000000003", "银行卡6222020000000000003"),
        ("BANK_CARD", "6222 0200 0000 0000 003", "卡号 6222 0200 0000 0000 003"),
        ("PASSPORT", "E12345678", "护照E12345678"),
        ("PERMIT", "H12345678", "通行证H12345678"),
        ("PLATE", "苏E12345", "车牌苏E12345"),
        ("PLATE", "苏E·D12345", "苏E·D12345"),
        ("MRN", "0012345", "住院号:0012345"),
        ("MRN", "CT2025-00817", "影像号 CT2025-00817"),
        ("MRN", "00482913", "MRN: 00482913"),
        ("HEALTH_CARD", "A12345678", "健康卡号A12345678"),
        ("INSURANCE", "1732699940616207", "医保卡号1732699940616207"),
        ("BIRTH_CERT", "T320012345", "出生医学证明编号T320012345"),
        ("DEVICE_ID", "PJN599266", "起搏器序列号PJN599266"),
        ("WECHAT_QQ", "wxid_abcd1234", "微信wxid_abcd1234"),
        ("POSTCODE", "215300", "邮编215300"),
        ("DATE", "2024年3月5日", "于2024年3月5日入院"),
        ("DATE", "二〇二四年三月五日", "二〇二四年三月五日"),
        ("DATE", "3月5日", "3月5日复诊"),
        ("DATE", "2024-03-05 14:20", "2024-03-05 14:20记录"),
        ("DATE", "20240305", "摄片20240305对比"),
        ("DATE", "2024.3.5", "自2024.3.5起"),
        ("DATE", "March 5, 2024", "on March 5, 2024 she"),
        ("DATE", "03/05/2024", "seen 03/05/2024."),
        ("NAME", "张三", "患者:张三"),
        ("NAME", "欧阳测试", "姓名 欧阳测试 性别 女"),
        ("NAME", "阿依古丽·买买提", "姓名:阿依古丽·买买提"),
        ("NAME", "李", "报告李医生"),
        ("NAME", "王秀兰", "经王秀兰主任医师查房"),
        ("NAME", "陈兵", "家属陈兵陪护"),
        ("NAME", "Aldous Pemberton", "seen by Dr. Aldous Pemberton today"),
        ("HOSPITAL", "昆山市第一人民医院", "曾在昆山市第一人民医院就诊"),
        ("ORG", "恒达精密机械有限公司", "工作单位:恒达精密机械有限公司"),
        ("ADDRESS", "江苏省昆山市玉山镇朝阳路8号", "家住江苏省昆山市玉山镇朝阳路8号。"),
        ("AGE", "93岁", "患者93岁"),
        ("AGE", "九十三岁", "老人九十三岁"),
        ("ETHNICITY", "维吾尔族", "民族:维吾尔族"),
        ("RELIGION", "伊斯兰教", "信仰伊斯兰教"),
    ],
)
def test_it_is_found_for_what_it_is(kind: str, value: str, text: str) -> None:
    assert value in _found(text, kind)


@pytest.mark.parametrize(
    "text",
    [
        "WBC 17.9×10^9/L,血小板 125000/ul,NT-proBNP 12500pg/ml,HBV-DNA 1.25×10^6IU/ml",
        "血压 148/86mmHg,心率 78次/分,T 36.5℃,SpO2 97%",
        "予阿司匹林肠溶片100mg qd,硝苯地平控释片30mg qd口服",
        "黄芪30g 白术15g 当归10g 川芎6g 柴胡10g 石膏20g",
        "患者神志清楚,高热不退,黄疸,全身皮肤无黄染,安静状态下无不适",
        "既往帕金森病、梅尼埃病、桥本甲状腺炎、吉兰·巴雷综合征",
        "停经39周,反复头晕3天,加重2小时,约2月余,89岁以下",
        "我院、贵院、当地医院、上级医院、外院均未见异常",
        "CA199 37U/ml,HbA1c 6.8%,HER2(2+),T2N0M0,L4/5椎间盘突出",
        "History of Crohn disease, Hodgkin lymphoma and Bell palsy; BP 128/74, K 3.9, Cr 1.1",
    ],
)
def test_what_is_only_medicine_stays(text: str) -> None:
    assert ENGINE.redact(text).text == text


@pytest.mark.parametrize(
    "text", ["编号 8837201945", "流水 A2025B77310", "no 99120034 here", "1" * 200, "ab12cd34ef56"]
)
def test_a_number_nobody_can_explain_does_not_stay(text: str) -> None:
    assert [span.end for span in ENGINE.find(text)] != []
    assert "MRN" in {span.type for span in ENGINE.find(text)}


def test_who_was_named_once_is_found_everywhere() -> None:
    text = "姓名:赵梓涵 性别:女\n今日赵梓涵体温正常,嘱赵 梓涵多饮水。"
    assert _found(text, "NAME") == ["赵梓涵", "赵梓涵", "赵 梓涵"]


def test_a_latin_name_is_found_again_only_as_a_whole_word() -> None:
    assert _found("Dr. Anna Mann saw Mann; Mannitol given.", "NAME") == ["Anna Mann", "Mann"]


def test_an_organisation_is_found_by_its_credit_code_and_a_wrong_one_is_only_a_number() -> None:
    assert _found("代码91350100M000100Y43", "ORG") == ["91350100M000100Y43"]
    assert _found("代码91350100M000100Y44", "ORG") == []


def test_columns_of_figures_do_not_make_an_identity_card() -> None:
    assert _found("110105 19491231 0021", "ID_CARD") == []
    assert _found("110105194912310021", "ID_CARD") == ["110105194912310021"]


def test_a_name_that_is_also_a_word_is_not_carried_through_the_text() -> None:
    assert ENGINE.redact("姓名:高兴 性别:男\n患者家属很高兴。").text.endswith("很高兴。")


def test_a_text_says_what_was_taken_out_in_its_own_language() -> None:
    assert ENGINE.redact("患者:张三,电话13800000000").text == "患者:[姓名],电话[电话]"
    assert ENGINE.redact("Patient: John Smith, phone (203) 555-0142").text == "Patient: [NAME], phone [PHONE]"
    assert ENGINE.redact("患者:张三", lang="en").text == "患者:[NAME]"
    assert set(LABELS_ZH) == set(TYPES)


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("chinese", 0.98),
        ("english", 1.0),
        ("unseen", 0.80),
    ],  # unseen: what to expect of this engine elsewhere
)
def test_of_invented_notes_as_much_is_found_as_was_measured(name: str, least: float) -> None:
    all_notes = notes(name)
    missed = [one for note in all_notes for one in uncovered(note, ENGINE.find(note.text))]
    marked = sum(len(note.spans) for note in all_notes)
    assert 1 - len(missed) / marked >= least, missed


@pytest.mark.parametrize(("name", "most"), [("chinese", 2), ("english", 2), ("unseen", 8)])
def test_and_no_more_is_taken_out_than_was_measured(name: str, most: int) -> None:
    all_notes = notes(name)
    taken = sum(too_much(note, ENGINE.find(note.text)) for note in all_notes)
    assert 1000 * taken / sum(len(note.text) for note in all_notes) <= most


def test_a_mark_is_read_where_it_stands() -> None:
    note = read("姓名<NAME|张三>。")
    assert note.text == "姓名张三。"
    assert uncovered(note, []) == ["NAME 张三"]
