"""What may be told of a count: nothing about a few patients, neither as a number nor as the difference of two.

The smallest groups are always told together, as many of them as it takes to have as many patients as the limit: then
no subtraction leaves fewer, and the first patient of a kind changes no row. Every number is rounded down to a multiple
of a step, so that one patient more or less is hardly ever seen in it. The step is of the rules and the same for every
limit, which is a multiple of it: one number rounded in two ways would come out exactly (docs/adr/0024).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Group:
    """How many things there are in one group, and whose they are."""

    number: int = 0
    patients: set[str] = field(default_factory=set)


class Tally:
    """Things counted by group, with the patients they are about: exact, and never to be told as it is."""

    def __init__(self) -> None:
        self._groups: defaultdict[str, Group] = defaultdict(Group)

    def add(self, key: str, patient: str, number: int = 1) -> None:
        """`number` more in the group `key`, about this patient. Nothing is added for none."""
        if number:
            group = self._groups[key]
            group.number += number
            group.patients.add(patient)

    @property
    def groups(self) -> Mapping[str, Group]:
        """Every group that has something in it."""
        return self._groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """About fewer than `least` patients nothing is told; numbers are told as multiples of `step`."""

    step: int
    least: int

    @classmethod
    def of(cls, step: int, *wanted: int) -> "Limit":
        """The strictest of the `wanted` limits, raised to a multiple of `step`."""
        step = max(step, 1)
        return cls(step=step, least=max((step, *(-(-one // step) * step for one in wanted))))

    def rounded(self, number: int) -> int:
        """The multiple of the step that is not above `number`."""
        return number - number % self.step


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One group as it is told: at least so many things, of at least so many patients. `key` is its code."""

    key: str
    number: int
    patients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A table that may be told. `together` is one row for the smallest groups.

    Every number is a multiple of the limit's step and not above the true one. The key of `together` and of `total` is
    "". `left_out` are patients nothing was counted of, None where that is not asked.
    """

    rows: tuple[Row, ...]
    together: Row
    total: Row
    limit: Limit
    left_out: int | None = None

    def as_dict(self) -> dict[str, object]:
        return {
            "rows": [_as_dict(one) for one in self.rows],
            "together": _as_dict(self.together),
            "total": _as_dict(self.total),
            "left_out": self.left_out,
            "rounded_down_to_multiples_of": self.limit.step,
        }


def figures(tally: Tally, limit: Limit) -> Figures | None:
    """What may be told of `tally`; None where even all of it is about fewer patients than the limit."""
    total = _all(tally.groups.values())
    if len(total.patients) < limit.least:
        return None
    alone, together = _apart(tally.groups, limit)
    return Figures(
        rows=tuple(_told(key, tally.groups[key], limit) for key in sorted(alone)),
        together=_told("", together, limit),
        total=_told("", total, limit),
        limit=limit,
    )


def _apart(groups: Mapping[str, Group], limit: Limit) -> tuple[set[str], Group]:
    """The keys of the groups that can stand alone, and all others joined.

    Which of two is smaller goes by the numbers as they are told: the exact ones would show in who stands alone.
    """
    alone, together = set(groups), Group()
    for key in sorted(groups, key=lambda one: (limit.rounded(len(groups[one].patients)), one)):
        if len(together.patients) >= limit.least and len(groups[key].patients) >= limit.least:
            break
        alone.remove(key)
        together.number += groups[key].number
        together.patients |= groups[key].patients
    return alone, together


def _all(groups: Iterable[Group]) -> Group:
    everything = Group()
    for one in groups:
        everything.number += one.number
        everything.patients |= one.patients
    return everything


def _told(key: str, group: Group, limit: Limit) -> Row:
    return Row(key=key, number=limit.rounded(group.number), patients=limit.rounded(len(group.patients)))


def _as_dict(row: Row) -> dict[str, object]:
    return {"key": row.key, "number": row.number, "patients": row.patients}
