"""Everything in a sample that says who somebody is, so that a test can look for it where it must not be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

_WHO = ("Patient", "RelatedPerson")


def secrets(folder: Path) -> frozenset[str]:
    """Every name, identity, card, archive and record number, phone and address of the people in `folder`.

    `folder` is what `write_sample` wrote, or one region's folder of it. Names of doctors are no secrets.
    """
    return frozenset(_values(folder))


def _values(folder: Path) -> Iterator[str]:
    for kind in _WHO:
        for path in sorted(folder.rglob(f"{kind}.ndjson")):
            for line in path.read_bytes().splitlines():
                yield from _of(orjson.loads(line))


def _of(person: dict[str, Any]) -> Iterator[str]:
    for one in (person, *person.get("contact", ())):
        names = one.get("name", ())
        yield from (name["text"] for name in (names if isinstance(names, list) else [names]))
        yield from (contact["value"] for contact in one.get("telecom", ()))
    yield from (number["value"] for number in person.get("identifier", ()))
    for address in person.get("address", ()):
        yield from (address["text"], *address["line"])
