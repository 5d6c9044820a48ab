"""What a whole organisation does: a week unlike its other weeks."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import median

from exchange.audit.anomalies.finding import Anomaly, Limits, found, is_look, week_of
from ledger import Recorded

# Makes the median absolute deviation comparable to a standard deviation (Hampel).
_SCALE = 1.4826


def unusual_volume(entries: Sequence[Recorded], limits: Limits) -> Iterator[Anomaly]:
    """Far more looks in a week than in the organisation's others, by their median and its deviation."""
    weeks: defaultdict[str, dict[str, list[Recorded]]] = defaultdict(dict)
    for one in filter(is_look, entries):
        weeks[one.entry.organisation].setdefault(week_of(one), []).append(one)
    for looks in weeks.values():
        for week, some in looks.items():
            others = [len(each) for other, each in looks.items() if other != week]
            if len(some) < limits.week_looks or len(others) < limits.usual_weeks:
                continue
            usual = median(others)
            # Weeks that are very much alike must not make every other one odd.
            spread = max(_SCALE * median([abs(count - usual) for count in others]), usual / 20, 1.0)
            if (len(some) - usual) / spread > limits.deviations:
                yield found(
                    "unusual-volume",
                    some,
                    f"{len(some)} looks in {week}; usually {usual:g}",
                    f"{week} 周查看 {len(some)} 次，平时为 {usual:g} 次",
                    about=week,
                )
