"""All that is to be looked at in a stretch of time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from exchange.audit.anomalies.after_hours import after_hours
from exchange.audit.anomalies.after_withdrawal import after_withdrawal
from exchange.audit.anomalies.family_record import family_record
from exchange.audit.anomalies.finding import Anomaly, Limits
from exchange.audit.anomalies.knowing import known_about
from exchange.audit.anomalies.known import Known
from exchange.audit.anomalies.let_in_after_no import let_in_after_no
from exchange.audit.anomalies.mass_access import mass_access
from exchange.audit.anomalies.own_record import own_record
from exchange.audit.anomalies.refused_often import refused_often
from exchange.audit.anomalies.tried_until_permitted import tried_until_permitted
from exchange.audit.anomalies.unreviewed import unreviewed
from exchange.audit.anomalies.unusual_region import unusual_region
from exchange.audit.anomalies.unusual_volume import unusual_volume
from exchange.audit.anomalies.watched_patient import watched_patient
from exchange.audit.anomalies.without_case import without_case
from exchange.audit.search import Filter, search
from exchange.node.node import Node
from exchange.reviews import queue
from ledger import Recorded

Detector = Callable[[Sequence[Recorded], Limits], Iterator[Anomaly]]
Knowing = Callable[[Sequence[Recorded], Limits, Known], Iterator[Anomaly]]
UNREVIEWED = "unreviewed-emergency"
# What the entries tell by themselves, and what one must know something else for.
DETECTORS: Mapping[str, Detector] = {
    "mass-access": mass_access,
    "after-hours": after_hours,
    "refused-often": refused_often,
    "tried-until-permitted": tried_until_permitted,
    "after-withdrawal": after_withdrawal,
    "let-in-after-no": let_in_after_no,
    "unusual-volume": unusual_volume,
}
KNOWING: Mapping[str, Knowing] = {
    "unusual-region": unusual_region,
    "own-record": own_record,
    "family-record": family_record,
    "watched-patient": watched_patient,
    "without-case": without_case,
}
_WEEK = timedelta(weeks=1)
KINDS = (*DETECTORS, *KNOWING, UNREVIEWED)


def anomalies(
    node: Node,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    kind: str | None = None,
    limits: Limits | None = None,
) -> list[Anomaly]:
    """What was found in that time, newest first. Raises LedgerAltered.

    Entries from before are read too: what is unusual only what was usual can tell.
    """
    told_by = limits or Limits()
    told = [one for one in _told(node, since, until, kind, told_by) if _is_within(one.until, since, None)]
    if kind in (None, UNREVIEWED):
        told += _unreviewed(node, since, until)
    return sorted(told, key=lambda one: (one.at, one.id), reverse=True)


def _told(
    node: Node, since: datetime | None, until: datetime | None, kind: str | None, limits: Limits
) -> Iterator[Anomaly]:
    begin = since and since - limits.history
    kept = ("access", "consent")
    entries = sorted(
        (one for type_ in kept for one in search(node.log, Filter(type=type_, since=begin, until=until))),
        key=lambda one: one.index,
    )
    for name, detector in DETECTORS.items():
        if kind in (None, name):
            yield from detector(entries, limits)
    asked = [name for name in KNOWING if kind in (None, name)]
    if asked:
        # A week that began before is told of as a whole.
        recent = [one for one in entries if since is None or one.time >= since - _WEEK]
        known = known_about(node, recent, asked)
        for name in asked:
            yield from KNOWING[name](entries, limits, known)


def _unreviewed(node: Node, since: datetime | None, until: datetime | None) -> Iterator[Anomaly]:
    """Emergencies whose review or signature is overdue, by when they were declared."""
    now = node.clock()
    late = [
        (one, node.log.find(one.entry))
        for one in queue(node.log, open_only=False)
        if one.is_late(now) and _is_within(one.opened, since, until)
    ]
    return unreviewed([(one, access) for one, access in late if access.entry.type == "access"], now)


def _is_within(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)
