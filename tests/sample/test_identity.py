"""Numbers have the shape of real ones and belong to nobody."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.directory import region_name
from exchange.sample.dice import Dice
from exchange.sample.identity import Numbers, check_character

REGIONS = ("320583", "440400", "120000", "120119", "510100")
births = st.dates(date(1926, 1, 1), date(2026, 11, 24))


# The two examples of GB 11643 itself.
@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_check_character_is_that_of_gb_11643(number: str) -> None:
    assert check_character(number[:17]) == number[17]


@given(st.sampled_from(REGIONS), births, st.sampled_from(["female", "male"]), st.text(max_size=8))
def test_an_identity_number_says_birth_and_sex_truly_and_names_no_place(
    region: str, born: date, sex: str, seed: str
) -> None:
    number = Numbers().identity(Dice(seed), region, born, sex)
    assert len(number) == 18
    assert number[6:14] == f"{born:%Y%m%d}"
    assert int(number[16]) % 2 == (sex == "male")
    assert number[17] == check_character(number[:17])
    assert number[:2] == region[:2]
    # GB/T 2260, 3.2: the second pair is 01-70 or 90. Nothing between has ever been a city.
    assert 71 <= int(number[2:4]) <= 89
    assert region_name(number[:6], "zh") == region_name(region[:2] + "0000", "zh")


@given(st.text(max_size=8))
def test_a_phone_number_begins_like_no_network(seed: str) -> None:
    phone = Numbers().phone(Dice(seed))
    assert len(phone) == 11
    assert phone.startswith("179")


def test_no_number_is_given_twice() -> None:
    numbers, born = Numbers(), date(2000, 1, 1)
    given_out = [numbers.identity(Dice(f"{n}"), "320583", born, "female") for n in range(400)]
    given_out += [numbers.phone(Dice("the same")) for _ in range(400)]
    given_out += [numbers.record(Dice("the same")) for _ in range(400)]
    given_out += [numbers.health_card(Dice("the same"), "320583") for _ in range(400)]
    assert len(set(given_out)) == 1600
