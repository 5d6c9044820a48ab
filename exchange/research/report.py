"""The numbers of an extract: how many came, how many were left out and why, and how alike the patients still are.

Counts below the small-cell limit are not told (Chinese and US statistical practice; the setting is
research.small_cell). Where one number is hidden, totals that would give it away are hidden too.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from deid import Report
from deid.report import KINDS

# What happened to an element that did not come at all.
STAYED = ("dropped", "unknown", "not_asked")
QUASI_IDENTIFIERS = ("gender", "birthDate", "address")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Counts of one extract. None stands for a number too small to be told.

    `smallest_group` is the size of the smallest set of patients who share sex, birth and area as released;
    `alone` is how many patients share them with fewer than `least` others (prosecutor's view).
    """

    patients: int
    resources: int
    by_type: Mapping[str, int]
    left_out: Mapping[str, int | None]
    left_out_total: int | None
    smallest_group: int
    alone: int | None
    least: int
    cleaning: Mapping[str, object]

    def as_dict(self) -> dict[str, object]:
        return {
            "patients": self.patients,
            "resources": self.resources,
            "by_type": dict(self.by_type),
            "left_out": dict(self.left_out),
            "left_out_total": self.left_out_total,
            "remaining_risk": {"smallest_group": self.smallest_group, "alone": self.alone},
            "small_cell": self.least,
            "cleaning": dict(self.cleaning),
        }

    def lines(self, lang: str) -> list[str]:
        """The numbers for a person."""
        zh = lang == "zh"
        types = ", ".join(f"{kind} {count}" for kind, count in self.by_type.items())
        left = ", ".join(f"{code} {self.shown(count)}" for code, count in self.left_out.items())
        if zh:
            return [
                f"纳入患者 {self.patients} 人，记录 {self.resources} 条({types})",
                f"未纳入：{left or '无'}",
                f"剩余风险：性别、出生、地区相同的最小一组 {self.smallest_group} 人",
            ]
        return [
            f"{self.patients} patients, {self.resources} resources ({types})",
            f"left out: {left or 'nobody'}",
            f"remaining risk: the smallest group alike in sex, birth and area has {self.smallest_group} patients",
        ]

    def shown(self, count: int | None) -> str:
        """A count, or that it is too small to be told."""
        return f"< {self.least}" if count is None else str(count)


def measure(
    resources: Mapping[str, Sequence[bytes]],
    *,
    included: int,
    left_out: Counter[str],
    report: Report,
    least: int,
) -> Numbers:
    """Count what is going out; `left_out` are patients by reason."""
    told = {code: number if number >= least else None for code, number in sorted(left_out.items())}
    groups = _groups(resources.get("Patient", ()))
    alone = sum(size for size in groups.values() if size < least)
    return Numbers(
        patients=included,
        resources=sum(len(bodies) for bodies in resources.values()),
        by_type={kind: len(bodies) for kind, bodies in resources.items()},
        left_out=told,
        # Two hidden numbers that add up to two are one each: with anything hidden, no total.
        left_out_total=None if None in told.values() else left_out.total(),
        smallest_group=min(groups.values(), default=0),
        alone=_told(alone, least),
        least=least,
        cleaning=_what_left(report, least),
    )


def _what_left(report: Report, least: int) -> dict[str, object]:
    """What was done to the elements that came, and of the rest the totals.

    That an element was left out once would tell that one patient has it: a death, a twin, a second address.
    """
    done = {path: _left(tally.counts()) for path, tally in sorted(report.places.items())}
    return {
        "profile": report.profile,
        "rules": report.rules,
        "text": report.text,
        "resources": dict(sorted(report.released.items())),
        "elements": {path: counts for path, counts in done.items() if counts},
        "totals": {kind: _told(report.total(kind), least) for kind in KINDS},
    }


def _left(counts: Mapping[str, int]) -> dict[str, int]:
    return {kind: count for kind, count in counts.items() if kind not in STAYED}


def _told(number: int, least: int) -> int | None:
    return number if number == 0 or number >= least else None


def _groups(patients: Sequence[bytes]) -> Counter[bytes]:
    people = (orjson.loads(body) for body in patients)
    return Counter(
        orjson.dumps([person.get(name) for name in QUASI_IDENTIFIERS], option=orjson.OPT_SORT_KEYS)
        for person in people
    )
