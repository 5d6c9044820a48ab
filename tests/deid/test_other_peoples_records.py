"""On records made by others: nothing that says who comes out, and as much comes out as went in."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from deid import Cleaner
from tests.deid.records import cleaner

BUNDLES = 6  # a quarter of them, chosen by name: enough to meet every type, fast enough to be run


@cache
def _records(shared: Path) -> tuple[tuple[str, bytes, dict[str, Any]], ...]:
    return tuple((_subject(one), orjson.dumps(one), one) for one in _read(shared))


def _read(shared: Path) -> Iterator[dict[str, Any]]:
    for file in sorted((shared / "data" / "synthea" / "bulk-ndjson").glob("[A-Z]*.ndjson")):
        yield from (orjson.loads(line) for line in file.read_bytes().splitlines() if line)
    for file in sorted((shared / "data" / "synthea" / "bundles").glob("*.json"))[:BUNDLES]:
        yield from (entry["resource"] for entry in orjson.loads(file.read_bytes())["entry"])


def _subject(resource: dict[str, Any]) -> str:
    if resource["resourceType"] == "Patient":
        return str(resource["id"])
    about = resource.get("subject") or resource.get("patient") or {}
    return re.sub("^(Patient/|urn:uuid:)", "", about.get("reference", ""))


def _identifying(people: Iterator[dict[str, Any]]) -> set[str]:
    """Names, numbers, telephones and addresses of patients and doctors: what must not come out."""
    found: set[str] = set()
    for person in people:
        found.add(person["id"])
        for name in person.get("name", ()):
            found |= {name["family"], *name["given"]} if isinstance(name, dict) else {name}
        found |= {
            one["value"] for key in ("identifier", "telecom") for one in person.get(key, ()) if "value" in one
        }
        for address in person.get("address", ()):
            found |= {*address.get("line", ()), address.get("postalCode", "-" * 9)}
    return {text for text in found if len(text) > 3}


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["research", "statistics"])
def test_nothing_that_says_who_comes_out(shared: Path, profile: str) -> None:
    records = _records(shared)
    used = cleaner(profile)
    out = [_clean(used, subject, body) for subject, body, _ in records]
    told = b"\n".join(body for body in out if body)
    secrets = _identifying(one for _, _, one in records if one["resourceType"] in ("Patient", "Practitioner"))
    assert len(secrets) > 500
    words = set(re.findall(r'[^"\\/|,:# ]+', told.decode()))
    strings = set(re.findall(r'"([^"]*)"', told.decode()))
    assert secrets & (words | strings) == set()
    assert used.report.received.total() == used.report.released.total() + used.report.skipped.total()


@pytest.mark.slow
def test_for_care_nothing_of_the_clinical_record_is_lost(shared: Path) -> None:
    used = cleaner("care")
    for subject, body, resource in _records(shared):
        told = orjson.loads(_clean(used, subject, body) or b"{}")
        if resource["resourceType"] in (
            "Condition",
            "MedicationRequest",
            "Immunization",
            "AllergyIntolerance",
        ):
            assert told == resource


def _clean(used: Cleaner, subject: str, body: bytes) -> bytes | None:
    return used.clean(body, subject=subject).body
