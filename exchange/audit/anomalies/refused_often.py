"""Refusals, again and again."""

from collections.abc import Iterator, Sequence

from exchange.audit.anomalies.finding import Anomaly, Limits, by, by_actor, day_of, found, is_refusal
from ledger import Recorded


def refused_often(entries: Sequence[Recorded], limits: Limits) -> Iterator[Anomaly]:
    """One person was refused many times in a day."""
    for actor, refusals in by_actor(filter(is_refusal, entries)).items():
        for day, some in by(day_of, refusals).items():
            if len(some) >= limits.refused_a_day:
                yield found(
                    "refused-often",
                    some,
                    f"one person was refused {len(some)} times on {day}",
                    f"一人于 {day} 被拒绝 {len(some)} 次",
                    about=day,
                    actor=actor,
                )
