"""What happened in a month, counted from its entries one by one: exact, for the officer of the node and nobody else.

An access is counted as `exchange.counting` counts it: who saw a record of this node or was refused it, once each.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from exchange.audit.anomalies.finding import day_of
from exchange.audit.report.period import Period
from exchange.audit.search import Filter, search
from exchange.counting.accesses import BY
from exchange.node.node import Node
from ledger import Recorded

# By what accesses are told, in this order.
WAYS = ("purpose", "organisation", "region")
CONSENTS = ("grant", "refuse", "change", "revoke", "brought")


@dataclass(frozen=True, slots=True)
class Split:
    """Accesses, by how they were decided."""

    allowed: int = 0
    refused: int = 0

    @property
    def all(self) -> int:
        return self.allowed + self.refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A month in figures.

    `patients` are those whose record was seen, `people` who saw one, `emergencies` those allowed by break-glass,
    `asked` questions of ours to other regions. `by`: one of WAYS -> key -> Split; `refusals`: reason -> number;
    `consents`: one of CONSENTS -> number; `extracts`: the entries by which extracts were handed over.
    """

    days: Mapping[date, Split]
    accesses: Split
    by: Mapping[str, Mapping[str, Split]]
    refusals: Mapping[str, int]
    patients: int
    people: int
    emergencies: int
    asked: int
    consents: Mapping[str, int]
    extracts: tuple[Recorded, ...]


def is_access(one: Recorded) -> bool:
    """Whether this is a look at a record of ours, or a refused one; each has exactly one such entry."""
    entry = one.entry
    return entry.type == "access" and entry.subtype in ("disclose", "refuse") and entry.phase != "outcome"


def count(node: Node, period: Period) -> Counted:
    """Every entry of the period is read from the log, which compares it with the tree. Raises LedgerAltered."""
    counting = _Counting(node, period.days)
    for one in node.log.scan(period.first, period.stop):
        counting.take(one)
    counting.take_back(node, period)
    return counting.done()


class _Counting:
    """Counts as the entries come."""

    def __init__(self, node: Node, days: tuple[date, ...]) -> None:
        self._node = node
        self._days: dict[date, list[int]] = {day: [0, 0] for day in days}
        self._by: dict[str, defaultdict[str, list[int]]] = {way: defaultdict(lambda: [0, 0]) for way in WAYS}
        self._numbers: Counter[str] = Counter()
        self._refusals: Counter[str] = Counter()
        self._consents: Counter[str] = Counter()
        self._patients: set[str] = set()
        self._people: set[str] = set()
        self._extracts: dict[str, Recorded] = {}

    def take(self, one: Recorded) -> None:
        entry = one.entry
        if is_access(one):
            self._access(one)
        elif (entry.type, entry.subtype) == ("access", "request"):
            self._numbers["asked"] += 1
        elif entry.type == "consent":
            self._consents[entry.subtype] += 1
        elif (entry.type, entry.subtype) == ("research", "extract"):
            if entry.outcome == "0":
                self._extracts[one.id] = one
            else:
                self._came_to_nothing(one)

    def _came_to_nothing(self, one: Recorded) -> None:
        self._extracts.pop(one.entry.intent, None)

    def _access(self, one: Recorded) -> None:
        entry, column = one.entry, int(one.entry.subtype == "refuse")
        self._days.setdefault(day_of(one), [0, 0])[column] += 1
        for way, groups in self._by.items():
            groups[BY[way](self._node, one)][column] += 1
        if column:
            self._refusals[entry.why] += 1
            return
        self._patients.add(entry.patient)
        self._people.add(entry.actor)
        self._numbers["emergencies"] += entry.break_glass

    def take_back(self, node: Node, period: Period) -> None:
        """An extract at the month's end may have come to nothing in the next: it was handed to nobody."""
        if self._extracts:
            for one in search(node.log, Filter(type="research", since=period.end)):
                if one.entry.subtype == "extract" and one.entry.outcome != "0":
                    self._came_to_nothing(one)

    def done(self) -> Counted:
        return Counted(
            days={day: Split(*pair) for day, pair in sorted(self._days.items())},
            accesses=Split(*(sum(pair[n] for pair in self._days.values()) for n in (0, 1))),
            by={way: dict(_largest_first(groups)) for way, groups in self._by.items()},
            refusals=dict(sorted(self._refusals.items(), key=lambda one: (-one[1], one[0]))),
            patients=len(self._patients - {""}),
            people=len(self._people - {""}),
            emergencies=self._numbers["emergencies"],
            asked=self._numbers["asked"],
            consents={one: self._consents[one] for one in CONSENTS},
            extracts=tuple(self._extracts.values()),
        )


def _largest_first(groups: Mapping[str, list[int]]) -> Iterator[tuple[str, Split]]:
    for key, pair in sorted(groups.items(), key=lambda one: (-sum(one[1]), one[0])):
        yield key, Split(*pair)
