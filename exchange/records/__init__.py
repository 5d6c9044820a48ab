"""What the region's hospitals hold, and how it gets in: reading, keeping and finding FHIR R4 records."""

from exchange.records.errors import (
    AmbiguousPatient,
    RecordsError,
    StoreAltered,
    StoreMissing,
    UnknownRecord,
)
from exchange.records.filing import Filed, Reach, prepare
from exchange.records.importing import AS_EVER, ImportReport, Progress, Terms, import_paths
from exchange.records.labels import ItemFacts, describe
from exchange.records.problems import Found, Place, Problem
from exchange.records.reading import read_paths
from exchange.records.rejects import Rejects
from exchange.records.rows import StoredResource
from exchange.records.store import Counts, Store

__all__ = [
    "AS_EVER",
    "AmbiguousPatient",
    "Counts",
    "Filed",
    "Found",
    "ImportReport",
    "ItemFacts",
    "Place",
    "Problem",
    "Progress",
    "Reach",
    "RecordsError",
    "Rejects",
    "Store",
    "StoreAltered",
    "StoreMissing",
    "StoredResource",
    "Terms",
    "UnknownRecord",
    "describe",
    "import_paths",
    "prepare",
    "read_paths",
]
