"""How long emergencies waited until an officer had looked at them, as things stood when the month ended.

What is closed later changes no figure of the month, so that a report made again says the same; of those that were late
it is told besides how they stand now.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from exchange.audit.report.period import Period
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
    """The reviews that were opened in the period."""
    by_state = [(state_of(one, period), one) for one in of_period(node, period)]
    closed = [one for state, one in by_state if state in ("in-time", "late")]
    waits = [(one.closed - one.opened).total_seconds() for one in closed if one.closed]
    return Reviewed(
        states={state: sum(each == state for each, _ in by_state) for state in STATES},
        median=timedelta(seconds=median(waits)) if waits else None,
        longest=timedelta(seconds=max(waits)) if waits else None,
        justified=sum(one.finding == Finding.JUSTIFIED for one in closed),
        not_justified=sum(one.finding == Finding.NOT_JUSTIFIED for one in closed),
        overdue=tuple(one for state, one in by_state if state == "overdue"),
    )


def of_period(node: Node, period: Period) -> Iterator[Review]:
    """Every review that was opened in it."""
    return (one for one in queue(node.log, open_only=False) if period.since <= one.opened < period.end)


def state_of(review: Review, period: Period) -> str:
    """One of STATES, as it was when the period ended. Closed at the very moment it was due is in time."""
    if review.closed is not None and review.closed < period.end:
        return "in-time" if review.closed <= review.due else "late"
    return "overdue" if review.due < period.until else "waiting"
