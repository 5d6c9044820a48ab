"""Very many patients in a day."""

from collections.abc import Iterator, Sequence
from statistics import median

from exchange.audit.anomalies.finding import Anomaly, Limits, by, by_actor, day_of, found, is_look
from ledger import Recorded


def mass_access(entries: Sequence[Recorded], limits: Limits) -> Iterator[Anomaly]:
    """More patients in a day than anybody sees, or many and far more than this person is used to."""
    for actor, looks in by_actor(filter(is_look, entries)).items():
        days = by(day_of, looks)
        counts = {day: len({one.entry.patient for one in some}) for day, some in days.items()}
        for day, number in counts.items():
            others = [count for other, count in counts.items() if other != day]
            usual = median(others) if len(others) >= limits.usual_days else 0.0
            is_unusual = number >= limits.patients_a_day and number > limits.times_usual * usual
            if is_unusual or number >= limits.most_patients_a_day:
                yield found(
                    "mass-access",
                    days[day],
                    f"one person saw {number} patients on {day}" + (f"; usually {usual:g}" if usual else ""),
                    f"一人于 {day} 查看了 {number} 位患者" + (f"，平日为 {usual:g} 位" if usual else ""),
                    about=day,
                    actor=actor,
                )
