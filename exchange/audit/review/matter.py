"""What a review is about: an emergency, a finding, or an access somebody had doubts about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exchange.audit.anomalies.finding import Anomaly, found
from exchange.node.node import Node
from exchange.panels import members
from exchange.reviews import people_in
from ledger import Recorded
from ledger.sealing import unseal

EMERGENCY, BY_HAND = "emergency", "by-hand"
_EMERGENCY = ("an emergency access", "一次紧急调阅")
_ASKED = ("an access whose review the rules demand", "一次按规则须复核的调阅")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """`kind` of finding, EMERGENCY or BY_HAND. `entries` are the first so many of `count`; the rest is by pseudonym.

    `seen` are those of `patients` whose record was seen, and not only asked for.
    """

    kind: str
    finding: str
    actor: str
    organisation: str
    at: datetime
    until: datetime
    entries: tuple[str, ...]
    count: int
    en: str
    zh: str
    people: frozenset[str]
    patients: tuple[str, ...]
    seen: tuple[str, ...]


def matter_of(node: Node, opened: Recorded) -> Matter:
    """What the review opened by this entry is about: an access, or the entry by which something was taken on."""
    if opened.entry.type == "review":
        told = unseal(opened.sealed, key=node.house_key)
        return _kept(told)
    looks = tuple(one.id for one in members(node.log, opened))
    patients = tuple(filter(None, (opened.entry.patient,)))
    en, zh = _EMERGENCY if opened.entry.break_glass else _ASKED
    return Matter(
        kind=EMERGENCY,
        finding="",
        actor=opened.entry.actor,
        organisation=opened.entry.organisation,
        at=opened.time,
        until=opened.time,
        entries=looks,
        count=len(looks),
        en=en,
        zh=zh,
        people=people_in(node.log, opened, node.house_key),
        patients=patients,
        seen=patients,
    )


def matter_found(one: Anomaly) -> Matter:
    """The same of something that was found and is not taken on yet."""
    return _kept(as_kept(one))


def picked(look: Recorded) -> Anomaly:
    """An access an officer wants reviewed although nothing found it: a complaint, a hint."""
    return found(
        BY_HAND,
        [look],
        "an access an officer had doubts about",
        "安全负责人存疑的一次调阅",
        about=look.id,
        actor=look.entry.actor,
    )


def as_kept(one: Anomaly) -> dict[str, object]:
    """A finding as it is sealed when it is taken on."""
    return {
        "kind": one.kind,
        "finding": one.id,
        "actor": one.actor,
        "organisation": one.organisation,
        "at": one.at.isoformat(),
        "until": one.until.isoformat(),
        "entries": list(one.entries),
        "count": one.count,
        "en": one.en,
        "zh": one.zh,
        "people": list(one.people),
        "patients": list(one.patients),
        "seen": list(one.seen),
    }


def _kept(told: Mapping[str, Any]) -> Matter:
    said = {name: str(told[name]) for name in ("kind", "finding", "actor", "organisation", "en", "zh")}
    return Matter(
        at=datetime.fromisoformat(told["at"]),
        until=datetime.fromisoformat(told["until"]),
        entries=tuple(told["entries"]),
        count=int(told["count"]),
        people=frozenset(told["people"]),
        patients=tuple(told["patients"]),
        # Taken on by a program that did not tell the two apart: rather one notice too many.
        seen=tuple(told.get("seen", told["patients"])),
        **said,
    )
