"""The Bundle a permitted request is answered with: it counts what is in it, and changes nothing of it."""

from datetime import UTC, datetime

import orjson
from hypothesis import given
from hypothesis import strategies as st

from exchange.path.handover import bundle_of

AT = datetime(2026, 11, 25, 1, 2, 3, 456_789, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
RESOURCES = st.lists(
    st.dictionaries(TEXT, st.one_of(TEXT, st.integers(-(2**53), 2**53), st.none()), max_size=4)
)


@given(RESOURCES, TEXT)
def test_the_total_is_the_number_of_entries_and_every_entry_is_as_it_was(
    resources: list[dict[str, object]], name: str
) -> None:
    bodies = [orjson.dumps(one) for one in resources]
    written, count = bundle_of(iter(bodies), request_id=name, at=AT)
    bundle = orjson.loads(written)
    assert bundle["total"] == count == len(resources)
    assert [one["resource"] for one in bundle.get("entry", [])] == resources
    assert all(body in written for body in bodies)
    assert bundle["id"] == name


def test_an_empty_bundle_has_no_entry_element_at_all() -> None:
    """FHIR allows no empty list."""
    written, count = bundle_of([], request_id="r-1", at=AT)
    assert (written, count) == (
        b'{"resourceType":"Bundle","id":"r-1","type":"searchset","timestamp":"2026-11-25T01:02:03.456+00:00","total":0}',
        0,
    )


def test_known_bundle() -> None:
    written, _ = bundle_of([b'{"resourceType":"Basic"}'], request_id="r-1", at=AT)
    assert written == (
        b'{"resourceType":"Bundle","id":"r-1","type":"searchset","timestamp":"2026-11-25T01:02:03.456+00:00",'
        b'"total":1,"entry":[{"resource":{"resourceType":"Basic"},"search":{"mode":"match"}}]}'
    )
