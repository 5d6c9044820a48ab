"""The clinical lists of the sample: what people have, what is measured, prescribed and seen.

They are data, in the TOML files beside this one: a clinician can correct them without reading a program.
"""

from functools import cache
from importlib.resources import files
from typing import TypeVar

import msgspec

Range = tuple[float, float]


class Test(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing the laboratory measures: a number with a unit, or one of `words` (the first is normal)."""

    loinc: str
    zh: str
    unit: str = ""
    low: float = 0
    high: float = 0
    decimals: int = 0
    words: tuple[str, ...] = ()


class Panel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tests that are ordered together. 11502-2 is LOINC's plain "laboratory report".

    `private`: a diagnosis (ICD-10) as whose result the panel counts, whatever came out.
    """

    zh: str
    loinc: str
    tests: tuple[str, ...]
    private: str = ""


class Laboratory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """laboratory.toml."""

    tests: dict[str, Test]
    panels: dict[str, Panel]


class Medicine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is prescribed for `days`. No `atc` for Chinese medicine."""

    zh: str
    dose: str
    days: int
    atc: str = ""


class Medicines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """medicines.toml."""

    medicines: dict[str, Medicine]


class Study(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An imaging study; the first of `conclusions` is the normal one."""

    modality: str
    loinc: str
    zh: str
    body: str
    images: int
    conclusions: tuple[str, ...]


class Imaging(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """imaging.toml."""

    studies: dict[str, Study]


class Diagnosis(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What somebody has (ICD-10) and what is done about it. See diagnoses.toml for the rest."""

    code: str
    zh: str
    complaint: str
    panels: tuple[str, ...]
    medicines: tuple[str, ...]
    out: dict[str, Range]
    imaging: str = ""
    ecg: bool = False
    sex: str = ""


class Chronic(Diagnosis, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`share`: percent of people under 18, 18-44, 45-64, 65 and over. `score`: a PHQ-9 is taken."""

    share: tuple[float, float, float, float]
    score: bool = False

    def share_at(self, age: int) -> float:
        return self.share[(age >= 18) + (age >= 45) + (age >= 65)]


class Acute(Diagnosis, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Comes by `weight` to people of these `ages`, both included."""

    ages: tuple[int, int]
    weight: float

    def concerns(self, sex: str, age: int) -> bool:
        return self.sex in ("", sex) and self.ages[0] <= age <= self.ages[1]


class Stay(Acute, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """In hospital for `days`; `procedure` is ICD-9-CM code and name, `pathology` what the slide showed."""

    days: tuple[int, int]
    procedure: tuple[str, str] | None = None
    pathology: str = ""


class Diagnoses(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """diagnoses.toml."""

    chronic: tuple[Chronic, ...]
    acute: tuple[Acute, ...]
    inpatient: tuple[Stay, ...]


Table = TypeVar("Table", Laboratory, Medicines, Imaging, Diagnoses)


@cache
def laboratory() -> Laboratory:
    """What the laboratory measures."""
    return _load("laboratory.toml", Laboratory)


@cache
def medicines() -> dict[str, Medicine]:
    """What is prescribed, by its name in the lists."""
    return _load("medicines.toml", Medicines).medicines


@cache
def studies() -> dict[str, Study]:
    """Imaging studies, by their name in the lists."""
    return _load("imaging.toml", Imaging).studies


@cache
def diagnoses() -> Diagnoses:
    """What people have."""
    return _load("diagnoses.toml", Diagnoses)


def _load(name: str, kind: type[Table]) -> Table:
    return msgspec.toml.decode(files(__package__).joinpath(name).read_bytes(), type=kind)
