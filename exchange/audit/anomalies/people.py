"""What one person does: very many patients in a day, looks at night, refusals again and again."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from statistics import median
from typing import TypeVar

from exchange.audit import words
from exchange.audit.anomalies.finding import (
    Anomaly,
    Limits,
    by_actor,
    day_of,
    found,
    is_look,
    is_refusal,
    week_of,
)
from exchange.instants import CHINA
from ledger import Recorded

WITHDRAWN = "CONSENT_WITHDRAWN"
K = TypeVar("K", date, str)


def mass_access(entries: Sequence[Recorded], limits: Limits) -> Iterator[Anomaly]:
    """More patients in a day than anybody sees, or many and far more than this person is used to."""
    for actor, looks in by_actor(filter(is_look, entries)).items():
        days = _by(day_of, looks)
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


def at_night(entries: Sequence[Recorded], limits: Limits) -> Iterator[Anomaly]:
    """Looks in the night that were no emergency. A night is one night, also after midnight."""

    def night_of(one: Recorded) -> date:
        return (one.time.astimezone(CHINA) - timedelta(hours=limits.night_to)).date()

    for actor, looks in by_actor(filter(is_look, entries)).items():
        quiet = [one for one in looks if not one.entry.break_glass and _is_night(one, limits)]
        for night, some in _by(night_of, quiet).items():
            if len(some) >= limits.night_looks:
                yield found(
                    "after-hours",
                    some,
                    f"one person looked {len(some)} times in the night from {night}, not in an emergency",
                    f"一人于 {night} 当晚查看 {len(some)} 次，均非紧急调阅",
                    about=night,
                    actor=actor,
                )


def refused_often(entries: Sequence[Recorded], limits: Limits) -> Iterator[Anomaly]:
    """One person was refused many times in a day."""
    for actor, refusals in by_actor(filter(is_refusal, entries)).items():
        for day, some in _by(day_of, refusals).items():
            if len(some) >= limits.refused_a_day:
                yield found(
                    "refused-often",
                    some,
                    f"one person was refused {len(some)} times on {day}",
                    f"一人于 {day} 被拒绝 {len(some)} 次",
                    about=day,
                    actor=actor,
                )


def tried_until_permitted(entries: Sequence[Recorded], limits: Limits) -> Iterator[Anomaly]:
    """Refused about one patient again and again, and then let in: by another purpose, role or ground."""
    for actor, looks in by_actor(one for one in entries if is_look(one) or is_refusal(one)).items():
        refused: defaultdict[str, list[Recorded]] = defaultdict(list)
        for one in looks:
            before = refused[one.entry.patient]
            before[:] = [each for each in before if one.time - each.time <= limits.soon]
            if is_refusal(one):
                before.append(one)
            elif one.entry.patient and len(before) >= limits.refused_then_permitted:
                purpose = one.entry.purpose
                yield found(
                    "tried-until-permitted",
                    [*before, one],
                    f"refused {len(before)} times about one patient, then let in: {words.purpose(purpose, 'en')}",
                    f"就同一患者被拒绝 {len(before)} 次后获准：{words.purpose(purpose, 'zh')}",
                    about=one.id,
                    actor=actor,
                )
                before.clear()


def after_withdrawal(entries: Sequence[Recorded], limits: Limits) -> Iterator[Anomaly]:
    """One person goes on asking where consents were taken back."""
    for actor, refusals in by_actor(one for one in entries if one.entry.why == WITHDRAWN).items():
        for week, some in _by(week_of, refusals).items():
            if len(some) >= limits.after_withdrawal:
                yield found(
                    "after-withdrawal",
                    some,
                    f"one person asked {len(some)} times in {week} where the consent had been taken back",
                    f"一人在 {week} 周内、同意已收回后仍申请 {len(some)} 次",
                    about=week,
                    actor=actor,
                )


def _is_night(one: Recorded, limits: Limits) -> bool:
    hour = one.time.astimezone(CHINA).hour
    return hour >= limits.night_from or hour < limits.night_to


def _by(key: Callable[[Recorded], K], entries: Sequence[Recorded]) -> dict[K, list[Recorded]]:
    told: dict[K, list[Recorded]] = {}
    for one in entries:
        told.setdefault(key(one), []).append(one)
    return told
