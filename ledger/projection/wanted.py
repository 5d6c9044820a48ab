"""What is looked for: for each column the values that will do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledger.entry import Entry
from ledger.projection.rows import COLUMNS, VALUES


@dataclass(frozen=True, slots=True)
class Wanted:
    """`any_of`: column (one of COLUMNS) to the values any of which will do; a column that is not in it may be anything.

    `break_glass`: only such entries, only others, or both (None).
    """

    any_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    break_glass: bool | None = None

    def __post_init__(self) -> None:
        if not self.any_of.keys() <= set(COLUMNS):
            raise ValueError("no such column")

    def keeps(self, entry: Entry) -> bool:
        """Whether this entry is one of those looked for."""
        if self.break_glass is not None and entry.break_glass != self.break_glass:
            return False
        return all(VALUES[column](entry) in values for column, values in self.any_of.items())
