"""Invented people and their records, and the few steps every test of the records takes with them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from exchange.records import Found, ImportReport, Place, Problem, Store, import_paths, prepare
from exchange.records.identifiers import HEALTH_CARD, IDENTITY_CARD
from exchange.records.resources import check

KEY = bytes(range(32))
# Made up: the check digits are right, the people are not there.
LI_NUMBER = "32058319900307221X"
WANG_NUMBER = "320583198511120048"
CARD = "A00000012"

Resource = dict[str, Any]


def clock() -> datetime:
    return datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def resource(kind: str, key: str, **elements: Any) -> Resource:
    return {"resourceType": kind, "id": key, **elements}


def patient(key: str, number: str = "", **elements: Any) -> Resource:
    carried = {"identifier": [{"system": IDENTITY_CARD, "value": number}]} if number else {}
    return resource("Patient", key, **carried, **elements)


def observation(key: str, of: str, **elements: Any) -> Resource:
    return resource("Observation", key, subject={"reference": of}, **elements)


LI = patient("li", LI_NUMBER, gender="female")
WANG = patient("wang", WANG_NUMBER)
LI["identifier"].append({"system": HEALTH_CARD, "value": CARD})


def written(one: Resource) -> bytes:
    return json.dumps(one, ensure_ascii=False).encode()


def lines(*resources: Resource) -> bytes:
    return b"".join(written(one) + b"\n" for one in resources)


def bundle(*entries: Resource, kind: str = "transaction") -> Resource:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def entry(one: Resource, url: str = "") -> Resource:
    return {"fullUrl": url, "resource": one} if url else {"resource": one}


def found(one: Resource) -> Found:
    item = check(written(one), Place("made-up", 1))
    assert isinstance(item, Found)
    return item


def put(store: Store, *resources: Resource) -> list[str]:
    """What became of each."""
    return [*store.put_many([prepare(found(one), store.lookup) for one in resources])]


def take_in(store: Store, *paths: Path, problems: list[Problem] | None = None) -> ImportReport:
    """Import `paths`; rejected lines go to the folder `rejected` beside the first of them."""
    return import_paths(
        paths,
        store,
        reject_dir=paths[0].parent / "rejected",
        clock=clock,
        on_problem=problems.append if problems is not None else None,
    )


def names(resources: Any) -> list[str]:
    return [f"{one.type}/{one.id}" for one in resources]
