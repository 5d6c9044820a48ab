"""In English text a day is found however it is written, and a score, a dose or a pressure is no day."""

import pytest

from deid.text.english_dates import find_english_dates, find_with_months
from deid.text.spans import cover


def _found(text: str) -> list[str]:
    return [
        text[span.start : span.end] for span in cover((*find_english_dates(text), *find_with_months(text)))
    ]


@pytest.mark.parametrize(
    "date",
    [
        "3/5/24",
        "03-05-2024",
        "5.3.2024",
        "7.7.91",
        "5 Mar 2024",
        "5th March, 2024",
        "March 5th",
        "Mar. 5, 2024",
        "MARCH 5, 2024",
        "5th of March",
        "Mar '24",
        "March 2024",
        "March of 2024",
        "Mar-24",
        "05-MAR-24",
        "05MAR2024",
        "5/Mar/2024",
        "5-8 March 2024",
        "Mar 5-8, 2024",
        "Tuesday, 9 April 2024",
        "2024-03-05T10:00Z",
        "2024/3/5",
        "2024 Mar 5",
        "07-Nov-2023 19:30",
        "10/22/24 @ 0215",
        "Oct 12, 2023 at 10:30 AM",
        "21-FEB-2024 08:44:10",
        "6-12-2024 11:20 am",
        "05/2021",
        "Christmas 2022",
        "Thanksgiving Day 2023".replace(" Day", ""),
        "July 4th",
        "2079-06-14",
    ],
)
def test_a_date_is_found_whole(date: str) -> None:
    assert _found(f"She was seen {date}, and went home.") == [date]


@pytest.mark.parametrize(
    ("date", "text"),
    [
        ("3/5", "started on 3/5 with"),
        ("9/29", "An echo 9/29 showed"),
        ("5/2", "Foley out 5/2."),
        ("8/14", "Rhogam 8/14."),
        ("21/2", "Review 21/2"),
        ("12/15", "MRI (12/15) stable"),
        ("3/5", "3/5: afebrile"),
        ("2/6 08:30", "2/6 08:30 called"),
        ("May 5", "Return on May 5 please"),
    ],
)
def test_a_day_and_a_month_are_a_date_where_something_says_so(date: str, text: str) -> None:
    assert _found(text) == [date]


def test_of_a_list_of_days_each_is_found() -> None:
    assert _found("cultures 7/4 and 7/5, clear since 7/8") == ["7/4", "7/5", "7/8"]


@pytest.mark.parametrize(
    "text",
    [
        "BP 120/80, 4/5 strength, strength 5/5, pain 8/10, 2/6 SEM, grade 3/6",
        "1/2 NS at 75, open 24/7, T4/5, L4/5, 3-4 days, 2-0 Vicryl, q4-6h",
        "day 3/5 of Zosyn, for 1/52, for 3/7, 2/12 ago, GCS 14/15, MMSE 28/30",
        "2/2 bottles, 10/10, 20/20, Apgars 8/9, 1/2, 3/4, 5/10, 4+ DTRs",
        "In March she, on Monday, since 2019, in her 50s, he may 10 times a day, may 5 mg",
        "cough for 2/7, over 1/12, every 3/7",
        "Version 2.5.1, 12.5.3, 3+2+1=6/9, 0.5/1.0, 100/60/12, 5/3/2 mm",
        "We march on; the second sun; a dec 2 mg; sat 97 %; mar 5 %",
    ],
)
def test_what_only_looks_like_a_date_stays(text: str) -> None:
    assert _found(text) == []


def test_a_weekday_a_year_and_a_month_alone_are_none() -> None:
    assert _found("Monday 2024 May August, Fall 2018, summer") == []


def test_the_time_grows_with_the_text_only() -> None:
    many = "3/5 Mar may 12/12/ " * 50_000
    assert len(_found(many)) >= 50_000
