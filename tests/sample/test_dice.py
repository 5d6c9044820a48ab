"""Chance falls the same way every time."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from exchange.sample.dice import Dice

seeds = st.text(max_size=12)


# A change here changes every sample that pages, transcripts and figures were taken from.
def test_known_answers() -> None:
    dice = Dice("1")
    assert [dice.number(1, 100) for _ in range(6)] == [22, 17, 78, 91, 49, 28]


@given(seeds, st.integers(-1000, 1000), st.integers(0, 1000))
def test_a_number_lies_between_its_ends(seed: str, low: int, width: int) -> None:
    dice = Dice(seed)
    assert all(low <= dice.number(low, low + width) <= low + width for _ in range(80))


@given(seeds, st.floats(0, 500), st.floats(0.001, 500), st.integers(0, 3))
def test_a_measured_value_lies_between_its_ends(seed: str, low: float, width: float, decimals: int) -> None:
    value = Dice(seed).measure(low, low + width, decimals)
    assert low - 1 <= value <= low + width + 1


@given(seeds, st.lists(st.floats(0, 10), min_size=1, max_size=6).filter(lambda weights: sum(weights) > 0.01))
def test_what_weighs_nothing_is_never_drawn(seed: str, weights: list[float]) -> None:
    dice = Dice(seed)
    heavy = {index for index, weight in enumerate(weights) if round(weight * 1000) > 0}
    assert {dice.weighted(range(len(weights)), weights) for _ in range(30)} <= heavy


@given(seeds, st.integers(0, 12))
def test_some_are_different_ones_in_their_order(seed: str, count: int) -> None:
    drawn = Dice(seed).some(range(8), count)
    assert len(drawn) == min(count, 8)
    assert drawn == sorted(set(drawn))


@given(seeds, st.dates(), st.integers(-50, 50))
def test_a_day_is_never_after_the_last(seed: str, first: date, days: int) -> None:
    try:
        last = date.fromordinal(first.toordinal() + days)
    except ValueError:
        return
    day = Dice(seed).day(first, last)
    assert min(first, last) <= day <= last


def test_one_in_ten_is_about_one_in_ten() -> None:
    dice = Dice("often")
    assert 900 < sum(dice.chance(10) for _ in range(10_000)) < 1100


def test_drawing_more_for_one_thing_changes_nothing_for_another() -> None:
    one, other = Dice("seed"), Dice("seed")
    for _ in range(1000):
        one.of("here").number(0, 9)
        one.number(0, 9)
    assert [one.of("there").number(0, 10**9) for _ in range(5)] == [
        other.of("there").number(0, 10**9) for _ in range(5)
    ]
