"""Find entries without reading the whole log; what is found is still read from the log, and checked there."""

from ledger.projection.partitions import ENTRIES
from ledger.projection.projection import Projection
from ledger.projection.rows import COLUMNS
from ledger.projection.wanted import Wanted

__all__ = ["COLUMNS", "ENTRIES", "Projection", "Wanted"]
