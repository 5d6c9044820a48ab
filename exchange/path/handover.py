"""Hand over: the FHIR Bundle a permitted request is answered with."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import orjson

# Until when the recipient may use what is in the Bundle: nobody can enforce it there, but it must be told.
VALID_UNTIL = "https://consent.example.cn/fhir/StructureDefinition/valid-until"


def bundle_of(
    resources: Iterable[bytes], *, request_id: str, at: datetime, valid_for: timedelta | None = None
) -> tuple[bytes, int]:
    """A searchset Bundle around resources as JSON bytes, untouched, and how many they are.

    `total` counts what is inside: what was withheld leaves no gap to count (HAPI issues 1507, 2012). `valid_for` is
    the time limit of the permit; it is told in `meta`.
    """
    entries = [b'{"resource":' + one + b',"search":{"mode":"match"}}' for one in resources]
    head = {
        "resourceType": "Bundle",
        "id": request_id,
        **_time_limit(at, valid_for),
        "type": "searchset",
        "timestamp": at.isoformat(timespec="milliseconds"),
        "total": len(entries),
    }
    opened = orjson.dumps(head)[:-1]
    return opened + b',"entry":[' + b",".join(entries) + b"]}" if entries else opened + b"}", len(entries)


def _time_limit(at: datetime, valid_for: timedelta | None) -> dict[str, object]:
    if valid_for is None:
        return {}
    until = (at + valid_for).isoformat(timespec="milliseconds")
    return {"meta": {"extension": [{"url": VALID_UNTIL, "valueInstant": until}]}}
