"""Search the ledger as an officer would: by patient, person, organisation, purpose, decision, time.

The stored entries themselves are read, newest or oldest first; nothing stands between the answer and
the log that could be stale or doctored (docs/adr/0007).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from exchange.instants import to_us
from ledger import Log, Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What to look for; None means any. `since` counts, `until` does not. Pseudonyms, not names."""

    patient: str | None = None
    actor: str | None = None
    organisation: str | None = None
    purpose: str | None = None
    decision: str | None = None
    type: str | None = None
    region: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    break_glass: bool | None = None

    def keeps(self, found: Recorded) -> bool:
        """Whether this entry is what is looked for."""
        entry = found.entry
        return (
            (self.patient is None or entry.patient == self.patient)
            and (self.actor is None or entry.actor == self.actor)
            and (self.organisation is None or entry.organisation == self.organisation)
            and (self.purpose is None or entry.purpose == self.purpose)
            and (self.decision is None or entry.decision == self.decision)
            and (self.type is None or entry.type == self.type)
            and (self.region is None or entry.region == self.region)
            and (self.break_glass is None or entry.break_glass == self.break_glass)
        )


def search(log: Log, wanted: Filter) -> Iterator[Recorded]:
    """The entries that match, oldest first."""
    start = _first_at(log, to_us(wanted.since)) if wanted.since else 0
    stop = _first_at(log, to_us(wanted.until)) if wanted.until else log.size
    return (found for found in log.scan(start, stop) if wanted.keeps(found))


def _first_at(log: Log, time_us: int) -> int:
    """The index of the first entry at or after `time_us`: the log's time never goes back, so halve."""
    low, high = 0, log.size
    while low < high:
        middle = (low + high) // 2
        if log.read(middle).time_us < time_us:
            low = middle + 1
        else:
            high = middle
    return low
