"""What the record itself knows of a patient never stands in a text of theirs, however it is written there."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid.knowing import known_of
from deid.text import known
from deid.text.known import NOTHING, Known
from deid.text.operators.written import traditional

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "gender": "female",
    "name": [{"family": "王", "given": ["秀英"], "text": "王秀英"}, {"text": "Wang Xiuying"}],
    "identifier": [
        {"system": "urn:oid:2.16.156.10011.1.3", "value": "11010519491231002X"},
        {"system": "https://his.example.org/mrn", "value": "A-0012345"},
    ],
    "telecom": [
        {"system": "phone", "value": "138 0000 0000"},
        {"system": "phone", "value": "0512-57550000"},
        {"system": "email", "value": "xiuying.w@example.cn"},
    ],
    "address": [
        {"line": ["玉山镇朝阳路8号"], "city": "苏州市", "district": "昆山市", "state": "江苏省", "postalCode": "215300"}
    ],
    "birthDate": "1949-12-31",
    "contact": [{"name": {"text": "李建国"}, "telecom": [{"value": "13900000000"}]}],
}  # fmt: skip
KNOWN = known_of([PATIENT, {"resourceType": "Practitioner", "name": [{"family": "Mann", "given": ["Anna"]}]}])


def _found(text: str, what: Known = KNOWN) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.type) for span in what.find(text)]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("王秀英", "NAME"),
        ("王 秀 英", "NAME"),
        ("王\n  秀英", "NAME"),
        ("王·秀英", "NAME"),
        ("秀英", "NAME"),
        ("Wang Xiuying", "NAME"),
        ("WANG XIU-YING", "NAME"),
        ("Xiuying Wang", "NAME"),
        ("wangxiuying", "NAME"),
        ("Ｗａｎｇ Ｘｉｕｙｉｎｇ", "NAME"),
        ("李建国", "NAME"),
        ("李建國", "NAME"),
        ("Anna Mann", "NAME"),
        ("Mann, Anna", "NAME"),
        ("A. Mann", "NAME"),
        ("Mann", "NAME"),
        ("11010519491231002x", "ID_CARD"),
        ("１１０１０５１９４９１２３１００２Ｘ", "ID_CARD"),
        ("110105 19491231 002X", "ID_CARD"),
        ("110105-19491231-\n002X", "ID_CARD"),
        ("110105491231002", "ID_CARD"),
        ("A0012345", "MRN"),
        ("a 0012345", "MRN"),
        ("13800000000", "PHONE"),
        ("138-0000-0000", "PHONE"),
        ("57550000", "PHONE"),
        ("0512 5755 0000", "PHONE"),
        ("XIUYING.W@EXAMPLE.CN", "EMAIL"),
        ("玉山镇朝阳路8号", "ADDRESS"),
        ("玉山鎮朝陽路8號", "ADDRESS"),
        ("昆山", "ADDRESS"),
        ("215300", "POSTCODE"),
        ("1949年12月31日", "DATE"),
        ("1949.12.31", "DATE"),
        ("December 31, 1949", "DATE"),
        ("31 Dec 1949", "DATE"),
    ],
)
def test_it_is_found_in_every_spacing_width_and_script(written: str, kind: str) -> None:
    text = f"她说，{written}，如前。"
    assert (written, kind) in _found(text) or any(
        written in found for found, of in _found(text) if of == kind
    )


@pytest.mark.parametrize(
    "text",
    [
        "王女士",
        "血压 138/85",
        "安娜",
        "Mannitol 250 ml",
        "wang",
        "LDL 4.9, 12.31",
        "编号 100123456",
        "朝阳",
        "mann",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize(
    ("doctor", "text"), [("高兴", "患者家属很高兴"), ("李健康", "健康教育"), ("李建国", "建国路")]
)
def test_a_doctors_name_that_is_a_word_does_not_take_the_texts_of_all_patients_apart(
    doctor: str, text: str
) -> None:
    house = known_of([{"resourceType": "Practitioner", "name": [{"text": doctor}]}])
    assert _found(text, house) == []


def test_a_patients_is_taken_out_whatever_it_means() -> None:
    assert _found("高兴复诊", known_of([{"resourceType": "Patient", "name": [{"text": "高兴"}]}])) == [
        ("高兴", "NAME")
    ]


def test_a_value_is_not_put_together_over_a_sentence() -> None:
    assert _found("他姓王。今日来诊，患者诉头痛。秀丽风景，英") == []


letters = st.text(st.sampled_from("王李秀英建国阿依"), min_size=2, max_size=4)
gaps = st.lists(st.sampled_from(["", " ", "  ", "\n", "·", "-", "\u200b", "　"]), min_size=4, max_size=4)


@given(letters, gaps, st.booleans(), st.text(max_size=10), st.text(max_size=10))
def test_a_name_is_found_with_any_gaps_in_any_text(
    name: str, between: list[str], in_traditional: bool, before: str, behind: str
) -> None:
    shown = traditional(name) if in_traditional else name
    written = "".join(char + gap for char, gap in zip(shown, between, strict=False)).rstrip()
    text = f"{before}，{written}，{behind}"
    at = len(before) + 1
    covered = {n for span in known.name(name).find(text) for n in range(span.start, span.end)}
    assert all(n in covered for n in range(at, at + len(written)) if text[n] in shown)


@given(st.text(st.sampled_from("0123456789"), min_size=6, max_size=18), st.integers(0, 3), st.booleans())
def test_a_number_is_found_with_any_blanks_and_in_full_width(digits: str, every: int, wide: bool) -> None:
    shown = "".join(chr(ord(char) + 0xFEE0) for char in digits) if wide else digits
    written = " ".join(shown[n : n + every] for n in range(0, len(shown), every)) if every else shown
    text = f"号码{written}。"
    span = known.number(digits, "MRN").find(text)[0]
    assert text[span.start : span.end] == written


@given(st.text(max_size=60))
def test_nothing_known_finds_nothing_and_any_text_is_read(text: str) -> None:
    assert NOTHING.find(text) == []
    assert all(0 <= span.start < span.end <= len(text) for span in KNOWN.find(text))


@pytest.mark.parametrize(
    "odd",
    [
        {"resourceType": "Patient", "name": "王秀英"},
        {"resourceType": "Patient", "name": [{"family": 7, "given": {"a": 1}, "text": None}]},
        {"resourceType": "Patient", "identifier": [{"value": ["1234567"]}], "telecom": [7], "address": "x"},
        {"resourceType": "Patient", "birthDate": "1949-99-99", "contact": {"name": []}},
        {"resourceType": "Observation", "name": [{"text": "王秀英"}]},
    ],
)
def test_a_record_of_the_wrong_shape_is_passed_over(odd: dict[str, Any]) -> None:
    assert _found("王秀英 1234567", known_of([odd])) == []


def test_those_named_inside_a_record_are_known_too() -> None:
    contained = {"resourceType": "Observation", "contained": [PATIENT]}
    assert ("王秀英", "NAME") in _found("王秀英", known_of([contained]))


@pytest.mark.parametrize(
    "written", ["wángxiùyīng", "Wáng Xiùyīng", "WÁNG XIÙYĪNG", "Wa\u0301ng Xiu\u0300yi\u0304ng"]
)
def test_a_name_in_pinyin_with_its_tones_is_found(written: str) -> None:
    assert (written, "NAME") in _found(f"患者{written}入院")


def test_a_name_with_accents_is_found_without_them_and_the_other_way_round() -> None:
    assert ("Jose Nuñez", "NAME") in _found("seen: Jose Nuñez today", known.name("José Nunez"))
