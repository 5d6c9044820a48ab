"""Search the ledger as an officer would: by patient, person, organisation, region, tier, purpose, decision, time.

Where to look is asked of the projection; what is shown is read from the log and compared, and what the projection does
not know yet is read from the log (docs/adr/0027).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from exchange.instants import to_us
from ledger import Log, Recorded
from ledger.projection import Projection, Wanted

# Whether an entry is one of those a case was named in: that stands in the sealed details.
Opened = Callable[[Recorded], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What to look for; None means any. `since` counts, `until` does not. Pseudonyms, not names.

    `patients`, `organisations` and `actors`: any of these. `region` is that of the node that wrote the entry. `opened`
    is asked last, of entries that match in everything else.
    """

    patient: str | None = None
    patients: frozenset[str] | None = None
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

    @property
    def columns(self) -> Wanted:
        """What of this can be looked up."""
        said = {
            "patient": (self.patient, self.patients),
            "actor": (self.actor, self.actors),
            "organisation": (self.organisation, self.organisations),
            "purpose": (self.purpose, None),
            "decision": (self.decision, None),
            "why": (self.why, None),
            "type": (self.type, None),
            "region": (self.region, None),
        }
        both = {name: _both(*values) for name, values in said.items()}
        return Wanted({name: found for name, found in both.items() if found is not None}, self.break_glass)

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
        among = (
            (self.patients, entry.patient),
            (self.actors, entry.actor),
            (self.organisations, entry.organisation),
        )
        return (
            all(wanted is None or wanted == value for wanted, value in same)
            and all(wanted is None or value in wanted for wanted, value in among)
            and (self.opened is None or self.opened(found))
        )


def search(log: Log, wanted: Filter, *, newest_first: bool = False) -> Iterator[Recorded]:
    """The entries that match, oldest first unless asked otherwise. Raises LedgerAltered."""
    start = first_at(log, to_us(wanted.since)) if wanted.since else 0
    stop = first_at(log, to_us(wanted.until)) if wanted.until else log.size
    found = Projection(log).find(wanted.columns, start=start, stop=stop, newest_first=newest_first)
    return (one for one in found if wanted.keeps(one))


def _both(one: str | None, several: frozenset[str] | None) -> frozenset[str] | None:
    """The values that are in both; None where neither is said."""
    if one is None:
        return several
    return frozenset({one}) if several is None or one in several else frozenset()


def first_at(log: Log, time_us: int) -> int:
    """The index of the first entry at or after `time_us`: the log's time never goes back, so halve."""
    low, high = 0, log.size
    while low < high:
        middle = (low + high) // 2
        if log.read(middle).time_us < time_us:
            low = middle + 1
        else:
            high = middle
    return low
