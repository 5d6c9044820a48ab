"""A number stands in the form of the one it stands for, and is nobody's."""

import ipaddress
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid.text.checks import has_birth_date, is_credit_code, is_identity_card, passes_luhn
from deid.text.operators.keyed import Keyed
from deid.text.operators.numbers import Bearer, others

KEYED = Keyed(bytes(range(32)))
BEARER = Bearer(scope="p-1", days=-40, oldest=1936)


def _other(kind: str, number: str, bearer: Bearer = BEARER) -> str:
    return next(others(KEYED, kind, number, bearer))


KNOWN = ["WD262277405", "15490211129", "138517194911211343"]


# A change here changes every release ever made with this key: see docs/adr.
def test_known_answers() -> None:
    told = [
        _other("MRN", "CT202500817"),
        _other("PHONE", "13800000000"),
        _other("ID_CARD", "11010519491231002X"),
    ]
    assert told == KNOWN


numbers = st.text(st.sampled_from("0123456789ABab"), min_size=3, max_size=12)
births = st.dates(min_value=date(1940, 3, 1), max_value=date(2020, 12, 31))


def _card(area: str, born: date, order: int) -> str:
    body = f"{area}{born:%Y%m%d}{order:03d}"
    return next(body + check for check in "0123456789X" if is_identity_card(body + check))


@given(births, st.integers(0, 999), st.integers(-365, 365).filter(bool))
def test_an_identity_number_moves_keeps_the_sex_and_is_in_no_area(born: date, order: int, by: int) -> None:
    number = _card("320583", born, order)
    told = _other("ID_CARD", number, Bearer(scope="p-1", days=by, oldest=1936))
    assert is_identity_card(told)
    assert told[6:14] == f"{born + timedelta(days=by):%Y%m%d}"
    assert int(told[16]) % 2 == order % 2
    assert 71 <= int(told[2:4]) <= 89  # GB/T 2260 gives no area such a number
    assert told[:2] != "32"


def test_the_province_is_one_and_the_same_for_a_patient() -> None:
    numbers = [_card("320583", date(1980, 1, n), n) for n in (1, 2)]
    assert len({_other("ID_CARD", number)[:2] for number in numbers}) == 1
    assert _other("PLATE", "苏E12345")[0] == _other("PLATE", "苏A99999")[0]


def test_an_identity_number_tells_no_age_above_89() -> None:
    told = _other("ID_CARD", _card("320583", date(1930, 5, 6), 1))
    assert told[6:14] == "19360101"


def test_an_old_number_of_15_figures_stays_one() -> None:
    told = _other("ID_CARD", "320583491231002")
    assert len(told) == 15
    assert has_birth_date(told)
    assert told[6:12] == "491121"


def test_a_misread_number_is_the_same_person() -> None:
    assert _other("ID_CARD", "ll01O5I9491231002X") == _other("ID_CARD", "11010519491231002X")


@pytest.mark.parametrize(
    ("kind", "number", "shape"),
    [
        ("PHONE", "13800000000", r"154\d{8}"),
        ("PHONE", "138 0000 0000", r"154 \d{4} \d{4}"),
        ("PHONE", "+86 138 0000 0000", r"\+86 154 \d{4} \d{4}"),
        ("PHONE", "0512-57550000", r"0600-[2-9]\d{7}"),
        ("PHONE", "(010)62345678", r"\(026\)[2-9]\d{7}"),
        ("PHONE", "400-123-4567", r"400-[2-5]\d\d-\d{4}"),
        ("PHONE", "(203) 555-0142", r"\([2-9]\d\d\) 555-01\d\d"),
        ("PHONE", "+44 20 7946 0018", r"\+99 9\d \d{4} \d{4}"),
        ("PHONE", "57550000", r"0\d{7}"),
        ("PHONE", "8012", r"\d{4}"),
        ("PLATE", "苏E12345", r"[^苏]I\d{5}"),
        ("PLATE", "苏ED12345", r"[^苏]I[A-HJ-NP-Z]\d{5}"),
        ("PLATE", "沪A1234警", r"[^沪]I\d{4}警"),
        ("EMAIL", "zhang.san@example.cn", r"[a-z]+@example\.org"),
        ("URL", "https://a.example.cn/x?y=1", r"https://example\.org/[a-z]+"),
        ("URL", "www.example.cn", r"www\.example\.org/[a-z]+"),
        ("ID_CARD", "123456789", r"9\d\d(?:0[1-9]|[1-4]\d)\d{4}"),
        ("DEVICE_ID", "00:1A:2B:3C:4D:5E", r"02(?::[0-9A-F]{2}){5}"),
        ("DEVICE_ID", "PJN599266", r"[A-Z]{3}\d{6}"),
        ("MRN", "CT202500817", r"[A-Z]{2}\d{9}"),
        ("WECHAT_QQ", "wxid_ab12", r"[a-z]{4}_[a-z]{2}\d\d"),
    ],
)
def test_the_form_stays_and_the_number_is_one_nobody_has(kind: str, number: str, shape: str) -> None:
    told = _other(kind, number)
    assert re.fullmatch(shape, told)
    assert told != number


def test_a_telephone_is_the_same_however_it_is_written() -> None:
    written = ("13800000000", "138-0000-0000", "+86 138 0000 0000")
    told = {re.sub(r"\D", "", _other("PHONE", one))[-11:] for one in written}
    assert len(told) == 1


@pytest.mark.parametrize("address", ["10.1.2.3", "fe80:0:0:0:1:2:3:4"])
def test_an_address_of_a_machine_is_one_for_documents(address: str) -> None:
    told = ipaddress.ip_address(_other("IP", address))
    nets = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
    assert any(told in net for net in map(ipaddress.ip_network, nets) if net.version == told.version)


@given(st.text(st.sampled_from("0123456789"), min_size=16, max_size=19))
def test_a_bank_card_has_its_check_digit_and_no_bank(digits: str) -> None:
    told = _other("BANK_CARD", digits)
    assert passes_luhn(told)
    assert len(told) == len(digits)
    assert told.startswith("9999")


def test_a_credit_code_has_its_check_character_and_is_in_no_area() -> None:
    told = _other("ORG", "91350100M000100Y43")
    assert is_credit_code(told)
    assert 71 <= int(told[4:6]) <= 89


@given(st.lists(numbers, min_size=2, max_size=8, unique=True))
def test_two_numbers_never_become_one_and_none_stays(some: list[str]) -> None:
    told = [_other("MRN", one) for one in some]
    assert len(set(told)) == len(told)
    assert all(a != b for a, b in zip(some, told, strict=True))


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_number_changed_figure_by_figure_is_a_permutation_without_a_fixed_point(size: int) -> None:
    numbers = [f"{n:0{size}d}" for n in range(10**size)]
    told = [KEYED.permuted(one, "test") for one in numbers]
    assert sorted(told) == numbers
    assert not [one for one, other in zip(numbers, told, strict=True) if one == other]


def test_another_key_gives_other_numbers() -> None:
    other = next(others(Keyed(b"k" * 32), "MRN", "0012345678", BEARER))
    assert other != _other("MRN", "0012345678")
