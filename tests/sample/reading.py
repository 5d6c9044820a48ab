"""A sample read back, so that tests can ask questions of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from exchange.sample import SampleReport

Resource = dict[str, Any]

TODAY = date(2026, 11, 24)


@dataclass(frozen=True)
class Sample:
    """What was written: by region, the resources by reference."""

    report: SampleReport
    regions: dict[str, dict[str, Resource]]

    def all_of(self, kind: str, region: str | None = None) -> Iterator[Resource]:
        """Every resource of that type, in one region or in all."""
        for code, resources in self.regions.items():
            if region in (None, code):
                yield from (one for one in resources.values() if one["resourceType"] == kind)


def read_sample(report: SampleReport) -> Sample:
    """Everything in the folder; a reference that occurs twice in a region fails."""
    regions: dict[str, dict[str, Resource]] = {}
    for region in report.patients:
        found: dict[str, Resource] = {}
        for path in sorted((report.folder / region).glob("*.ndjson")):
            for line in path.read_bytes().splitlines():
                one = orjson.loads(line)
                reference = f"{one['resourceType']}/{one['id']}"
                assert reference not in found, reference
                assert path.stem == one["resourceType"]
                found[reference] = one
        regions[region] = found
    return Sample(report, regions)


def strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a resource with the name of its element."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from strings(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner, key)


def labels(resource: Resource) -> tuple[str | None, frozenset[str]]:
    """Confidentiality and topics of a resource; None where it bears no label."""
    security = resource.get("meta", {}).get("security", [])
    levels = [one["code"] for one in security if one["system"].endswith("v3-Confidentiality")]
    topics = (one["code"] for one in security if one["system"].endswith("v3-ActCode"))
    return (levels[0] if levels else None), frozenset(topics)


def subject(resource: Resource) -> str:
    """Whom a resource is about, as `Patient/id`; "" where nobody."""
    for element in ("subject", "patient", "beneficiary"):
        if element in resource:
            return str(resource[element]["reference"])
    actors = (one["actor"]["reference"] for one in resource.get("participant", ()) if "actor" in one)
    return next((actor for actor in actors if actor.startswith("Patient/")), "")


def codes(resource: Resource) -> list[str]:
    """The codes of `code`."""
    return [one["code"] for one in resource.get("code", {}).get("coding", ())]
