"""A day in a text moves as far as the patient's other days, and is written as it was written."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid.dates import MAX_SHIFT_DAYS
from deid.text.operators.dated import Told
from deid.text.operators.days import masked, moved, only_years, told_before

TODAY = date(2026, 11, 25)
days = st.dates(min_value=date(1950, 1, 2), max_value=date(2026, 12, 31)).filter(
    lambda day: day != date(1970, 1, 1)
)
offsets = st.integers(-MAX_SHIFT_DAYS, MAX_SHIFT_DAYS).filter(bool)


def _moved(raw: str, by: int = -40, year: int | None = 2024) -> str:
    return moved(raw, days=by, told=Told(year), today=TODAY)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2024年3月5日", "2024年1月25日"),
        ("2024 年 3 月 5 日", "2024 年 1 月 25 日"),
        ("２０２４年３月５日", "２０２４年１月２５日"),
        ("二〇二四年三月五日", "二〇二四年一月二十五日"),
        ("二零二四年十二月三十一日", "二零二四年十一月二十一日"),
        ("二四年三月", "二四年二月"),
        ("2024.3.5", "2024.1.25"),
        ("2024.03.05", "2024.01.25"),
        ("2024-03-05", "2024-01-25"),
        ("2024/12/25", "2024/11/15"),
        ("24-3-5", "24-1-25"),
        ("'24年3月", "'24年2月"),
        ("20240305", "20240125"),
        ("202403051420", "202401251420"),
        ("2024-03-05 14:20", "2024-01-25 14:20"),
        ("2024-03-05T14:20:05", "2024-01-25T14:20:05"),
        ("2024年3月5日14时20分", "2024年1月25日14时20分"),
        ("2024年3月5日上午9时", "2024年1月25日上午9时"),
        ("3月5日", "1月25日"),
        ("三月五日", "一月二十五日"),
        ("2月29日", "1月20日"),
        ("03/05/2024", "01/25/2024"),
        ("25/12/2024", "15/11/2024"),
        ("March 5, 2024", "January 25, 2024"),
        ("MARCH 5, 2024", "JANUARY 25, 2024"),
        ("Mar 5, 2024", "Jan 25, 2024"),
        ("5 Mar 2024", "25 Jan 2024"),
        ("5-Mar-24", "25-Jan-24"),
        ("12th of March 2024", "1st of February 2024"),
        ("March 5", "January 25"),
        ("2024年3月", "2024年2月"),
        ("2024-03", "2024-02"),
        ("2024.03", "2024.02"),
        ("Mar 2024", "Feb 2024"),
        ("10/2022", "09/2022"),
        ("19/Sep/2023", "10/Aug/2023"),
        ("2020-Feb-11", "2020-Jan-02"),
        ("20/Sep", "11/Aug"),
        ("8 Jul 2021 1725", "29 May 2021 1725"),
        ("05/14/2023 22.30", "04/04/2023 22.30"),
        ("113年3月18日", "113年2月7日"),
        ("113/02/05", "112/12/27"),
        ("民國一一二年九月七日", "民國一一二年七月二十九日"),
        ("3月中旬", "2月中旬"),
        ("一九九八年 七月\n廿二日", "一九九八年六月十二日"),
        ("二 零 零 三 年 \n元月六日", "二零零二年十一月二十七日"),
        ("２０１２．１O．２\n６", "２０１２．９．１６"),
    ],
)
def test_a_day_is_written_as_it_was(written: str, told: str) -> None:
    assert _moved(written) == told


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2024年3月5日至8日", "2024年1月25日至1月28日"),
        ("2024.3.5-2024.3.9", "2024.1.25-2024.1.29"),
        ("2024年3月5日至3月20日", "2024年1月25日至2月9日"),
    ],
)
def test_from_one_day_to_another_stays_as_long(written: str, told: str) -> None:
    assert _moved(written) == told


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2024年3月5日（星期二）", "2024年1月25日（星期四）"),
        ("Tuesday, March 5, 2024", "Thursday, January 25, 2024"),
    ],
)
def test_the_day_of_the_week_follows_or_it_would_narrow_the_shift(written: str, told: str) -> None:
    assert _moved(written) == told


@pytest.mark.parametrize(("written", "told"), [("去年3月", "去年2月"), ("去年1月10日", "前年12月1日")])
def test_last_year_is_last_year_of_where_the_text_has_moved_to(written: str, told: str) -> None:
    assert _moved(written) == told


def test_and_is_told_in_full_where_no_word_says_it() -> None:
    assert _moved("前年1月10日", by=-40, year=2024) == "2021年12月1日"


@pytest.mark.parametrize("raw", ["2024-02-30", "2024年13月5日", "1900-01-01", "9999-12-31", "31/04/2024"])
def test_what_is_no_day_or_stands_for_none_is_masked(raw: str) -> None:
    assert not re.search("[1-9]", _moved(raw))


@pytest.mark.parametrize("raw", ["春节", "农历三月初五", "中秋", "癸卯年十月初八"])
def test_a_feast_tells_a_day_and_is_said_more_generally(raw: str) -> None:
    assert _moved(raw) == "某日" == masked(raw)


@pytest.mark.parametrize("raw", ["nineteenth of april nineteen fifty", "twentieth of may"])
def test_a_day_in_words_nobody_reads_does_not_stay(raw: str) -> None:
    assert _moved(raw) == "a day"


@pytest.mark.parametrize(
    ("raw", "told"), [("1930年5月6日", "1936年或更早"), ("1930-05-06", "1936 or earlier")]
)
def test_a_birth_date_that_tells_an_age_above_89_does_not(raw: str, told: str) -> None:
    assert _moved(raw) == told == only_years(raw, TODAY)


def test_a_day_without_a_year_lies_in_the_year_told_last() -> None:
    told = told_before(["3月1日", "2024年3月5日", "3月6日", "2023-01-01", "2月"], TODAY, year_first=True)
    assert [one.year for one in told] == [None, 2024, 2024, 2023, 2023]


def test_a_day_alone_lies_in_the_month_told_last() -> None:
    assert moved("21日", days=-40, told=Told(2024, 3), today=TODAY) == "2月10日"


@pytest.mark.parametrize(
    ("written", "year_first", "told"),
    [
        ("12/30/96", False, "11/20/96"),
        ("08/12/19", False, "07/03/19"),
        ("19.11.81", True, "10.10.81"),
        ("24/3/5", True, "24/1/25"),
    ],
)
def test_where_two_figures_are_the_year_the_language_decides(
    written: str, year_first: bool, told: str
) -> None:
    assert moved(written, days=-40, told=Told(), today=TODAY, year_first=year_first) == told


FORMS = [
    "{y}年{m}月{d}日",
    "{y}-{m:02}-{d:02}",
    "{y}.{m}.{d}",
    "{y}/{m:02}/{d:02}",
    "{y}{m:02}{d:02}",
    "{m:02}/{d:02}/{y}",
]


@given(days, days, offsets, st.sampled_from(FORMS))
def test_intervals_survive_in_every_form(a: date, b: date, by: int, form: str) -> None:
    told = [_moved(form.format(y=day.year, m=day.month, d=day.day), by) for day in (a, b)]
    meant = [day + timedelta(days=by) for day in (a, b)]
    assert told == [form.format(y=day.year, m=day.month, d=day.day) for day in meant] or any(
        "*" in one for one in told
    )


@given(st.text(st.sampled_from("0123456789年月日-./ :去一二三十至JanMar上午"), max_size=16), offsets)
def test_whatever_is_called_a_date_comes_out_somehow_and_is_no_day_as_it_was(raw: str, by: int) -> None:
    told = _moved(raw, by)
    figures = re.search(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}", raw)
    assert figures is None or figures[0] not in told or "更早" in told


@given(days)
def test_of_a_day_only_its_year_is_told_where_nothing_more_is_asked(day: date) -> None:
    assert only_years(f"{day:%Y-%m-%d}", TODAY) == f"{day.year}"
    assert only_years("3月5日", TODAY) == ""
