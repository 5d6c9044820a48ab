"""A week of a whole region unlike those before it."""

from collections.abc import Iterator, Sequence
from statistics import median

from exchange.audit.anomalies.deviation import deviations
from exchange.audit.anomalies.finding import Anomaly, Limits, by, found, is_look, week_of
from exchange.audit.anomalies.known import Known
from ledger import Recorded


def unusual_region(entries: Sequence[Recorded], limits: Limits, known: Known) -> Iterator[Anomaly]:
    """Far more looks from a region in a week than in the weeks before, those without any look counted.

    So it is seen when many houses of another region each ask a little more.
    """
    looks = [one for one in entries if is_look(one) and one.entry.organisation in known.regions]
    every = by(week_of, looks)
    for region, its in by(lambda one: known.regions[one.entry.organisation], looks).items():
        weeks = by(week_of, its)
        for week, some in weeks.items():
            first = min(weeks)
            before = [len(weeks.get(other, ())) for other in every if first <= other < week]
            if len(some) < limits.region_week_looks or len(before) < limits.usual_weeks:
                continue
            if deviations(len(some), before) > limits.deviations:
                yield found(
                    "unusual-region",
                    some,
                    f"{len(some)} looks from region {region} in {week}; in the weeks before {median(before):g}",
                    f"{week} 周来自地区 {region} 的查看 {len(some)} 次，此前各周为 {median(before):g} 次",
                    about=week,
                    of=region,
                )
