"""Write a believable population as FHIR R4: a folder a region with an NDJSON file a type, forms, a protocol."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from exchange.errors import CannotWrite
from exchange.sample.chart import Chart
from exchange.sample.dice import Dice
from exchange.sample.errors import FolderInUse, TooFewPatients
from exchange.sample.families import people_of
from exchange.sample.forms import research_forms
from exchange.sample.identity import Numbers
from exchange.sample.people import Person
from exchange.sample.places import REGIONS, Region
from exchange.sample.record import write_record
from exchange.sample.showcase import CAST
from exchange.sample.staff import Staff

LEAST = CAST * len(REGIONS)
FORMS = "consents"
PROTOCOL = "protocol.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleReport:
    """What was written: patients and resources by type for each region's code.

    A patient treated in two regions is one of `people` and counts in both of `patients`; what is shared
    (organisations, people at work) is in every region's folder. `unlabelled` is the deliberate share.
    """

    folder: Path
    seed: int
    people: int
    patients: Mapping[str, int]
    resources: Mapping[str, Mapping[str, int]]
    forms: Mapping[str, int]
    unlabelled: int
    bytes: int

    @property
    def total(self) -> int:
        """Lines in all NDJSON files together, the forms too."""
        return sum(sum(counts.values()) for counts in self.resources.values()) + sum(self.forms.values())


def write_sample(
    folder: Path, *, patients: int, seed: int, today: date, progress: Callable[[int, int], None] | None = None
) -> SampleReport:
    """Invent `patients` people and write what the hospitals would hold about them into `folder`.

    The same arguments give the same bytes. `progress` is told how many people are done, of how many.
    Raises TooFewPatients, FolderInUse, CannotWrite.
    """
    if patients < LEAST:
        raise TooFewPatients(LEAST)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderInUse(str(folder))
    charts, people = _invent(patients, seed, today, progress or _quietly)
    size = sum(_write(folder / region.code, charts[region.prefix]) for region in REGIONS)
    forms = {region: _forms(charts[region.prefix], region, seed, today) for region in REGIONS}
    size += _put_protocol(folder)
    size += sum(_put(folder / FORMS / f"{region.code}.ndjson", all_) for region, all_ in forms.items())
    return SampleReport(
        folder=folder,
        seed=seed,
        people=people,
        patients={region.code: len(charts[region.prefix].by_type["Patient"]) for region in REGIONS},
        resources={
            region.code: Counter({kind: len(all_) for kind, all_ in charts[region.prefix].by_type.items()})
            for region in REGIONS
        },
        forms={region.code: len(all_) for region, all_ in forms.items()},
        unlabelled=sum(chart.unlabelled for chart in charts.values()),
        bytes=size,
    )


def _invent(
    patients: int, seed: int, today: date, progress: Callable[[int, int], None]
) -> tuple[dict[str, Chart], int]:
    staff, numbers, dice = Staff(), Numbers(), Dice(str(seed))
    charts = {region.prefix: Chart(region.prefix, dice.of(f"labels/{region.prefix}")) for region in REGIONS}
    hospitals = {region.prefix: region.hospital for region in REGIONS}
    people: list[Person] = []
    for region, count in zip(REGIONS, _shared_out(patients), strict=True):
        charts[region.prefix].share(staff.resources())
        people += people_of(region, count, numbers, dice.of(f"people/{region.prefix}"), today)
    for done, person in enumerate(people, 1):
        write_record(charts, hospitals, person, staff, dice.of(f"record/{person.id}"), today)
        progress(done, len(people))
    return charts, len(people)


def _shared_out(patients: int) -> list[int]:
    """How many people each region gets: its cast and its share of the rest; the first gets what is left."""
    counts = [CAST + (patients - LEAST) * region.share // 100 for region in REGIONS]
    counts[0] += patients - sum(counts)
    return counts


def _forms(chart: Chart, region: Region, seed: int, today: date) -> list[dict[str, Any]]:
    """The forms of the people who belong to this region; guests sign at home."""
    own = [one for one in chart.by_type["Patient"] if one["id"].startswith(f"{region.prefix}-")]
    return research_forms(own, region, Dice(f"{seed}/forms/{region.prefix}"), today)


def _write(folder: Path, chart: Chart) -> int:
    """One file a type; returns the bytes written."""
    return sum(_put(folder / f"{kind}.ndjson", all_) for kind, all_ in sorted(chart.by_type.items()))


def _put(file: Path, resources: Sequence[Mapping[str, Any]]) -> int:
    return _put_bytes(file, b"".join(orjson.dumps(one) + b"\n" for one in resources))


def _put_protocol(folder: Path) -> int:
    """A research protocol that finds a cohort in this population."""
    return _put_bytes(folder / PROTOCOL, files(__package__).joinpath(PROTOCOL).read_bytes())


def _put_bytes(file: Path, content: bytes) -> int:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return file.write_bytes(content)
    except OSError as error:
        raise CannotWrite(str(file.parent), error.strerror or type(error).__name__) from error


def _quietly(_done: int, _of: int) -> None:
    """Nobody wants to know how far it is."""
