"""Where a place lies: codes, what lies in what, and the names people read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.directory import contains, is_region, region_name
from exchange.directory.gbt2260 import NAMES

CODES = [line.split()[0] for line in NAMES.strip().splitlines()]
digits = st.text("0123456789", min_size=6, max_size=6)


@pytest.mark.parametrize("code", CODES)
def test_every_listed_region_is_a_region_and_lies_in_its_province(code: str) -> None:
    assert is_region(code)
    assert contains(code[:2] + "0000", code)
    assert region_name(code, "zh") != code != region_name(code, "en")


@pytest.mark.parametrize(
    ("outer", "inner", "inside"),
    [
        ("320500", "320583", True),  # Kunshan is in Suzhou
        ("320000", "320583", True),  # and in Jiangsu
        ("320583", "320583", True),  # and in itself
        ("320583", "320500", False),  # but Suzhou is not in Kunshan
        ("320100", "320583", False),  # nor is Kunshan in Nanjing
        ("120000", "120119", True),  # a municipality has its districts two levels down
        ("110000", "120101", False),
        ("130100", "131000", False),  # 1301 and 1310 share digits, not ground
    ],
)
def test_known_neighbours(outer: str, inner: str, inside: bool) -> None:
    assert contains(outer, inner) is inside


@pytest.mark.parametrize(
    "code", ["", "32058", "3205830", "000000", "020000", "320083", "32058x", "３２０５８３", "320583\n"]
)
def test_what_is_no_code_is_no_region_and_lies_nowhere(code: str) -> None:
    assert not is_region(code)
    assert not contains(code, "320583")
    assert not contains("320000", code)
    assert region_name(code, "zh") == code


@given(digits, digits, digits)
def test_what_lies_in_a_part_lies_in_the_whole(a: str, b: str, c: str) -> None:
    if contains(a, b) and contains(b, c):
        assert contains(a, c)


@given(digits)
def test_a_region_lies_in_itself_and_two_that_contain_each_other_are_one(code: str) -> None:
    assert contains(code, code) is is_region(code)
    for above in (code[:4] + "00", code[:2] + "0000"):
        if contains(above, code) and contains(code, above):
            assert above == code


def test_a_region_without_a_name_is_called_like_the_one_above_it() -> None:
    assert region_name("320583", "zh") == "昆山市"
    assert region_name("320599", "zh") == "苏州市"
    assert region_name("329999", "en") == "Jiangsu"
    assert region_name("999999", "en") == "999999"
