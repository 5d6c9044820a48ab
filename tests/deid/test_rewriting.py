"""A text rewritten: each type by its operator, the same thing always the same, nothing left that was not chosen."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deid import TextEngine
from deid.knowing import known_of
from deid.text.finding import TYPES
from deid.text.folding import fold
from deid.text.operators.choices import BadOperators, Operators, every, operators_of
from deid.text.operators.keyed import Keyed
from deid.text.operators.rewriting import Rewriter
from deid.text.operators.sealing import Seal
from deid.text.operators.writing import Project, Rewritten, Whose, write
from deid.text.spans import Span

KEY = bytes(range(32))
TODAY = date(2026, 11, 25)
ENGINE = TextEngine()
NOTE = (
    "姓名：王秀英 住院号：0012345 身份证号：11010519491231002X\n患者王秀英于2024年3月5日入院，3月6日手术，"
    "王女士电话13800000000，"
    "家住江苏省昆山市玉山镇朝阳路8号，民族：汉族，信仰佛教，93岁。"
    "曾在昆山市第一人民医院就诊，工作单位：恒达精密机械有限公司，邮编215300。"
)

SECRETS = "王 秀英 0012345 19491231 13800000000 江苏 昆山 玉山 朝阳 汉 佛 93 恒达 215300 3月5日"
KEPT = "姓名： 2024年1月25日入院 1月26日手术 女士电话154 人民医院就诊 精密机械有限公司 90岁以上 邮编21****"


def _rewriter(operators: Operators, key: bytes = KEY) -> Rewriter:
    return Rewriter(ENGINE, operators, key=key, today=TODAY)


def _research(text: str, key: bytes = KEY, days: int = -40) -> str:
    return _rewriter(operators_of("research"), key).rewrite(text, patient="p-1", days=days).text


def test_for_research_a_note_reads_like_a_note_of_somebody_else() -> None:
    told = _research(NOTE)
    for secret in SECRETS.split():
        assert secret not in told
    for kept in KEPT.split():
        assert kept in told


def test_for_care_it_stays_and_for_statistics_it_is_labelled() -> None:
    assert _rewriter(operators_of("care")).rewrite(NOTE).text == NOTE
    told = _rewriter(operators_of("statistics")).rewrite(NOTE).text
    assert "患者[姓名]于2024年入院" in told
    assert "家住江苏，" in told


def test_without_a_shift_a_date_is_a_year_never_where_it_was() -> None:
    assert "于2024年入院" in _research(NOTE, days=0)


@pytest.mark.parametrize(
    ("operator", "told"),
    [
        ("label", "患者:[姓名],电话[电话]"),
        ("mask", "患者:***,电话***"),
        ("mask-each", "患者:***,电话***********"),
        ("drop", "患者:,电话"),
        ("keep", "患者:王秀英,电话13800000000"),
        ("number", "患者:[姓名1],电话[电话1]"),
    ],
)
def test_an_operator_does_what_its_name_says(operator: str, told: str) -> None:
    assert _rewriter(every(operator)).rewrite("患者:王秀英,电话13800000000").text == told


def test_numbered_labels_say_who_is_who_within_a_text() -> None:
    text = "患者:王秀英,家属陈兵陪护。王女士好转,陈兵签字。"
    told = _rewriter(every("number")).rewrite(text).text
    assert told == "患者:[姓名1],家属[姓名2]陪护。[姓名1]女士好转,[姓名2]签字。"


def test_labels_are_in_the_language_of_the_text() -> None:
    assert _rewriter(every("number")).rewrite("Patient: John Smith").text == "Patient: [NAME1]"
    assert _rewriter(every("label")).rewrite("患者:王秀英", lang="en").text == "患者:[NAME]"


def test_labels_are_left_alone_the_second_time() -> None:
    rewriter = _rewriter(every("label"))
    once = rewriter.rewrite(NOTE).text
    assert rewriter.rewrite(once).text == once


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ({"NAMES": "label"}, "no type has this name"),
        ({"NAME": "rot13"}, "no operator has this name"),
        ({"NAME": "shift"}, "cannot be treated by shift"),
        ({"PHONE": "generalise"}, "cannot be treated by generalise"),
        ({"AGE": "surrogate"}, "cannot be treated by surrogate"),
    ],
)
def test_a_choice_that_means_nothing_is_refused(chosen: dict[str, str], why: str) -> None:
    with pytest.raises(BadOperators, match=why):
        operators_of("research").but(chosen)


def test_every_type_has_an_operator_in_every_profile() -> None:
    for profile in ("care", "research", "statistics"):
        assert set(operators_of(profile).of) == set(TYPES)


def test_the_same_is_the_same_in_every_text_of_a_project_and_other_in_the_next() -> None:
    assert _research("患者:王秀英") == _research("患者:王秀英")
    assert _research(NOTE, key=b"k" * 32) != _research(NOTE)


def test_a_reader_is_told_where_what_was_changed() -> None:
    done = _rewriter(operators_of("research")).rewrite(NOTE, patient="p-1", days=-40)
    for one in done.changes:
        assert done.text[one.new_start : one.new_end]
    names = [one for one in done.changes if one.type == "NAME"]
    assert NOTE[names[0].start : names[0].end] == "王秀英"
    assert len({done.text[one.new_start : one.new_end] for one in names[:2]}) == 1


# Any text, with any spans over it.
CHARS = "王李秀英建国阿·25Ab９8Ｘ省市县号院 \n-./:年月日,，汉"
# In these what is not told apart when written is not told apart here.
FREE = ("HOSPITAL", "ADDRESS", "ORG", "EMAIL", "IP", "URL")
kinds = st.sampled_from(sorted(TYPES))
chars = st.sampled_from(CHARS)
pieces = st.lists(
    st.tuples(
        st.text(chars, max_size=6),
        st.text(chars, min_size=1, max_size=12),
        kinds,
    ),
    max_size=6,
)


def _built(parts: list[tuple[str, str, str]]) -> tuple[str, list[Span]]:
    text, spans = "", []
    for before, inside, kind in parts:
        text += before
        spans.append(Span(len(text), len(text) + len(inside), kind, 1.0))
        text += inside
    return text, spans


def _written(text: str, spans: list[Span], operators: Operators, days: int = -40) -> Rewritten:
    project = Project(keyed=Keyed(KEY), seal=Seal(KEY), operators=operators, today=TODAY)
    return write(text, spans, project, Whose(patient="p-1", days=days))


@settings(max_examples=150)
@given(pieces, st.sampled_from(["label", "number", "mask", "drop", "token", "surrogate"]))
def test_what_is_outside_stays_and_what_is_inside_does_not(
    parts: list[tuple[str, str, str]], operator: str
) -> None:
    text, spans = _built(parts)
    done = _written(text, spans, every(operator))
    at = new_at = 0
    for change in done.changes:
        assert text[at : change.start] == done.text[new_at : change.new_start]
        old, new = text[change.start : change.end], done.text[change.new_start : change.new_end]
        assert old != new or not _says_anything(change.type, old)
        at, new_at = change.end, change.new_end
    assert text[at:] == done.text[new_at:]
    assert _written(text, spans, every(operator)) == done


def _says_anything(kind: str, old: str) -> bool:
    """Whether there is a letter or a figure in it; a year alone says too little to move."""
    plain = fold(old)
    letters = [char for char in plain if char.isalnum()]
    if kind == "DATE":
        return False
    return bool(letters) and set(letters) - set("xX某") != set()


@settings(max_examples=150)
@given(
    st.lists(st.text(st.sampled_from("0123456789ABCab"), min_size=4, max_size=10), min_size=2, max_size=6),
    kinds,
)
def test_two_numbers_stay_two_and_one_stays_one(numbers: list[str], kind: str) -> None:
    text, spans = _built([(" ; ", one, kind) for one in numbers])
    if every("surrogate")[kind] != "surrogate" or kind == "NAME":
        return
    done = _written(text, spans, every("surrogate"))
    told = [done.text[one.new_start : one.new_end] for one in done.changes]
    for a, new_a in zip(numbers, told, strict=True):
        for b, new_b in zip(numbers, told, strict=True):
            assert (new_a == new_b) or (a != b)
            assert (new_a != new_b) or (a.lower() == b.lower()) or kind in FREE


def test_two_phones_in_a_small_range_do_not_become_one() -> None:
    numbers = [f"(203) 555-{n:04d}" for n in range(100, 160)]
    text, spans = _built([(" ; ", one, "PHONE") for one in numbers])
    done = _written(text, spans, every("surrogate"))
    told = [done.text[one.new_start : one.new_end] for one in done.changes]
    assert len(set(told)) == len(numbers)
    assert not set(told) & set(numbers)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2024年3月5日（周二）入院", "2022年10月22日（周六）入院"),
        ("2024年3月5日 星期二入院", "2022年10月22日 星期六入院"),
        ("2024年3月5日，周二，入院", "2022年10月22日，周六，入院"),
        ("2024年3月5日周一至周五门诊", "2022年10月22日周一至周五门诊"),
    ],
)
def test_the_day_of_the_week_beside_a_date_does_not_tell_how_far_it_moved(text: str, told: str) -> None:
    assert _research(text, days=-500) == told


@pytest.mark.parametrize(
    "text",
    [
        "患者1956年出生，农民。",
        "生于1956年3月8日。",
        "生于1956年，农民。",
        "出生年份：1956",
        "She was born in 1956.",
    ],
)
def test_the_year_of_birth_does_not_tell_how_far_the_birthday_moved(text: str) -> None:
    what = known_of([{"resourceType": "Patient", "birthDate": "1956-03-08"}])
    rewriter = _rewriter(operators_of("research"))
    assert "1956" not in rewriter.rewrite(text, patient="p-1", days=-500, known=what).text
