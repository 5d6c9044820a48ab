"""One thing an officer should look at, and from where on it counts as one."""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from exchange.instants import CHINA
from ledger import Recorded

# So many entries are named; the others are counted.
MOST_NAMED = 20
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From where on something is told.

    `patients_a_day`: of one person, and `times_usual` of their own median day (of at least `usual_days` days);
    `most_patients_a_day` whatever they are used to. `night_from`, `night_to`: hours of China; `night_looks` outside an
    emergency. `refused_a_day`: of one person; `refused_then_permitted`: refusals about one patient before a permit
    within `soon`; `after_withdrawal`: in a week. `week_looks` of one organisation, and `deviations` from its own weeks
    (median absolute deviation, of at least `usual_weeks`); `region_week_looks` of all of a region together, against its
    weeks before. `let_in_after_no`: between a no of the patient and a look all the same. `watched_looks`: of one person
    at one watched patient in a day. `without_case`: patients of one person in a week. `history`: how far back is read
    to know what is usual.
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
    region_week_looks: int = 200
    let_in_after_no: timedelta = timedelta(days=7)
    watched_looks: int = 1
    without_case: int = 3
    history: timedelta = timedelta(weeks=9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """Who (pseudonym, or "" where it is an organisation's), from when until when, in which entries, and in words.

    `id` stays the same when more entries join it. `entries` are the first so many, `count` are all. `people` and
    `patients` are the pseudonyms of everybody in any of them, who must not judge it; `seen` those of the patients whose
    record was seen and not only asked for: who is to be told.
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
    people: tuple[str, ...] = ()
    patients: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()


def found(
    kind: str, looks: Sequence[Recorded], en: str, zh: str, *, about: object, actor: str = "", of: str = ""
) -> Anomaly:
    """The finding these entries make. `about` is what tells it from others of its kind and actor: a day, a week.

    `of` is the organisation or region, where it is nobody's in particular.
    """
    ids = [one.id for one in looks]
    house = of or looks[0].entry.organisation
    whose = actor or house
    return Anomaly(
        kind=kind,
        id=hashlib.sha256(f"{kind}\n{whose}\n{about}".encode()).hexdigest()[:16],
        actor=actor,
        organisation=house,
        at=looks[0].time,
        until=looks[-1].time,
        entries=tuple(ids[:MOST_NAMED]),
        count=len(ids),
        en=en,
        zh=zh,
        people=_each(name for one in looks for name in (one.entry.actor, one.entry.on_behalf_of)),
        patients=_each(one.entry.patient for one in looks),
        seen=_each(one.entry.patient for one in looks if is_look(one)),
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


def person_of(one: Recorded) -> str:
    """The pseudonym of the person behind an entry: whom a device acted for, or whoever asked."""
    return one.entry.on_behalf_of or one.entry.actor


def by(key: Callable[[Recorded], K], entries: Iterable[Recorded]) -> dict[K, list[Recorded]]:
    """The entries of each day, week, or whatever `key` makes of them, in their order."""
    told: dict[K, list[Recorded]] = {}
    for one in entries:
        told.setdefault(key(one), []).append(one)
    return told


def by_actor(looks: Iterable[Recorded]) -> dict[str, list[Recorded]]:
    """The entries of each person, oldest first; those without one are left."""
    return by(lambda one: one.entry.actor, (one for one in looks if one.entry.actor))


def _each(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, names)))
