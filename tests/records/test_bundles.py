"""A Bundle comes apart into the records it carries, and what pointed inside it points at the records."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.records import Found, Place, Problem
from exchange.records.bundles import bundle_in, unpack
from exchange.records.strict_json import compact
from tests.records.made_up import LI, Resource, bundle, entry, observation, resource, written

URN = "urn:uuid:6f1c2a34-0000-4000-8000-0000000000aa"
SERVER = "https://his.example/fhir"


def taken(one: Resource) -> list[Found | Problem]:
    tight = bundle_in(json.dumps(one, indent=2).encode())
    assert tight is not None
    return [*unpack(tight, Place("b.json"))]


def only(one: Resource, at: int = 0) -> Found:
    item = taken(one)[at]
    assert isinstance(item, Found), item
    return item


def wrong(one: Resource, at: int = 0) -> Problem:
    item = taken(one)[at]
    assert isinstance(item, Problem), item
    return item


def test_every_entry_becomes_a_record() -> None:
    assert [(item.type, item.id) for item in taken(bundle(entry(LI), entry(observation("o", "Patient/li"))))
            if isinstance(item, Found)] == [("Patient", "li"), ("Observation", "o")]  # fmt: skip


@pytest.mark.parametrize("address", [URN, URN.upper().replace("URN:UUID", "urn:uuid")])
def test_a_reference_by_uuid_becomes_one_by_name(address: str) -> None:
    item = only(bundle(entry(LI, URN), entry(observation("o", address))), 1)
    assert item.resource["subject"] == {"reference": "Patient/li"}
    assert json.loads(item.body) == item.resource


def test_a_full_address_on_the_senders_server_becomes_a_name_also_of_what_is_not_in_the_bundle() -> None:
    item = only(
        bundle(entry(LI, f"{SERVER}/Patient/li"), entry(observation("o", f"{SERVER}/Patient/other"))), 1
    )
    assert item.resource["subject"] == {"reference": "Patient/other"}


def test_an_address_on_another_server_stays_as_it_is() -> None:
    elsewhere = "https://elsewhere.example/fhir/Patient/li"
    item = only(bundle(entry(LI, f"{SERVER}/Patient/li"), entry(observation("o", elsewhere))), 1)
    assert item.resource["subject"] == {"reference": elsewhere}


def test_a_uuid_in_a_text_is_left_alone() -> None:
    note = f'see "reference":"{URN}"'
    item = only(bundle(entry(LI, URN), entry(observation("o", URN, note=[{"text": note}]))), 1)
    assert item.resource["note"] == [{"text": note}]


def test_a_record_without_an_id_takes_the_one_in_its_address() -> None:
    nameless = {"resourceType": "Patient", "gender": "female"}
    item = only(bundle(entry(nameless, URN)))
    assert item.id == URN.removeprefix("urn:uuid:")
    assert item.body == b'{"id":"%b","resourceType":"Patient","gender":"female"}' % item.id.encode()


def test_a_history_is_read_oldest_first_so_that_the_newest_is_kept() -> None:
    now, before = {**LI, "gender": "female"}, {**LI, "gender": "unknown"}
    one = bundle(entry(now, f"{SERVER}/Patient/li"), entry(before, f"{SERVER}/Patient/li"), kind="history")
    assert only(one, 0).resource["gender"] == "unknown"
    assert only(one, 1).resource["gender"] == "female"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"request": {"method": "DELETE", "url": "Patient/li"}}, "no-resource"),
        ({"resource": 5}, "not-an-object"),
        (entry(bundle()), "bundle-in-bundle"),
        (entry({"resourceType": "Patient"}), "no-id"),
        (entry({"resourceType": "Patient", "id": None}, URN), "no-id"),
        (entry({"resourceType": "Patient", "id": "not an id"}), "bad-id"),
        (entry({"resourceType": "Hospital", "id": "h"}), "unknown-type"),
        (entry({}, URN), "no-type"),
        (entry(LI, f"{SERVER}/Patient/wang"), "id-not-fullurl"),
    ],
)
def test_an_entry_that_cannot_be_taken_is_named_and_the_next_one_is_read(bad: Resource, reason: str) -> None:
    one = bundle(bad, entry(observation("o", "Patient/li")))
    assert wrong(one).reason == reason
    assert str(wrong(one)).startswith("b.json Bundle.entry[0]: ")
    assert only(one, 1).type == "Observation"


def test_two_records_that_claim_one_address_are_both_left_out() -> None:
    one = bundle(entry(LI, URN), entry(resource("Patient", "wang"), URN), entry(observation("o", URN)))
    assert [wrong(one, at).reason for at in (0, 1)] == ["fullurl-twice", "fullurl-twice"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"resourceType":"Bundle","entry":[],"entry":[]}', "duplicate-key"),
        (b'{"resourceType":"Bundle","type":{"a":1,"a":2}}', "duplicate-key"),
        (b'{"resourceType":"Bundle","entry":{}}', "bad-entries"),
        (b'{"resourceType":"Bundle","entry":[{"resource":{"id":"a","id":"b"}}]}', "duplicate-key"),
        (
            b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"\xff"}}]}',
            "not-utf8",
        ),
    ],
)
def test_a_bundle_that_could_be_read_in_two_ways_is_not_taken(raw: bytes, reason: str) -> None:
    tight = bundle_in(raw)
    assert tight is not None
    [item] = unpack(tight, Place("b.json"))
    assert isinstance(item, Problem)
    assert item.reason == reason


@given(st.text(), st.floats(allow_nan=False, allow_infinity=False))
def test_nothing_but_references_is_touched(text: str, number: float) -> None:
    one: dict[str, Any] = observation("o", URN, valueString=text, extension=[{"valueDecimal": number}])
    tight = bundle_in(written(bundle(entry(LI, URN), entry(one))))
    assert tight is not None
    [_, item] = unpack(tight, Place("b.json"))
    assert isinstance(item, Found)
    assert item.body == compact(written(one)).replace(URN.encode(), b"Patient/li")
