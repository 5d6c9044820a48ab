"""Dates move together, by a distance only the project knows."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deid.dates import MAX_SHIFT_DAYS, offset_days, shift, shift_date, year_of

days = st.dates(min_value=date(1901, 1, 1), max_value=date(2098, 12, 31))
patients = st.text(max_size=40)
keys = st.binary(min_size=32, max_size=32)
offsets = st.integers(-MAX_SHIFT_DAYS, MAX_SHIFT_DAYS).filter(bool)
clocks = st.sampled_from(["", "T00:00:00Z", "T08:15:00+08:00", "T23:59:59.123-05:00"])


@given(days, days, patients, keys)
def test_intervals_survive(a: date, b: date, patient: str, key: bytes) -> None:
    moved_a, moved_b = (shift_date(d, patient_id=patient, key=key) for d in (a, b))
    assert moved_b - moved_a == b - a


@given(patients, keys)
def test_nobody_stays_where_they_were(patient: str, key: bytes) -> None:
    assert 1 <= abs(offset_days(patient, key)) <= MAX_SHIFT_DAYS


# A change here changes every release ever made with this key: see docs/adr.
KNOWN_ANSWERS = [("p-1", date(2024, 3, 5)), ("p-6", date(2023, 11, 23))]


@pytest.mark.parametrize(("patient_id", "moved"), KNOWN_ANSWERS)
def test_known_answers(patient_id: str, moved: date) -> None:
    assert shift_date(date(2024, 1, 1), patient_id=patient_id, key=bytes(range(32))) == moved


@given(days, offsets, clocks)
def test_time_of_day_and_offset_stay(day: date, by: int, clock: str) -> None:
    text = day.isoformat() + clock
    assume(text[:10] != "1970-01-01")
    assert shift(text, by) == (day + timedelta(days=by)).isoformat() + clock


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("1956", "1956"),
        ("1956-07", "1956"),
        ("2024-02-29", "2024-03-10"),
        ("2023-12-31T23:00:00Z", "2024-01-10T23:00:00Z"),
        ("2024-01-01T10:00", "2024-01-11T10:00"),
    ],
)
def test_a_year_stays_a_month_becomes_its_year_and_a_day_moves(written: str, told: str) -> None:
    assert shift(written, 10) == told


@pytest.mark.parametrize(
    "stand_in", ["9999-12-31", "0001-01-01", "1900-01-01", "1970-01-01T00:00:00Z", "2099-12-31"]
)
def test_a_day_everybody_knows_does_not_tell_the_shift(stand_in: str) -> None:
    assert shift(stand_in, 10) == stand_in[:4]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "张三",
        "2023-02-30",
        "2024-13-01",
        "24-01-01",
        "2024-01-01 张三",
        "2024-01-01T25:00:00Z",
        "２０２４-01-01",
    ],
)
def test_what_is_no_date_does_not_pass(text: str) -> None:
    assert shift(text, 1) is None


@given(days, clocks)
def test_of_a_date_only_its_year_is_told_in_statistics(day: date, clock: str) -> None:
    assert year_of(day.isoformat() + clock) == f"{day.year:04d}"
