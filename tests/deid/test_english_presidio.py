"""What presidio's recognisers for English find in their own tests, we cover too, by rows of our own and by theirs."""

import pytest

from deid import TextEngine
from tests.deid.presidio_tests import Case, cases, checkout, is_met

ENGINE = TextEngine()

# What a hospital does not write and presidio's tests do: a year or a month alone is no date of ours, plates and
# postcodes without a blank look like codes of the laboratory, the rest is written as nobody writes it.
KNOWN_TO_DIFFER = {
    "DATE_TIME": 13,
    "IBAN_CODE": 1,
    "IN_PAN": 1,
    "IN_VEHICLE_REGISTRATION": 2,
    "IP_ADDRESS": 1,
    "PHONE_NUMBER": 1,
    "UK_NINO": 1,
    "UK_POSTCODE": 4,
    "UK_VEHICLE_REGISTRATION": 12,
    "US_ITIN": 1,
    "US_MBI": 1,
}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("BANK_CARD", "4012 8888 8888 1881"),
        ("BANK_CARD", "DE89370400440532013000"),
        ("BANK_CARD", "GB82 WEST 1234 5698 7654 32"),
        ("DATE", "2024-03-05T10:15:30-05:00"),
        ("DEVICE_ID", "aabb.ccdd.eeff"),
        ("EMAIL", "ward.clerk@hospital.example"),
        ("HEALTH_CARD", "943 476 5919"),
        ("ID_CARD", "123-45-6789"),
        ("ID_CARD", "123 45 6789"),
        ("ID_CARD", "912-71-1234"),
        ("ID_CARD", "130 692 544"),
        ("ID_CARD", "ABCPE1234F"),
        ("ID_CARD", "S1234567D"),
        ("ID_CARD", "AB 12 34 56 C"),
        ("HEALTH_CARD", "2123 45670 1"),
        ("INSURANCE", "1EG4-TE5-MK73"),
        ("IP", "192.0.2.17"),
        ("IP", "2001:db8::8a2e:370:7334"),
        ("IP", "192.0.2.0/24"),
        ("IP", "2001:db8:0:0:0:0:192.0.2.1"),
        ("MRN", "1234 567 893"),
        ("PHONE", "(415) 555-0132"),
        ("PHONE", "+44 20 7946 0123"),
        ("PHONE", "+30 21 0 1234567"),
        ("POSTCODE", "SW1A 1AA"),
        ("URL", "hospital-portal.com"),
        ("URL", "https://portal.example/r?x=1"),
    ],
)
def test_it_is_found_without_a_word_in_front(kind: str, value: str) -> None:
    assert ENGINE.redact(f"seen {value} there", lang="en").text == f"seen [{kind}] there"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("BANK_CARD", "GB82 WEST 1234 5698 7654 33"),
        ("HEALTH_CARD", "943 476 5918"),
        ("HEALTH_CARD", "2123 45671 1"),
        ("ID_CARD", "000 45 6789"),
        ("IP", "12:30:45"),
        ("URL", "e.g.and"),
        ("POSTCODE", "T2N0M0"),
    ],
)
def test_a_check_that_does_not_fit_makes_it_nothing_of_that_kind(kind: str, value: str) -> None:
    assert kind not in [span.type for span in ENGINE.find(f"({value})", lang="en")]


def test_a_row_is_met_when_what_stands_there_is_covered() -> None:
    assert is_met(Case("US_SSN", "it is 123-45-6789.", ((6, 17),)), ENGINE)
    assert not is_met(Case("DATE_TIME", "in 1972", ((3, 7),)), ENGINE)
    assert is_met(Case("UK_NHS", "943 476 5918", ()), ENGINE)


@pytest.mark.service
def test_presidios_own_rows_are_covered_but_for_those_known_to_differ() -> None:
    root = checkout()
    if root is None:
        pytest.skip("PRESIDIO_CHECKOUT names no checkout of presidio")
    differ: dict[str, int] = {}
    for case in cases(root):
        if case.places and not is_met(case, ENGINE):
            differ[case.entity] = differ.get(case.entity, 0) + 1
    assert {entity: n for entity, n in differ.items() if n > KNOWN_TO_DIFFER.get(entity, 0)} == {}
