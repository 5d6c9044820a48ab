"""A day is the whole day in China, an instant is exactly that; anything else is refused, unquoted."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.options import when
from cli.usage import BadValue
from exchange.instants import CHINA, MICROSECOND


def test_a_day_is_all_of_it_in_chinas_time() -> None:
    day = when("2026-01-31")
    assert day.text == "2026-01-31"
    assert day.first == datetime(2026, 1, 30, 16, tzinfo=UTC)
    assert day.after == datetime(2026, 1, 31, 16, tzinfo=UTC)


def test_an_instant_without_offset_is_chinas_time() -> None:
    assert when("2026-01-31T08:00").first == datetime(2026, 1, 31, tzinfo=UTC)
    assert when("2026-01-31T08:00").text == "2026-01-31T08:00:00+08:00"


@pytest.mark.parametrize("text", ["2026-01-31T00:00:00Z", "2026-01-31T00:00:00+00:00"])
def test_an_instant_with_offset_is_itself_and_a_moment_long(text: str) -> None:
    instant = when(text)
    assert instant.first == datetime(2026, 1, 31, tzinfo=UTC)
    assert instant.after - instant.first == MICROSECOND


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-02-30",
        "31.01.2026",
        "yesterday",
        "9999-12-31",
        "0001-01-01T00:00:00+23:59\n",
        "11990019900101001X",
    ],
)
def test_anything_else_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(BadValue) as refused:
        when(text)
    assert "11990019900101001X" not in str(refused.value) + refused.value.zh


@given(st.datetimes(timezones=st.just(CHINA)).filter(lambda moment: 1900 < moment.year < 2200))
def test_what_was_written_lies_between_its_ends(aware: datetime) -> None:
    assert when(aware.isoformat()).first == aware
    day = when(aware.date().isoformat())
    assert day.first <= aware < day.after
    assert day.after - day.first == timedelta(days=1)
