"""Words of our own in a consent, and the terms of research use.

Extensions: recipient-region, recipient-role, onward-sharing and deidentify-required stand on a rule;
research-study, geographic-limit and delegation-evidence on the whole consent. One that limits is an error in
the wrong place.
Terms of use: GA4GH Data Use Ontology (http://purl.obolibrary.org/obo/duo.owl).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec

from consent import fhir
from consent.codes import DUO, EXTENSION
from consent.fhir import Json, Unreadable

DISEASE_SPECIFIC = "0000007"
_ON_RULES = frozenset(("recipient-region", "recipient-role", "onward-sharing", "deidentify-required"))
_LIMITS = _ON_RULES | {"research-study", "geographic-limit"}
_REGION = re.compile(r"(?!00)\d\d(\d\d){0,5}", re.ASCII)
_OBO = "http://purl.obolibrary.org/obo/"
_DUO_TERM = re.compile(r"(?:DUO[:_])?(\d{7})", re.ASCII)
_DISEASE = re.compile(r"(?:MONDO|DOID|EFO|ORDO|Orphanet|HP)[:_]\w+", re.ASCII)


@dataclass(frozen=True, slots=True)
class OnProvision:
    """What our extensions add to a rule."""

    regions: tuple[str, ...] | None
    roles: tuple[str, ...] | None
    onward: bool | None
    deidentify: bool | None


class OnConsent(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What our extensions add to a consent as a whole."""

    studies: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    delegation: str = ""
    retention_days: str = ""


def of_provision(said: Json, place: str) -> OnProvision:
    """Our extensions on one rule. Raises Unreadable for one of ours that is not known there."""
    found = _ours(said, place)
    for name, _, where in found:
        if name not in _ON_RULES:
            raise Unreadable(where, "does not belong on a rule", "不应出现在规则上")
    regions = tuple(_region(one, where) for name, one, where in found if name == "recipient-region")
    roles = tuple(
        fhir.text(one, "valueCode", where) for name, one, where in found if name == "recipient-role"
    )
    return OnProvision(
        regions=regions or None,
        roles=roles or None,
        onward=_flag(found, "onward-sharing", all),
        deidentify=_flag(found, "deidentify-required", any),
    )


def of_consent(said: Json, place: str) -> OnConsent:
    """Our extensions on the consent itself. Raises Unreadable for one that belongs on a rule."""
    found = _ours(said, place)
    for name, _, where in found:
        if name in _ON_RULES:
            raise Unreadable(where, "belongs on a rule", "应写在规则上")
    studies = [
        fhir.reference(one.get("valueReference"), w) for name, one, w in found if name == "research-study"
    ]
    places = [fhir.text(one, "valueCode", w) for name, one, w in found if name == "geographic-limit"]
    proofs = [one.get("valueReference") for name, one, _ in found if name == "delegation-evidence"]
    days = [str(one.get("valueInteger", "")) for name, one, _ in found if name == "retention-days"]
    return OnConsent(
        studies=tuple(studies),
        places=tuple(places),
        delegation=next((_address(one) for one in proofs if _address(one)), ""),
        retention_days=next(iter(days), ""),
    )


def duo(system: str, code: str) -> str:
    """The seven digits of a DUO term, or "" for any other code.

    >>> duo("http://purl.obolibrary.org/obo/duo.owl", "DUO:0000042"), duo("http://loinc.org", "718-7")
    ('0000042', '')
    """
    bare = code.removeprefix(_OBO)
    found = _DUO_TERM.fullmatch(bare)
    return found[1] if found and (system == DUO or bare.startswith("DUO")) else ""


def is_disease(system: str, code: str) -> bool:
    """Whether a code names a disease of an open ontology (MONDO, DOID, ...)."""
    return system.startswith(_OBO) or bool(_DISEASE.fullmatch(code.removeprefix(_OBO)))


def disease(code: str) -> str:
    """One spelling for the three in use.

    >>> disease("http://purl.obolibrary.org/obo/DOID_162")
    'DOID:162'
    """
    return code.removeprefix(_OBO).replace("_", ":", 1)


def _ours(said: Json, place: str) -> list[tuple[str, Json, str]]:
    """Name, extension and place of every extension in our name space."""
    found = []
    for one, where in fhir.each(said, "extension", place):
        url = fhir.text(one, "url", where)
        if url.startswith(EXTENSION):
            found.append((url.removeprefix(EXTENSION), one, where))
        elif url.rpartition("/")[2] in _LIMITS:
            # Somebody's limit under another address: left out, it would limit nothing.
            raise Unreadable(f"{where}.url", f"is not {EXTENSION}...", f"应为 {EXTENSION}…")
    return found


def _region(extension: Json, place: str) -> str:
    region = fhir.text(extension, "valueCode", place)
    if not _REGION.fullmatch(region):
        raise Unreadable(f"{place}.valueCode", "is not a region code", "不是行政区划代码")
    return region


def _flag(
    found: list[tuple[str, Json, str]], name: str, join: Callable[[Iterable[bool]], bool]
) -> bool | None:
    said = []
    for other, one, where in found:
        if other == name:
            if not isinstance(one.get("valueBoolean"), bool):
                raise Unreadable(f"{where}.valueBoolean", "is neither true nor false", "应为 true 或 false")
            said.append(one["valueBoolean"])
    return join(said) if said else None


def _address(value: object) -> str:
    address = value.get("reference") if isinstance(value, dict) else None
    return address.strip() if isinstance(address, str) else ""
