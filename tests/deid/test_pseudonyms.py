"""The same person has the same pseudonym in one project, and nothing in common with it in the next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid.errors import BadKey
from deid.pseudonyms import Pseudonyms, derive, normalised
from deid.references import pseudonymous

KEY = bytes(range(32))
NAMES = Pseudonyms(KEY)
TYPES = frozenset(("Patient", "Practitioner"))
texts = st.text(max_size=80)


# A change here changes every release ever made with this key: see docs/adr.
def test_known_answers() -> None:
    assert (
        derive(KEY, "pseudonym").hex() == "c6d68588bbe5fdbd83a5db1f9749b298f0772075d4deb559676f7613bdb5736d"
    )
    assert NAMES.of_id("p-1") == "9eab269dc1468d2680e94ffbb92a48d5"
    assert NAMES.of_number("11010119900307123X") == "63e3f39506c4fbf0063ad960f199f6a8"
    assert NAMES.of_uid("1.2.840.10008.1") == "2.25.18950907064521733302348893050614348379"


@given(texts)
def test_a_pseudonym_is_a_fhir_id_and_does_not_show_the_name(text: str) -> None:
    name = NAMES.of_id(text)
    assert len(name) == 32
    assert set(name) <= set("0123456789abcdef")


@given(texts, st.binary(min_size=32, max_size=32).filter(lambda key: key != KEY))
def test_two_projects_cannot_compare(text: str, other: bytes) -> None:
    assert NAMES.of_id(text) != Pseudonyms(other).of_id(text)


@pytest.mark.parametrize(
    "typed",
    [
        "11010119900307123x",
        "１１０１０１１９９００３０７１２３Ｘ",
        " 110101 19900307 123X",
        "110101\u200b19900307123X",
    ],
)
def test_a_number_is_the_same_however_it_was_typed(typed: str) -> None:
    assert NAMES.of_number(typed) == NAMES.of_number("11010119900307123X")


def test_letters_of_other_numbers_keep_their_case() -> None:
    assert normalised("aB 12x") == "aB12x"


def test_an_id_and_a_number_that_read_the_same_have_nothing_in_common() -> None:
    assert NAMES.of_id("17") != NAMES.of_number("17")


def test_a_short_key_is_refused() -> None:
    with pytest.raises(BadKey, match="fewer than 32 bytes"):
        derive(b"k" * 31, "pseudonym")


def _told(address: str) -> str | None:
    return pseudonymous(address, NAMES, types=TYPES, system=lambda name: name)


@pytest.mark.parametrize(
    "address",
    [
        "Patient/p-1",
        "Patient/p-1/_history/3",
        "https://fhir.example.org/r4/Patient/p-1",
        "http://fhir.example.org/Patient/p-1/_history/9",
    ],
)
def test_every_way_to_point_at_a_patient_gives_the_same_pseudonym(address: str) -> None:
    assert _told(address) == f"Patient/{NAMES.of_id('p-1')}"


def test_a_urn_points_at_the_pseudonym_of_the_same_id() -> None:
    told = _told("urn:uuid:6F1D2E1C-0000-4000-8000-000000000001")
    assert told is not None
    assert told.removeprefix("urn:uuid:").replace("-", "") == NAMES.of_id(
        "6f1d2e1c-0000-4000-8000-000000000001"
    )


def test_a_search_by_number_points_at_the_pseudonym_of_the_number() -> None:
    assert (
        _told("Practitioner?identifier=urn:x|77%201")
        == f"Practitioner?identifier=urn:x|{NAMES.of_number('771')}"
    )


def test_a_contained_resource_is_pointed_at_by_its_pseudonym() -> None:
    assert _told("#who") == f"#{NAMES.of_id('who')}"
    assert _told("#") == "#"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "张三",
        "Nobody/p-1",
        "Patient/张三",
        "urn:oid:1.2.3",
        "mailto:zhang@example.org",
        "Patient?name=Zhang",
        "#张三",
    ],
)
def test_what_cannot_be_taken_apart_is_dropped(address: str) -> None:
    assert _told(address) is None


@given(texts)
def test_no_address_comes_out_as_it_went_in(address: str) -> None:
    assert address == "#" or _told(address) != address
