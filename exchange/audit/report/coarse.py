"""The report of a month for whoever supervises the node: nothing that `hutong audit count` would not tell of it.

The same question to the rules, the same small cells, the same months and the same record (docs/adr/0024). What is not
an access - consents, reviews - is told by the same rule. Days, single extracts and findings are left out: they are
about few people, or about one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from exchange.audit.report.counted import CONSENTS
from exchange.audit.report.period import Period, before, month_to_tell
from exchange.audit.report.reviewed import of_period, state_of
from exchange.audit.report.sealed_state import SealedState, sealed_state
from exchange.audit.search import Filter, search
from exchange.counting.accesses import require_supervisor, tallied
from exchange.counting.figures import Figures, Limit, Tally, figures
from exchange.counting.limit import SMALL_CELL, limit_here
from exchange.counting.question import question
from exchange.counting.telling import Record
from exchange.instants import CHINA
from exchange.node.node import Node
from exchange.soundness import require_sound
from ledger import Recorded

# By what accesses are told, in this order; all of them ways of `hutong audit count`.
WAYS = ("decision", "purpose", "organisation", "region", "reason", "emergency")
TABLES = (*WAYS, "consents", "reviews")


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorsReport:
    """Table -> figures, for the month and the one before; None where it is about too few patients to be told."""

    made_at: datetime
    period: Period
    limit: Limit
    now: Mapping[str, Figures | None]
    before: Mapping[str, Figures | None]
    ledger: SealedState

    def as_dict(self) -> dict[str, object]:
        """For a program: the same figures."""
        return {
            "for": "supervisor",
            "made_at": self.made_at.astimezone(CHINA).isoformat(timespec="seconds"),
            "period": self.period.as_dict(),
            "rounded_down_to_multiples_of": self.limit.step,
            "month": _tables(self.now),
            "month_before": _tables(self.before),
            "ledger": self.ledger.as_dict(),
        }


def for_supervisor(
    node: Node, person: str, month: str, deliver: Callable[[SupervisorsReport, Recorded], None]
) -> SupervisorsReport:
    """Count the month and give the report to `deliver`, exactly once, after the intent is durable.

    "" is the last month that is over; one that is not is never told. Raises NotSound, NotInDirectory, CountRefused,
    TooFewPatients, NotBegun, BeforeTheLedger, LedgerError.
    """
    require_sound(node)
    asked = question(node, person, node.own.id)
    now = asked.request.asked_at
    record = Record(node, asked, "report", {"month": month})
    require_supervisor(asked, record)
    period = month_to_tell(node, month, now)
    record = Record(node, asked, "report", {"month": period.month})
    limit = limit_here(node)
    told = _told(node, period, limit) if period.is_over else {}
    if told.get("decision") is None:
        raise record.too_few(
            limit.least,
            "only months that are over are told of: --month with an earlier one, or wait for the end of this one",
            "只报告已结束的月份：请用 --month 指定更早的月份，或等本月结束",
        )
    last = before(node, period)
    report = SupervisorsReport(
        made_at=now,
        period=period,
        limit=limit,
        now=told,
        before=_told(node, last, limit) if last.is_known else dict.fromkeys(TABLES),
        # The checkpoint tells as much as it tells every witness; when the newest entry came is about one access.
        ledger=replace(sealed_state(node, period), newest=None),
    )
    total = told["decision"].total.number if told["decision"] else 0
    record.around(
        lambda intent: deliver(report, intent),
        told={"month": _tables(report.now), "month_before": _tables(report.before)},
        number=total,
        obligations=(f"{SMALL_CELL}:{limit.least}",),
    )
    return report


def _told(node: Node, period: Period, limit: Limit) -> dict[str, Figures | None]:
    tallies = tallied(node, period.month, period.month, WAYS)
    tallies |= {"consents": _consents(node, period), "reviews": _reviews(node, period)}
    return {name: figures(tally, limit) for name, tally in tallies.items()}


def _consents(node: Node, period: Period) -> Tally:
    tally = Tally()
    for one in search(node.log, Filter(type="consent", since=period.since, until=period.end)):
        if one.entry.subtype in CONSENTS:
            tally.add(one.entry.subtype, one.entry.patient)
    return tally


def _reviews(node: Node, period: Period) -> Tally:
    tally = Tally()
    for then, _ in of_period(node, period):
        tally.add(state_of(then, period), node.log.find(then.entry).entry.patient)
    return tally


def _tables(some: Mapping[str, Figures | None]) -> dict[str, object]:
    return {name: told.as_dict() if told else None for name, told in some.items()}
