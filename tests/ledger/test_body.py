"""The body of an entry: one way to write it, and nothing else is believed."""

import hashlib
import json
import unicodedata
from dataclasses import fields, replace
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Entry, Recorded
from ledger.body import BodyWrong, prepare, read, record
from ledger.errors import EntryRefused
from ledger.identity import entry_id
from ledger.merkle import leaf_hash
from tests.ledger.books import ENTRY

TIME_US = 1_772_353_800_000_123
SEALED = b"\x01ciphertext"

_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(
    lambda text: unicodedata.normalize("NFC", text)
)
_numbers = st.integers(0, 2**53 - 1)
_STRATEGIES: dict[Any, st.SearchStrategy[Any]] = {
    str: _texts,
    int: _numbers,
    bool: st.booleans(),
    tuple[str, ...]: st.lists(_texts, max_size=3).map(tuple),
}
entries = st.builds(Entry, **{field.name: _STRATEGIES[field.type] for field in fields(Entry)})


def recorded(entry: Entry, sealed: bytes = SEALED) -> Recorded:
    return record(
        prepare(entry, sealed),
        entry_id=entry_id(TIME_US, bytes(8)),
        index=4,
        previous="ab" * 32,
        sequence=2,
        time_us=TIME_US,
    )


def rewritten(**changes: Any) -> bytes:
    """A body that is canonical but says something else."""
    told = json.loads(recorded(ENTRY).body)
    told.update(changes)
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_the_bytes_of_an_entry_are_what_they_were() -> None:
    entry = replace(
        ENTRY, why="同意", obligations=("deidentify:care",), patient="p1", count=3, break_glass=True
    )
    found = recorded(entry)
    assert found.body.decode() == (
        '{"entry":{"action":"R","actor":"","break_glass":true,"claimed_us":0,"consents":[],"count":3,'
        '"decision":"permit","details":"","intent":"","node":"kunshan","object_class":"",'
        '"obligations":["deidentify:care"],"on_behalf_of":"","organisation":"","outcome":"0","patient":"p1",'
        '"phase":"","policy":"","purpose":"TREAT","reason":"","region":"320583","role":"","source":"exchange",'
        '"subtype":"disclose","type":"access","why":"同意"},"id":"019ca884-c740-71f7-8000-000000000000",'
        '"index":4,"previous":"abababababababababababababababababababababababababababababababab",'
        '"sealed_sha256":"b29a2f15b0868677c674581ac0fd8368d02e2d7ecb60596d805398f7789860cf","sequence":2,'
        '"time_us":1772353800000123,"version":1}'
    )
    assert leaf_hash(found.body).hex() == "dc7adb33441fcd8c13b66675c2f8a836149c2367da63ade2f7d09478630303df"


@given(entries)
def test_a_body_is_what_any_canonical_writer_would_write_and_reads_back_the_same(entry: Entry) -> None:
    found = recorded(entry)
    told = json.loads(found.body)
    assert found.body == json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert set(told["entry"]) == {field.name for field in fields(Entry)}
    assert read(found.body, SEALED) == found


def test_the_commitment_is_the_hash_of_the_leaf_hash() -> None:
    found = recorded(ENTRY)
    assert found.commitment == hashlib.sha256(hashlib.sha256(b"\0" + found.body).digest()).hexdigest()


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("why", "e\u0301", "normal form C"),
        ("obligations", ("ok", "e\u0301"), "normal form C"),
        ("why", "\ud800", "not Unicode"),
        ("count", -1, "negative"),
        ("count", 2**53, "too large"),
        ("claimed_us", 2**64, "too large"),
        ("count", True, "wrong kind"),
        ("count", 1.5, "wrong kind"),
        ("break_glass", 1, "wrong kind"),
        ("why", None, "wrong kind"),
        ("obligations", ["a"], "wrong kind"),
        ("consents", (1,), "other than text"),
    ],
)
def test_an_entry_that_would_not_read_back_is_refused_by_the_name_of_its_field(
    field: str, value: Any, reason: str
) -> None:
    with pytest.raises(EntryRefused, match=f"entry field {field} .*{reason}") as caught:
        prepare(replace(ENTRY, **{field: value}))
    assert str(value) not in str(caught.value).replace("2**", "")


def test_a_code_of_an_enumeration_is_text() -> None:
    class Purpose(StrEnum):
        TREAT = "TREAT"

    assert recorded(replace(ENTRY, purpose=Purpose.TREAT)).body == recorded(ENTRY).body


@pytest.mark.attack
@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"{}",
        b"[" * 100_000,
        b"\xff" + recorded(ENTRY).body,
        recorded(ENTRY).body.replace(b'"count":0', b'"count":0.0'),
        recorded(ENTRY).body.replace(b'"count":0', b'"count":-1'),
        recorded(ENTRY).body.replace(b'"count":0', b'"count":0,"count":0'),
        recorded(ENTRY).body.replace(b'"count":0', b'"count":0,"extra":1'),
        recorded(ENTRY).body.replace(b'"why":""', b'"why":"e\xcc\x81"'),
        recorded(ENTRY).body.replace(b'"why":""', b'"why":"\\ud800"'),
        recorded(ENTRY).body.replace(b'"index":4', b'"index":99999999999999999999999'),
        recorded(ENTRY).body.replace(b'"kunshan"', b'"\\u006bunshan"'),
        recorded(ENTRY).body.replace(b",", b", ", 1),
        recorded(ENTRY).body + b"\n",
        rewritten(version=2),
        rewritten(time_us=TIME_US + 1),
        rewritten(id="00000000-0000-4000-8000-000000000000"),
        rewritten(id="nonsense"),
        rewritten(extra=1),
        rewritten(sealed_sha256=""),
    ],
)
def test_a_body_written_in_any_other_way_is_not_believed(stored: bytes) -> None:
    with pytest.raises(BodyWrong):
        read(stored, SEALED)


@pytest.mark.attack
@pytest.mark.parametrize("sealed", [b"", b"\x01ciphertexu", SEALED + b"\0"])
def test_other_sealed_details_are_not_believed(sealed: bytes) -> None:
    with pytest.raises(BodyWrong, match="other sealed details"):
        read(recorded(ENTRY).body, sealed)
