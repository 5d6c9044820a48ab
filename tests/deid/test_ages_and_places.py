"""Nobody is older than ninety, and no place is smaller than a city."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid.ages import TOP_AGE, age_on, band, capped_birth_year
from deid.places import postcode_area

TODAY = "2026-11-24"


@pytest.mark.parametrize(
    ("born", "told"),
    [
        ("1936-11-24", "1936"),  # ninety today
        ("1936-11-25", None),  # ninety tomorrow
        ("1920-01-01", "1936"),
        ("1936", None),
        ("1935", "1936"),
        ("1935-06", "1936"),
        ("1990-01-01", None),
    ],
)
def test_the_ninetieth_birthday_is_the_boundary(born: str, told: str | None) -> None:
    assert capped_birth_year(born, TODAY) == told


@given(st.dates(date(1850, 1, 1), date(2026, 11, 24)))
def test_no_year_of_birth_tells_an_age_above_the_top(born: date) -> None:
    told = capped_birth_year(born.isoformat(), TODAY)
    assert (told is None) == (age_on(born, date.fromisoformat(TODAY)) < TOP_AGE)
    assert told is None or int(told) == 2026 - TOP_AGE


@given(st.integers(0, 3000))
def test_a_band_holds_five_years_and_the_number_itself(number: int) -> None:
    assert band(number) <= number < band(number) + 5
    assert band(number) % 5 == 0


@pytest.mark.parametrize(
    ("code", "area"),
    [
        ("215300", "21"),
        ("06880", "068"),
        ("668391105", "668"),
        ("02139-4307", "021"),
        ("03601", None),
        ("2153", None),
        ("昆山", None),
    ],
)
def test_of_a_postcode_only_the_area_many_share_stays(code: str, area: str | None) -> None:
    assert postcode_area(code) == area


@given(st.text(max_size=20))
def test_no_postcode_gets_through_whole(text: str) -> None:
    area = postcode_area(text)
    assert area is None or (re.fullmatch(r"\d{2,3}", area) and area != text.strip())
