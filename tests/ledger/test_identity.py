"""The number of an entry says when it was committed, exactly, and in order."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.identity import entry_id, entry_ids, instant, next_time_us, time_us_of

# Until the year 10889, when 48 bits of milliseconds run out.
times = st.integers(0, (2**48 - 1) * 1000 + 999)
randoms = st.binary(min_size=8, max_size=8)


@given(times, randoms)
def test_an_id_is_a_uuid_of_version_7_that_gives_its_time_back(time_us: int, random: bytes) -> None:
    made = UUID(entry_id(time_us, random))
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == time_us // 1000
    assert time_us_of(str(made)) == time_us


@given(times, times, randoms, randoms)
def test_ids_sort_as_their_times_do(one: int, other: int, first: bytes, second: bytes) -> None:
    if one < other:
        assert entry_id(one, first) < entry_id(other, second)


@given(st.integers(0, (2**48 - 1) * 1000 - 3000), st.binary(max_size=8 * 1500))
def test_a_row_of_ids_is_a_microsecond_apart_each_with_its_own_randomness(
    first_us: int, random: bytes
) -> None:
    randoms = [random[at : at + 8] for at in range(0, len(random) - 7, 8)]
    ids = entry_ids(first_us, b"".join(randoms))
    assert ids == [entry_id(first_us + number, own) for number, own in enumerate(randoms)]
    assert [time_us_of(one) for one in ids] == list(range(first_us, first_us + len(randoms)))


@pytest.mark.parametrize("first_us", [0, 1_772_353_800_000_123])
def test_a_row_of_ids_runs_through_several_milliseconds(first_us: int) -> None:
    ids = entry_ids(first_us, bytes(8) * 2500)
    assert [time_us_of(one) for one in ids] == list(range(first_us, first_us + 2500))


def test_an_id_is_what_it_was() -> None:
    assert entry_id(1_772_353_800_000_123, bytes(range(8))) == "019ca884-c740-71f7-8001-020304050607"


@pytest.mark.parametrize(
    "other",
    [
        "019CA884-C740-71F7-8001-020304050607",
        "019ca884c74071f78001020304050607",
        "019ca884-c740-71f78001-020304050607",
        "0x9ca884-c740-71f7-8001-020304050607",
        "1_9ca884-c740-71f7-8001-020304050607",
        "０19ca884-c740-71f7-8001-020304050607",
        "019ca884-c740-71f7-8001-020304050607\n",
        # A fraction that no microsecond is written as.
        "019ca884-c740-71f8-8001-020304050607",
        "019ca884-c740-7fff-8001-020304050607",
    ],
)
def test_an_id_that_is_written_in_another_way_is_none(other: str) -> None:
    assert time_us_of("019ca884-c740-71f7-8001-020304050607") is not None
    assert time_us_of(other) is None


@pytest.mark.parametrize("text", ["", "p-17", "00000000-0000-4000-8000-000000000000", "0" * 32])
def test_what_is_not_one_of_ours_has_no_time(text: str) -> None:
    assert time_us_of(text) is None


def test_time_goes_on_while_the_clock_stands_or_goes_back() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    first = next_time_us(0, now)
    assert instant(first) == now
    assert next_time_us(first, now) == first + 1
    assert next_time_us(first, now - timedelta(days=1)) == first + 1
    assert next_time_us(first, now + timedelta(seconds=1)) == first + 1_000_000


def test_the_zone_of_the_clock_does_not_matter_but_it_must_have_one() -> None:
    now = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    assert instant(next_time_us(0, now)) == datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(TypeError):
        next_time_us(0, now.replace(tzinfo=None))
