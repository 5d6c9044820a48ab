"""What a FHIR Reference points at, when that can be said for certain.

Three forms can be followed: `Patient/17`, `Patient?identifier=system|value`, and a logical reference
(an identifier without an address). An address on another server, a contained resource and anything else
give no target: guessing could file one person's record under another.
Source: HL7 FHIR 4.0.1, references.html.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from exchange.records.resource_types import R4_TYPES

_RELATIVE = re.compile(
    r"([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?",
    re.ASCII,
)
_CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+)\?identifier=([^|&]*)\|([^&]+)")


@dataclass(frozen=True, slots=True)
class Target:
    """A resource pointed at by id, or (where `id` is empty) by an identifier it carries."""

    type: str
    id: str = ""
    system: str = ""
    value: str = ""

    @property
    def reference(self) -> str:
        """`Type/id`; empty when only an identifier is known."""
        return f"{self.type}/{self.id}" if self.id else ""


def target_of(reference: object, *, otherwise: str = "") -> Target | None:
    """The target of a Reference; `otherwise` is the type of a logical reference that names none."""
    if not isinstance(reference, Mapping):
        return None
    address = reference.get("reference")
    if isinstance(address, str):
        return _by_address(address)
    identifier = reference.get("identifier")
    named = reference.get("type", otherwise)
    if isinstance(identifier, Mapping) and isinstance(named, str) and named in R4_TYPES:
        system, value = identifier.get("system", ""), identifier.get("value")
        if isinstance(system, str) and isinstance(value, str) and value.strip():
            return Target(named, system=system, value=value)
    return None


def pointed_at(resource: Mapping[str, Any]) -> Iterator[Target]:
    """The target of every reference anywhere in `resource` that can be followed."""
    left: list[Any] = [resource]
    while left:
        one = left.pop()
        if isinstance(one, dict) and (target := target_of(one)):
            yield target
        inner = one.values() if isinstance(one, dict) else one
        left.extend(value for value in inner if isinstance(value, dict | list))


Path = tuple[str, ...]


def paths(names: str) -> tuple[Path, ...]:
    """`"code performer.actor"` as paths to hand to `each_of`."""
    return tuple(tuple(name.split(".")) for name in names.split())


def each_of(resource: Mapping[str, Any], wanted: Iterable[Path]) -> Iterator[Any]:
    """Everything that stands at the `wanted` paths, in their order."""
    for path in wanted:
        if path[0] in resource:
            yield from values_at(resource, path)


def values_at(resource: Mapping[str, Any], path: Path) -> list[Any]:
    """Everything that stands at one path, lists opened on the way."""
    level = _listed(resource.get(path[0]))
    for name in path[1:]:
        level = [inner for one in level if isinstance(one, dict) for inner in _listed(one.get(name))]
    return level


def _listed(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


# The same patient, visit and doctor are pointed at over and over.
@lru_cache(maxsize=8192)
def _by_address(address: str) -> Target | None:
    if (match := _RELATIVE.fullmatch(address)) and match[1] in R4_TYPES:
        return Target(match[1], id=match[2])
    if (match := _CONDITIONAL.fullmatch(address)) and match[1] in R4_TYPES:
        return Target(match[1], system=unquote(match[2]), value=unquote(match[3]))
    return None
