"""One thing an officer should look at, and from where on it counts as one."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from exchange.instants import CHINA
from ledger import Recorded

# So many entries are named; the others are counted.
MOST_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From where on something is told.

    `patients_a_day`: of one person, and `times_usual` of their own median day (of at least `usual_days` days).
    `night_from`, `night_to`: hours of China; `night_looks` outside an emergency. `refused_a_day`: of one person;
    `refused_then_permitted`: refusals about one patient before a permit within `soon`. `week_looks` of one
    organisation, and `deviations` from its own weeks (median absolute deviation, of at least `usual_weeks`).
    """

    patients_a_day: int = 50
    times_usual: float = 5.0
    usual_days: int = 5
    night_from: int = 22
    night_to: int = 6
    night_looks: int = 3
    refused_a_day: int = 10
    refused_then_permitted: int = 3
    soon: timedelta = timedelta(days=1)
    after_withdrawal: int = 3
    week_looks: int = 50
    deviations: float = 6.0
    usual_weeks: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """Who (pseudonym, or "" where it is an organisation's), since when, in which entries, and in words.

    `id` is the same whenever the same entries are found again. `entries` are the first so many, `count` are all.
    """

    kind: str
    id: str
    actor: str
    organisation: str
    at: datetime
    entries: tuple[str, ...]
    count: int
    en: str
    zh: str


def found(kind: str, looks: Sequence[Recorded], en: str, zh: str, *, actor: str = "") -> Anomaly:
    """The finding these entries make."""
    ids = [one.id for one in looks]
    return Anomaly(
        kind=kind,
        id=hashlib.sha256("\n".join([kind, *ids]).encode()).hexdigest()[:16],
        actor=actor,
        organisation=looks[0].entry.organisation,
        at=looks[0].time,
        entries=tuple(ids[:MOST_NAMED]),
        count=len(ids),
        en=en,
        zh=zh,
    )


def day_of(one: Recorded) -> date:
    """The day in China."""
    return one.time.astimezone(CHINA).date()


def is_look(one: Recorded) -> bool:
    """Whether a record was seen."""
    entry = one.entry
    return (entry.type, entry.subtype, entry.phase, entry.decision) == (
        "access",
        "disclose",
        "intent",
        "permit",
    )


def is_refusal(one: Recorded) -> bool:
    """Whether somebody was refused."""
    return (one.entry.type, one.entry.subtype) == ("access", "refuse")


def by_actor(looks: Iterable[Recorded]) -> dict[str, list[Recorded]]:
    """The entries of each person, oldest first; those without one are left."""
    told: dict[str, list[Recorded]] = {}
    for one in looks:
        if one.entry.actor:
            told.setdefault(one.entry.actor, []).append(one)
    return told
