"""A place or an institution becomes another of its kind, as deep and of the same form."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid.text.operators.identity import PROVINCES
from deid.text.operators.keyed import Keyed
from deid.text.operators.numbers import Bearer, others
from deid.text.operators.places import LISTS, addresses, institutions, province_in

KEYED = Keyed(bytes(range(32)))


def _hospital(name: str) -> str:
    return next(iter(institutions(KEYED, name)))


def _address(address: str, patient: str = "p-1") -> str:
    return next(iter(addresses(KEYED, address, scope=patient)))


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("昆山市第一人民医院", "..市第[^一]人民医院"),
        ("北京协和医院", "..医院"),
        ("苏州大学附属第一医院", "..大学附属第[^一]医院"),
        ("玉山镇卫生院", "..镇卫生院"),
        ("花桥社区卫生服务中心", "..社区卫生服务中心"),
        ("恒达精密机械有限公司", "..精密机械有限公司"),
        ("昆山市实验小学", "..市实验小学"),
        ("协和", ".."),
        ("人民医院", "..人民医院"),
        ("Mercy General Hospital", r"\w+ General Hospital"),
        ("St. Mary's Medical Center", r"\w+ Medical Center"),
        ("Westport Elementary School", r"\w+ Elementary School"),
    ],
)
def test_of_an_institution_its_kind_stays(name: str, shape: str) -> None:
    assert re.fullmatch(shape, _hospital(name))
    assert _hospital(name) != name


@pytest.mark.parametrize(
    ("address", "shape"),
    [
        ("江苏省昆山市玉山镇朝阳路8号", "..省..市..镇..路[^8]号"),
        ("朝阳新村12幢3单元401室", r"..新村\d\d幢\d单元\d\d\d室"),
        ("昆山市花桥镇集善村三组", "..市..镇..村[^三]组"),
        ("昆山", ".."),
        ("27 Harbour Lane, Apt 4, Westport, CT 06880", r"\d\d \w+ Lane, Apt \d, \w+, [A-Z]{2} \d{5}"),
        ("27a Quarry Street, Shrewsbury SY3 9QT", r"\d\d[a-z] \w+ Street, \w+ [A-Z]{2}\d \d[A-Z]{2}"),
    ],
)
def test_an_address_is_as_deep_as_it_was(address: str, shape: str) -> None:
    assert re.fullmatch(shape, _address(address))


@pytest.mark.parametrize(
    "address", ["江苏省昆山市玉山镇朝阳路8号", "内蒙古自治区呼和浩特市", "广西壮族自治区南宁市"]
)
def test_no_name_of_it_stays(address: str) -> None:
    names = re.split("自治区|壮族自治区|省|市|镇|路|号", address)
    assert not [name for name in names if name and name in _address(address)]


def test_the_province_is_the_one_of_the_patients_identity_number() -> None:
    number = next(others(KEYED, "ID_CARD", "320583194912310011", Bearer(scope="p-1", days=1, oldest=1936)))
    province = province_in(_address("江苏省昆山市"))
    assert number[:2] == PROVINCES[LISTS["provinces"].index(province)] != "32"


def test_a_town_is_the_same_town_in_an_address_and_in_the_name_of_its_hospital() -> None:
    assert _hospital("昆山市第一人民医院")[:2] == _address("昆山市")[:2]


@given(st.text(st.sampled_from("江苏省昆山市玉镇朝阳路8号一二 ABab,."), min_size=2, max_size=14))
def test_anything_called_a_place_comes_out_as_another(name: str) -> None:
    plain = name.strip()
    if any(char.isalnum() for char in plain):
        assert next(iter(addresses(KEYED, plain, scope="p-1")), plain) != plain or not re.search(
            r"[0-9A-Za-z]|[^省市镇路号\W]", plain
        )
        assert _hospital(plain) != plain
