"""A date is a stretch of time, and its last instant still counts."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.when import Period, age, moment, period

CHINA = timezone(timedelta(hours=8))
INSTANTS = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    datetime(2090, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.just(CHINA),
)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", "2026-01-01T00:00:00+08:00", "2026-12-31T23:59:59.999999+08:00"),
        ("2024-02", "2024-02-01T00:00:00+08:00", "2024-02-29T23:59:59.999999+08:00"),
        ("2026-01-09", "2026-01-09T00:00:00+08:00", "2026-01-09T23:59:59.999999+08:00"),
        ("2026-01-09T10:00", "2026-01-09T10:00:00+08:00", "2026-01-09T10:00:59.999999+08:00"),
        ("2026-01-09T10:00:00Z", "2026-01-09T18:00:00+08:00", "2026-01-09T18:00:00.999999+08:00"),
        ("2026-01-09T10:00:00.25-05:30", "2026-01-09T23:30:00.25+08:00", "2026-01-09T23:30:00.25+08:00"),
        (
            "2026-01-09T10:00:00.123456789Z",
            "2026-01-09T18:00:00.123456+08:00",
            "2026-01-09T18:00:00.123456+08:00",
        ),
        ("2026-01-09T10:00-00:30", "2026-01-09T18:30:00+08:00", "2026-01-09T18:30:59.999999+08:00"),
        ("9999-12-31", "9999-12-31T00:00:00+08:00", "9999-12-31T23:59:59.999999+08:00"),
    ],
)
def test_what_a_text_covers(text: str, first: str, last: str) -> None:
    covered = moment(text, 8)
    assert (covered.first, covered.last) == (datetime.fromisoformat(first), datetime.fromisoformat(last))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-13",
        "2026-02-30",
        "26-01-01",
        "2026-01-01 10:00",
        "２０２６",
        "2026-01-01T25:00",
        "2026-1-1",
        "2026-02-30T10:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T23:59:60Z",
        "2026-01-01T10:00:00+24:00",
        "2026-W01-1T10:00:00Z",
        "2026-01-01T10:00:00z",
        "2026-01-01T10:00:00,5Z",
    ],
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, it is caught and named by place
        moment(text, 8)


@pytest.mark.parametrize(
    "wrong", [{}, None, "2026", {"start": 2026}, {"start": "2026", "end": "2025"}, {"from": "2026"}]
)
def test_what_is_no_period(wrong: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - as above
        period(wrong, 8)


@given(INSTANTS)
def test_a_day_holds_its_own_instants_and_no_others(at: datetime) -> None:
    day = period({"start": at.date().isoformat(), "end": at.date().isoformat()}, 8)
    assert day.holds(at.astimezone(UTC))
    assert not day.holds(at + timedelta(days=1))
    assert not day.holds(at - timedelta(days=1))


@given(INSTANTS, INSTANTS, INSTANTS)
def test_before_inside_and_after_are_all_there_is(at: datetime, one: datetime, other: datetime) -> None:
    start, end = sorted((one, other))
    span = period({"start": start.isoformat(), "end": end.isoformat()}, 8)
    assert [span.is_ahead(at), span.holds(at), span.is_over(at)].count(True) == 1
    assert span.lies_within(span)
    assert span.lies_within(Period(None, None))


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [("2012-03-04", "2026-03-03", 13), ("2012-03-04", "2026-03-04", 14), ("2008-02-29", "2026-02-28", 17)],
)
def test_the_birthday_itself_completes_the_year(born: str, on: str, years: int) -> None:
    assert age(date.fromisoformat(born), date.fromisoformat(on)) == years
