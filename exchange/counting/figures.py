"""What may be told of a count: nothing about a few patients, neither as a number nor as the difference of two.

The smallest groups are always told together, as many of them as it takes to have as many patients as the limit: then
no subtraction leaves fewer, and the first patient of a kind changes no row. Every number is rounded down to a multiple
of the limit, so that one patient more or less is hardly ever seen in it (docs/adr/0024).
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
class Row:
    """One group as it is told: at least so many things, of at least so many patients. `key` is its code."""

    key: str
    number: int
    patients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A table that may be told. `together` is one row for the smallest groups.

    Every number is a multiple of `least` and not above the true one. The key of `together` and of `total` is "".
    `left_out` are patients nothing was counted of, None where that is not asked.
    """

    rows: tuple[Row, ...]
    together: Row
    total: Row
    least: int
    left_out: int | None = None

    def as_dict(self) -> dict[str, object]:
        return {
            "rows": [_as_dict(one) for one in self.rows],
            "together": _as_dict(self.together),
            "total": _as_dict(self.total),
            "left_out": self.left_out,
            "rounded_down_to_multiples_of": self.least,
        }


def figures(tally: Tally, least: int) -> Figures | None:
    """What may be told of `tally`; None where even all of it is about fewer than `least` patients."""
    total = _all(tally.groups.values())
    if len(total.patients) < least:
        return None
    alone, together = _apart(tally.groups, least)
    return Figures(
        rows=tuple(_told(key, tally.groups[key], least) for key in sorted(alone)),
        together=_told("", together, least),
        total=_told("", total, least),
        least=least,
    )


def rounded(number: int, least: int) -> int:
    """The multiple of `least` that is not above `number`."""
    return number - number % least


def _apart(groups: Mapping[str, Group], least: int) -> tuple[set[str], Group]:
    """The keys of the groups that can stand alone, and all others joined.

    Which of two is smaller goes by the numbers as they are told: the exact ones would show in who stands alone.
    """
    alone, together = set(groups), Group()
    for key in sorted(groups, key=lambda one: (rounded(len(groups[one].patients), least), one)):
        if len(together.patients) >= least and len(groups[key].patients) >= least:
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


def _told(key: str, group: Group, least: int) -> Row:
    return Row(key=key, number=rounded(group.number, least), patients=rounded(len(group.patients), least))


def _as_dict(row: Row) -> dict[str, object]:
    return {"key": row.key, "number": row.number, "patients": row.patients}
