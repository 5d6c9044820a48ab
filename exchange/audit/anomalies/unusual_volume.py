"""A week of an organisation unlike its other weeks."""

from collections.abc import Iterator, Sequence
from statistics import median

from exchange.audit.anomalies.deviation import deviations
from exchange.audit.anomalies.finding import Anomaly, Limits, by, found, is_look, week_of
from ledger import Recorded


def unusual_volume(entries: Sequence[Recorded], limits: Limits) -> Iterator[Anomaly]:
    """Far more looks in a week than in the organisation's others, by their median and its deviation."""
    for looks in by(lambda one: one.entry.organisation, filter(is_look, entries)).values():
        weeks = by(week_of, looks)
        for week, some in weeks.items():
            others = [len(each) for other, each in weeks.items() if other != week]
            if len(some) < limits.week_looks or len(others) < limits.usual_weeks:
                continue
            if deviations(len(some), others) > limits.deviations:
                usual = median(others)
                yield found(
                    "unusual-volume",
                    some,
                    f"{len(some)} looks in {week}; usually {usual:g}",
                    f"{week} 周查看 {len(some)} 次，平时为 {usual:g} 次",
                    about=week,
                )
