"""Hand over: the FHIR Bundle a permitted request is answered with."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import orjson


def bundle_of(resources: Iterable[bytes], *, request_id: str, at: datetime) -> tuple[bytes, int]:
    """A searchset Bundle around resources as JSON bytes, untouched, and how many they are.

    `total` counts what is inside: what was withheld leaves no gap to count (HAPI issues 1507, 2012).
    """
    entries = [b'{"resource":' + one + b',"search":{"mode":"match"}}' for one in resources]
    head = {
        "resourceType": "Bundle",
        "id": request_id,
        "type": "searchset",
        "timestamp": at.isoformat(timespec="milliseconds"),
        "total": len(entries),
    }
    opened = orjson.dumps(head)[:-1]
    return opened + b',"entry":[' + b",".join(entries) + b"]}" if entries else opened + b"}", len(entries)


def counts_by_type(resources: Iterable[Mapping[str, object]]) -> dict[str, int]:
    """How many of each resource type: what the outcome entry says about what left."""
    counts: dict[str, int] = {}
    for one in resources:
        name = str(one.get("resourceType", ""))
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))
