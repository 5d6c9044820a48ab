"""How long emergencies waited until an officer had looked at them, as things stood when the month ended.

What is decided or given back later changes no figure of the month, so that a report made again says the same; of those
that were late it is told besides how they stand now.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import median

from exchange.audit.report.period import Period
from exchange.audit.review.steps import CLOSE, RETURN, TAKE
from exchange.audit.search import Filter, search
from exchange.node.node import Node
from exchange.reviews import Finding, Review, queue

STATES = ("in-time", "late", "waiting", "overdue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """The reviews of the emergencies of a month, by STATES, and the times of those that were closed in it."""

    states: dict[str, int]
    median: timedelta | None
    longest: timedelta | None
    justified: int
    not_justified: int
    overdue: tuple[Review, ...]

    @property
    def all(self) -> int:
        return sum(self.states.values())


def reviewed(node: Node, period: Period) -> Reviewed:
    """The reviews that were opened in the period; those that are `overdue` as they stand now."""
    by_state = [(state_of(then, period), then, now) for then, now in of_period(node, period)]
    closed = [then for _, then, _ in by_state if then.closed]
    waits = [(one.closed - one.opened).total_seconds() for one in closed if one.closed]
    return Reviewed(
        states={state: sum(each == state for each, _, _ in by_state) for state in STATES},
        median=timedelta(seconds=median(waits)) if waits else None,
        longest=timedelta(seconds=max(waits)) if waits else None,
        justified=sum(one.finding == Finding.JUSTIFIED for one in closed),
        not_justified=sum(one.finding == Finding.NOT_JUSTIFIED for one in closed),
        overdue=tuple(now for state, _, now in by_state if state == "overdue"),
    )


def of_period(node: Node, period: Period) -> Iterator[tuple[Review, Review]]:
    """Every review of an access that was opened in it, as it stood when the period ended and as it stands now.

    The queue knows only how things stand now: how they stood is in the entries. What an officer took onto the queue
    is no emergency.
    """
    steps = list(search(node.log, Filter(type="review", since=period.since, until=period.end)))
    taken = {one.id for one in steps if one.entry.subtype == TAKE}
    # Of each review the last step that decided it or gave it back.
    last = {one.entry.intent: one for one in steps if one.entry.subtype in (CLOSE, RETURN)}
    for now in queue(node.log, open_only=False):
        if not period.since <= now.opened < period.end or now.entry in taken:
            continue
        step = last.get(now.entry)
        if step is None or step.entry.subtype == RETURN:
            yield replace(now, closed=None, finding="", signed=None), now
        else:
            yield replace(now, closed=step.time, finding=step.entry.why, signed=None), now


def state_of(then: Review, period: Period) -> str:
    """One of STATES, of a review as it stood when the period ended. Closed at the moment it was due is in time."""
    if then.closed is not None:
        return "in-time" if then.closed <= then.due else "late"
    return "overdue" if then.due < period.until else "waiting"
