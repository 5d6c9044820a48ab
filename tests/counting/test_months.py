"""A month is China's, and over when the next one has begun there."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.counting import months


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2026-03-10", "2026-03"),
        ("2026-03", "2026-03"),
        ("2026", ""),
        ("", ""),
        ("2026-03-31T15:59:59Z", "2026-03"),
        ("2026-03-31T16:00:00Z", "2026-04"),  # midnight in China
        ("2026-04-01T00:30:00+08:00", "2026-04"),
        ("2026-04-01T00:30:00", "2026-04"),
        ("2026-03-31T24:99:00Z", ""),
        ("0999-03-10", "0999-03"),
        ("0999-03-10T12:00:00Z", "0999-03"),
        ("0001-01-01T00:00:00+14:00", ""),
        ("9999-12-31T23:00:00Z", ""),
    ],
)
def test_the_month_of_a_date_is_that_of_china(text: str, month: str) -> None:
    assert months.month_in(text) == month


def test_a_month_ends_at_midnight_in_china() -> None:
    assert months.month_of(datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC)) == "2026-03"
    assert months.month_of(datetime(2026, 3, 31, 16, tzinfo=UTC)) == "2026-04"


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)).map(lambda day: f"{day:%Y-%m}"))
def test_the_month_after_the_month_before_is_the_month(month: str) -> None:
    assert months.after(months.before(month)) == month
    assert months.before(month) < month < months.after(month)
