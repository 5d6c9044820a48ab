"""Take a Bundle apart into the resources it carries, each exactly as it was written.

Two things are added, and nothing else is touched:

- inside a Bundle, records may point at each other by `urn:uuid:...` or by the full address they have on
  the sender's server. Where such an address belongs to an entry of the same Bundle (or to the same
  server), the string in `"reference"` is replaced by `Type/id`; this is done on the bytes, so no number
  and no other text is respelled;
- a resource without an id takes the one in its `fullUrl`, written in front.

The blanks a Bundle is indented with are not part of its records and are left out.
Source: HL7 FHIR 4.0.1, bundle.html (resolving references).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec
import orjson

from exchange.records.problems import Found, Place, Problem
from exchange.records.resource_types import R4_TYPES, is_id
from exchange.records.resources import named, not_strict
from exchange.records.strict_json import NotStrict, compact, count_keys, parse

# Only a key can stand before a colon, so in valid JSON without blanks this is never inside a text.
_REFERENCE = re.compile(rb'"reference":"((?:urn:(?:uuid|oid):|https?:)(?:[^"\\]|\\/)*)"')
_URN = re.compile(r"urn:uuid:([0-9a-fA-F-]{1,64})")
_RESTFUL = re.compile(
    r"(https?://.+)/([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[^/]+)?",
    re.ASCII,
)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Kind(msgspec.Struct):
    resourceType: object = None


class _Head(msgspec.Struct):
    resourceType: object = None
    id: object = None


class _Entry(msgspec.Struct):
    fullUrl: object = None
    resource: msgspec.Raw = msgspec.Raw(b"")


@dataclass(frozen=True, slots=True)
class _Named:
    """One entry and the name its resource will have; empty where it has none."""

    place: Place
    raw: bytes
    url: str = ""
    type: str = ""
    id: str = ""


def bundle_in(raw: bytes) -> bytes | None:
    """`raw` without blanks between its tokens if it is a Bundle, else None. Entries are not looked at."""
    if b'"Bundle"' not in raw:
        return None
    try:
        return compact(raw) if msgspec.json.decode(raw, type=_Kind).resourceType == "Bundle" else None
    except _UNREADABLE:
        return None


def unpack(tight: bytes, place: Place) -> Iterator[Found | Problem]:
    """The resources of the Bundle `tight`, as `bundle_in` gave it.

    Entries that cannot be taken become Problems; a history comes oldest first, so the newest is kept.
    """
    try:
        top = msgspec.json.decode(tight, type=dict[str, msgspec.Raw])
        if _has_key_twice(tight, top):
            raise NotStrict("duplicate-key")
        for key, value in top.items():
            if key != "entry":
                parse(bytes(value))
        raws = msgspec.json.decode(top.get("entry", b"[]"), type=list[msgspec.Raw])
    except NotStrict as wrong:
        yield Problem(place, wrong.reason, type="Bundle")
        return
    except UnicodeDecodeError:
        yield Problem(place, "not-utf8", type="Bundle")
        return
    except msgspec.DecodeError:
        yield Problem(place, "bad-entries", type="Bundle")
        return
    entries = [
        _name(bytes(raw), Place(place.file, place.line, f"Bundle.entry[{n}]")) for n, raw in enumerate(raws)
    ]
    if bytes(top.get("type", b"")) == b'"history"':
        entries.reverse()
    addresses = _Addresses(entries)
    for entry in entries:
        yield _take(entry, addresses)


def _has_key_twice(tight: bytes, top: dict[str, msgspec.Raw]) -> bool:
    """Whether an object written as `tight` names one of its own keys twice; deeper ones are not looked at."""
    # Whatever was dropped, and whatever is spelled out, makes `tight` longer than this.
    shortest = 1 + sum(len(orjson.dumps(key)) + 2 + len(bytes(value)) for key, value in top.items())
    if len(tight) == shortest:
        return False
    return count_keys(tight) != len(top) + sum(count_keys(bytes(value)) for value in top.values())


class _Addresses:
    """What the addresses used in one Bundle stand for."""

    def __init__(self, entries: list[_Named]) -> None:
        self._names: dict[str, str] = {}
        self._servers: set[str] = set()
        self._clashing: set[str] = set()
        for entry in entries:
            if entry.url and entry.type in R4_TYPES and is_id(entry.id):
                self._add(entry)

    def clash(self, entry: _Named) -> bool:
        """Whether another record of the Bundle claims the same address."""
        return _folded(entry.url) in self._clashing

    def rewrite(self, raw: bytes) -> bytes:
        """`raw` with the addresses of this Bundle written as `Type/id`."""
        return _REFERENCE.sub(self._replacement, raw)

    def _add(self, entry: _Named) -> None:
        name = f"{entry.type}/{entry.id}"
        if self._names.setdefault(_folded(entry.url), name) != name:
            self._clashing.add(_folded(entry.url))
        if match := _RESTFUL.fullmatch(entry.url):
            self._servers.add(match[1])

    def _replacement(self, match: re.Match[bytes]) -> bytes:
        address = match[1].replace(b"\\/", b"/").decode("utf-8", "replace")
        name = self._names.get(_folded(address))
        if name is None and (parts := _RESTFUL.fullmatch(address)) and parts[1] in self._servers:
            name = f"{parts[2]}/{parts[3]}"
        return match[0] if name is None else b'"reference":"%b"' % name.encode()


def _name(raw: bytes, place: Place) -> _Named:
    """The entry with its name, as far as it can be read; `_take` says what is wrong with the rest."""
    try:
        entry = msgspec.json.decode(raw, type=_Entry)
        url = entry.fullUrl if isinstance(entry.fullUrl, str) else ""
        head = msgspec.json.decode(entry.resource, type=_Head)
    except _UNREADABLE:
        return _Named(place, raw)
    kind = head.resourceType if isinstance(head.resourceType, str) else ""
    key = _id_in(url, kind) if head.id is None else head.id
    return _Named(place, raw, url, kind, key if isinstance(key, str) else "")


def _take(entry: _Named, addresses: _Addresses) -> Found | Problem:
    place, kind = entry.place, entry.type if entry.type in R4_TYPES else ""
    rewritten = addresses.rewrite(entry.raw)
    try:
        value, _ = parse(rewritten)
    except NotStrict as wrong:
        return not_strict(wrong, place, entry.raw)
    resource = value.get("resource") if isinstance(value, dict) else None
    if resource is None:
        return Problem(place, "no-resource", raw=entry.raw)
    if not isinstance(resource, dict):
        return Problem(place, "not-an-object", raw=entry.raw)
    if kind == "Bundle":
        return Problem(place, "bundle-in-bundle", type=kind, raw=entry.raw)
    if addresses.clash(entry):
        return Problem(place, "fullurl-twice", type=kind, raw=entry.raw)
    if kind and (match := _RESTFUL.fullmatch(entry.url)) and (match[2], match[3]) != (kind, entry.id):
        return Problem(place, "id-not-fullurl", type=kind, raw=entry.raw)
    body = bytes(msgspec.json.decode(rewritten, type=_Entry).resource)
    if "id" not in resource and is_id(entry.id):
        resource["id"] = entry.id
        body = b'{"id":"%b",' % entry.id.encode() + body[1:]
    taken = named(resource, body=body, tight=body, place=place)
    return taken if isinstance(taken, Found) else replace(taken, raw=entry.raw)


def _id_in(url: str, kind: str) -> str:
    """The id a resource without one gets from its fullUrl; empty where there is none to get."""
    if match := _URN.fullmatch(url):
        return match[1].lower()
    match = _RESTFUL.fullmatch(url)
    return match[3] if match and match[2] == kind else ""


def _folded(url: str) -> str:
    return url.lower() if url.startswith("urn:") else url
