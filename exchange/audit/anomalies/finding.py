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

    `patients_a_day`: of one person, and `times_usual` of their own median day (of at least `usual_days` days);
    `most_patients_a_day` whatever they are used to. `night_from`, `night_to`: hours of China; `night_looks` outside an
    emergency. `refused_a_day`: of one person; `refused_then_permitted`: refusals about one patient before a permit
    within `soon`; `after_withdrawal`: in a week. `week_looks` of one organisation, and `deviations` from its own weeks
    (median absolute deviation, of at least `usual_weeks`). `history`: how far back is read to know what is usual.
    """

    patients_a_day: int = 50
    most_patients_a_day: int = 100
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
    history: timedelta = timedelta(weeks=9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """Who (pseudonym, or "" where it is an organisation's), from when until when, in which entries, and in words.

    `id` stays the same when more entries join it. `entries` are the first so many, `count` are all.
    """

    kind: str
    id: str
    actor: str
    organisation: str
    at: datetime
    until: datetime
    entries: tuple[str, ...]
    count: int
    en: str
    zh: str


def found(
    kind: str, looks: Sequence[Recorded], en: str, zh: str, *, about: object, actor: str = ""
) -> Anomaly:
    """The finding these entries make. `about` is what tells it from others of its kind and actor: a day, a week."""
    ids = [one.id for one in looks]
    whose = actor or looks[0].entry.organisation
    return Anomaly(
        kind=kind,
        id=hashlib.sha256(f"{kind}\n{whose}\n{about}".encode()).hexdigest()[:16],
        actor=actor,
        organisation=looks[0].entry.organisation,
        at=looks[0].time,
        until=looks[-1].time,
        entries=tuple(ids[:MOST_NAMED]),
        count=len(ids),
        en=en,
        zh=zh,
    )


def day_of(one: Recorded) -> date:
    """The day in China."""
    return one.time.astimezone(CHINA).date()


def week_of(one: Recorded) -> str:
    """The week in China, as 2026-W40."""
    year, week, _ = day_of(one).isocalendar()
    return f"{year}-W{week:02d}"


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
