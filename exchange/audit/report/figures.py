"""The report of a month for the security officer: exact figures, staff by name, no patient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from exchange.audit.anomalies import Anomaly, anomalies
from exchange.audit.anomalies.looking import UNREVIEWED
from exchange.audit.details import details_of
from exchange.audit.report.counted import Counted, Split, count
from exchange.audit.report.period import Period, before, month_to_tell
from exchange.audit.report.reviewed import Reviewed, reviewed
from exchange.audit.report.sealed_state import SealedState, sealed_state
from exchange.instants import CHINA
from exchange.node.node import Node
from exchange.reviews import Review
from ledger import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """An extract that was handed over: to which project, how many patients are in it, by which entry."""

    project: str
    organisation: str
    patients: int
    records: int
    at: datetime
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A review that was overdue when the month ended, who had declared the emergency, and how it stands now."""

    review: Review
    actor: str
    organisation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficersReport:
    """Everything on the page. `before` is None where the ledger knows nothing of the month before."""

    made_at: datetime
    period: Period
    now: Counted
    before: Counted | None
    before_is_whole: bool
    reviews: Reviewed
    late: tuple[Late, ...]
    extracts: tuple[Extract, ...]
    findings: tuple[Anomaly, ...]
    ledger: SealedState

    def as_dict(self) -> dict[str, object]:
        """For a program: the same figures."""
        return {
            "for": "officer",
            "made_at": self.made_at.astimezone(CHINA).isoformat(timespec="seconds"),
            "period": {**self.period.as_dict(), **self.period.places()},
            "month": _figures(self.now),
            "month_before": {**_figures(self.before), "whole": self.before_is_whole} if self.before else None,
            "reviews": _reviews(self.reviews, self.late),
            "extracts": list(self.extracts),
            "findings": [
                {"kind": one.kind, "actor": one.actor, "first_entry": one.entries[0], "entries": one.count}
                for one in self.findings
            ],
            "ledger": self.ledger.as_dict(),
        }


def for_officer(node: Node, month: str) -> OfficersReport:
    """Count the month; "" is the last one that is over. Nothing is written: an officer may search for all of it.

    Raises NotBegun, BeforeTheLedger, LedgerAltered.
    """
    now = node.clock()
    period = month_to_tell(node, month, now)
    last = before(node, period)
    counted, reviews = count(node, period), reviewed(node, period)
    told = anomalies(node, since=period.since, until=period.end)
    return OfficersReport(
        made_at=now,
        period=period,
        now=counted,
        before=count(node, last) if last.is_known else None,
        before_is_whole=last.is_whole,
        reviews=reviews,
        late=tuple(_late(node, one) for one in reviews.overdue),
        extracts=tuple(_extract(node, one) for one in counted.extracts),
        # Reviews have a part of their own on the page.
        findings=tuple(one for one in reversed(told) if one.kind != UNREVIEWED),
        ledger=sealed_state(node, period),
    )


def _late(node: Node, review: Review) -> Late:
    entry = node.log.find(review.entry).entry
    return Late(review=review, actor=entry.actor, organisation=entry.organisation)


def _extract(node: Node, one: Recorded) -> Extract:
    told = details_of(node.office, one).told
    return Extract(
        project=str(told.get("project", "")),
        organisation=one.entry.organisation,
        patients=int(told.get("patients", 0)),
        records=one.entry.count,
        at=one.time,
        entry=one.id,
    )


def _figures(one: Counted) -> dict[str, object]:
    return {
        "accesses": _split(one.accesses),
        "emergencies": one.emergencies,
        "patients_seen": one.patients,
        "people_who_looked": one.people,
        "asked_elsewhere": one.asked,
        "days": [{"day": day.isoformat(), **_split(split)} for day, split in one.days.items()],
        "by": {way: _rows(groups) for way, groups in one.by.items()},
        "refusals": [{"reason": why, "number": number} for why, number in one.refusals.items()],
        "consents": dict(one.consents),
        "extracts": len(one.extracts),
    }


def _split(one: Split) -> dict[str, int]:
    return {"all": one.all, "allowed": one.allowed, "refused": one.refused}


def _rows(groups: Mapping[str, Split]) -> list[dict[str, object]]:
    return [{"key": key, **_split(split)} for key, split in groups.items()]


def _reviews(one: Reviewed, late: Sequence[Late]) -> dict[str, object]:
    return {
        "opened": one.all,
        "states": one.states,
        "median_seconds": one.median and one.median.total_seconds(),
        "longest_seconds": one.longest and one.longest.total_seconds(),
        "justified": one.justified,
        "not_justified": one.not_justified,
        "overdue": [
            {"entry": each.review.entry, "due": each.review.due, "closed_since": each.review.closed}
            for each in late
        ],
    }
