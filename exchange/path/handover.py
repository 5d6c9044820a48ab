"""Hand over: the FHIR Bundle a permitted request is answered with."""

from collections.abc import Iterable
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
