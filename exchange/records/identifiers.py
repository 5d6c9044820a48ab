"""Find a person by a number without keeping a second list of numbers in clear.

Every identifier is kept as HMAC-SHA-256 under a key of the node, cut to 128 bits. Who copies the table
cannot try all identity numbers against it without the key; an unkeyed hash is undone in hours.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from exchange.records.references import Target, values_at

IDENTITY_CARD = "urn:oid:2.16.156.10011.1.3"  # GB 11643
HEALTH_CARD = "urn:oid:2.16.156.10011.1.19"  # WS 537
# One number, one person in the whole country: these may be given without their system.
BARE_SYSTEMS = frozenset((IDENTITY_CARD, HEALTH_CARD))
# Types that may be pointed at by number; other records are found through these.
_LOOKED_UP_NAMES = """
    Device HealthcareService Location Medication Organization Patient Practitioner PractitionerRole
    RelatedPerson
"""
LOOKED_UP = frozenset(_LOOKED_UP_NAMES.split())

_BLANKS = re.compile(r"\s+")
_OID = re.compile(r"[0-2](\.\d+)+", re.ASCII)
_DOMAIN = b"hutong:records:identifier\0"


class Lookup:
    """Turns identifiers into the form they are kept in; `key` is 32 secret bytes of the node."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.one = lru_cache(maxsize=8192)(self._one)  # the same doctors and hospitals again and again

    def reference(self, target: Target) -> str:
        """`Type/id`, or `Type?` with the keyed form where only an identifier is known, or `Type?` alone."""
        if target.id:
            return target.reference
        return f"{target.type}?{self.one(target.type, target.system, target.value) if target.value else ''}"

    def _one(self, kind: str, system: str, value: str) -> str:
        """The keyed form of one identifier of a `kind`; an empty system is a number given bare."""
        system, value = normalise(system, value)
        text = f"{kind}\0{system}\0{value}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, _DOMAIN + text, hashlib.sha256)[:16].hex()

    def every(self, resource: Mapping[str, Any]) -> Iterator[str]:
        """The keyed forms under which `resource` can be found."""
        kind = str(resource.get("resourceType"))
        if kind not in LOOKED_UP:
            return
        for identifier in values_at(resource, ("identifier",)):
            value = identifier.get("value") if isinstance(identifier, dict) else None
            if not isinstance(value, str) or not value.strip():
                continue
            system = identifier.get("system")
            system = _system(system) if isinstance(system, str) else ""
            if system:
                yield self.one(kind, system, value)
            if system in BARE_SYSTEMS:
                yield self.one(kind, "", value)


def normalise(system: str, value: str) -> tuple[str, str]:
    """Full-width to plain, blanks out; identity and health-card numbers in capitals (x = X)."""
    system = _system(system)
    value = _BLANKS.sub("", unicodedata.normalize("NFKC", value))
    return system, value.upper() if system in BARE_SYSTEMS or not system else value


def _system(system: str) -> str:
    system = system.strip()
    return f"urn:oid:{system}" if _OID.fullmatch(system) else system
