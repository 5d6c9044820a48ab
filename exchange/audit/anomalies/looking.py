"""All that is to be looked at in a stretch of time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from exchange.audit.anomalies.finding import Anomaly, Limits, found
from exchange.audit.anomalies.houses import unusual_volume
from exchange.audit.anomalies.people import (
    after_withdrawal,
    at_night,
    mass_access,
    refused_often,
    tried_until_permitted,
)
from exchange.audit.search import Filter, search
from exchange.node.node import Node
from exchange.reviews import queue
from ledger import Recorded

Detector = Callable[[Sequence[Recorded], Limits], Iterator[Anomaly]]
UNREVIEWED = "unreviewed-emergency"
DETECTORS: Mapping[str, Detector] = {
    "mass-access": mass_access,
    "after-hours": at_night,
    "refused-often": refused_often,
    "tried-until-permitted": tried_until_permitted,
    "after-withdrawal": after_withdrawal,
    "unusual-volume": unusual_volume,
}
KINDS = (*DETECTORS, UNREVIEWED)


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
    begin = since and since - told_by.history
    entries = list(search(node.log, Filter(type="access", since=begin, until=until)))
    chosen = [name for name in DETECTORS if kind in (None, name)]
    told = [
        one
        for name in chosen
        for one in DETECTORS[name](entries, told_by)
        if _is_within(one.until, since, None)
    ]
    if kind in (None, UNREVIEWED):
        told += _unreviewed(node, since, until)
    return sorted(told, key=lambda one: (one.at, one.id), reverse=True)


def _unreviewed(node: Node, since: datetime | None, until: datetime | None) -> Iterator[Anomaly]:
    """Emergencies whose review is overdue."""
    now = node.clock()
    for review in queue(node.log):
        if not review.is_overdue(now) or not _is_within(review.opened, since, until):
            continue
        access = node.log.find(review.entry)
        hours = (now - review.due).total_seconds() / 3600
        yield found(
            UNREVIEWED,
            [access],
            f"an emergency was not reviewed in time: {hours:.0f} hours over",
            f"一次紧急调阅逾期未复核：已超过 {hours:.0f} 小时",
            about=review.entry,
            actor=access.entry.actor,
        )


def _is_within(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)
