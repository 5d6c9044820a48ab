"""Search the ledger as an officer would: by patient, person, organisation, region, tier, purpose, decision, time.

The stored entries themselves are read, newest or oldest first; nothing stands between the answer and
the log that could be stale or doctored (docs/adr/0007).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from exchange.instants import to_us
from ledger import Log, Recorded

# Whether an entry is one of those a case was named in: that stands in the sealed details.
Opened = Callable[[Recorded], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What to look for; None means any. `since` counts, `until` does not. Pseudonyms, not names.

    `organisations` and `actors`: any of these. `region` is that of the node that wrote the entry. `opened` is asked
    last, of entries that match in everything else.
    """

    patient: str | None = None
    actor: str | None = None
    actors: frozenset[str] | None = None
    organisation: str | None = None
    organisations: frozenset[str] | None = None
    purpose: str | None = None
    decision: str | None = None
    why: str | None = None
    type: str | None = None
    region: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    break_glass: bool | None = None
    opened: Opened | None = None

    def keeps(self, found: Recorded) -> bool:
        """Whether this entry is what is looked for."""
        entry = found.entry
        same = (
            (self.patient, entry.patient),
            (self.actor, entry.actor),
            (self.organisation, entry.organisation),
            (self.purpose, entry.purpose),
            (self.decision, entry.decision),
            (self.why, entry.why),
            (self.type, entry.type),
            (self.region, entry.region),
            (self.break_glass, entry.break_glass),
        )
        among = ((self.actors, entry.actor), (self.organisations, entry.organisation))
        return (
            all(wanted is None or wanted == value for wanted, value in same)
            and all(wanted is None or value in wanted for wanted, value in among)
            and (self.opened is None or self.opened(found))
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
