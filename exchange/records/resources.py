"""Is this one piece of JSON a resource that can be kept?"""

from typing import Any

from exchange.records.problems import Found, Place, Problem
from exchange.records.resource_types import R4_TYPES, is_id
from exchange.records.strict_json import NotStrict, parse


def check(raw: bytes, place: Place) -> Found | Problem:
    """The resource in `raw`, or what is wrong with it."""
    try:
        value, tight = parse(raw)
    except NotStrict as wrong:
        return not_strict(wrong, place, raw)
    if not isinstance(value, dict):
        return Problem(place, "not-an-object", raw=raw)
    return named(value, body=raw, tight=tight, place=place)


def named(resource: dict[str, Any], *, body: bytes, tight: bytes, place: Place) -> Found | Problem:
    """`resource` ready to be kept, if its type and id are ones FHIR R4 allows."""
    kind, key = resource.get("resourceType"), resource.get("id")
    if kind is None:
        return Problem(place, "no-type", raw=body)
    if not isinstance(kind, str) or kind not in R4_TYPES:
        return Problem(place, "unknown-type", raw=body)
    if key is None:
        return Problem(place, "no-id", type=kind, raw=body)
    if not isinstance(key, str) or not is_id(key):
        return Problem(place, "bad-id", type=kind, raw=body)
    return Found(place, kind, key, body, tight, resource)


def not_strict(wrong: NotStrict, place: Place, raw: bytes) -> Problem:
    """`wrong` as a Problem: at the line of `place`, or at the line of the document where it went wrong."""
    where = Place(place.file, place.line or wrong.line, place.entry)
    return Problem(where, wrong.reason, str(wrong.column or ""), raw=raw)
