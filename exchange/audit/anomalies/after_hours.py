"""Looks at night."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from exchange.audit.anomalies.finding import Anomaly, Limits, by, by_actor, found, is_look
from exchange.instants import CHINA
from ledger import Recorded


def after_hours(entries: Sequence[Recorded], limits: Limits) -> Iterator[Anomaly]:
    """Looks in the night that were no emergency. A night is one night, also after midnight."""

    def night_of(one: Recorded) -> date:
        return (one.time.astimezone(CHINA) - timedelta(hours=limits.night_to)).date()

    for actor, looks in by_actor(filter(is_look, entries)).items():
        quiet = (one for one in looks if not one.entry.break_glass and _is_night(one, limits))
        for night, some in by(night_of, quiet).items():
            if len(some) >= limits.night_looks:
                yield found(
                    "after-hours",
                    some,
                    f"one person looked {len(some)} times in the night from {night}, not in an emergency",
                    f"一人于 {night} 当晚查看 {len(some)} 次，均非紧急调阅",
                    about=night,
                    actor=actor,
                )


def _is_night(one: Recorded, limits: Limits) -> bool:
    hour = one.time.astimezone(CHINA).hour
    return hour >= limits.night_from or hour < limits.night_to
