"""What one person does: very many patients in a day, looks at night, refusals again and again."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import median

from exchange.audit.anomalies.finding import Anomaly, Limits, by_actor, day_of, found, is_look, is_refusal
from exchange.instants import CHINA
from ledger import Recorded

WITHDRAWN = "CONSENT_WITHDRAWN"


def mass_access(entries: Sequence[Recorded], limits: Limits) -> Iterator[Anomaly]:
    """More patients in a day than the cap, and far more than this person is used to."""
    for actor, looks in by_actor(filter(is_look, entries)).items():
        days = _by_day(looks)
        counts = {day: len({one.entry.patient for one in some}) for day, some in days.items()}
        for day, number in counts.items():
            others = [count for other, count in counts.items() if other != day]
            usual = median(others) if len(others) >= limits.usual_days else 0.0
            if number >= limits.patients_a_day and number > limits.times_usual * usual:
                yield found(
                    "mass-access",
                    days[day],
                    f"one person saw {number} patients on {day}" + (f"; usually {usual:g}" if usual else ""),
                    f"一人于 {day} 查看了 {number} 位患者" + (f"，平日为 {usual:g} 位" if usual else ""),
                    actor=actor,
                )


def at_night(entries: Sequence[Recorded], limits: Limits) -> Iterator[Anomaly]:
    """Looks in the night that were no emergency."""
    for actor, looks in by_actor(filter(is_look, entries)).items():
        quiet = [one for one in looks if not one.entry.break_glass and _is_night(one, limits)]
        for day, some in _by_day(quiet).items():
            if len(some) >= limits.night_looks:
                yield found(
                    "after-hours",
                    some,
                    f"one person looked {len(some)} times in the night of {day}, not in an emergency",
                    f"一人于 {day} 夜间查看 {len(some)} 次，均非紧急调阅",
                    actor=actor,
                )


def refused_often(entries: Sequence[Recorded], limits: Limits) -> Iterator[Anomaly]:
    """One person was refused many times in a day."""
    for actor, refusals in by_actor(filter(is_refusal, entries)).items():
        for day, some in _by_day(refusals).items():
            if len(some) >= limits.refused_a_day:
                yield found(
                    "refused-often",
                    some,
                    f"one person was refused {len(some)} times on {day}",
                    f"一人于 {day} 被拒绝 {len(some)} 次",
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
                yield found(
                    "tried-until-permitted",
                    [*before, one],
                    f"refused {len(before)} times about one patient, then let in for {one.entry.purpose}",
                    f"就同一患者被拒绝 {len(before)} 次后，以 {one.entry.purpose} 获准",
                    actor=actor,
                )
                before.clear()


def after_withdrawal(entries: Sequence[Recorded], limits: Limits) -> Iterator[Anomaly]:
    """One person goes on asking where consents were taken back."""
    for actor, refusals in by_actor(one for one in entries if one.entry.why == WITHDRAWN).items():
        if len(refusals) >= limits.after_withdrawal:
            yield found(
                "after-withdrawal",
                refusals,
                f"one person asked {len(refusals)} times where the consent had been taken back",
                f"一人在同意已收回后仍申请 {len(refusals)} 次",
                actor=actor,
            )


def _is_night(one: Recorded, limits: Limits) -> bool:
    hour = one.time.astimezone(CHINA).hour
    return hour >= limits.night_from or hour < limits.night_to


def _by_day(entries: Sequence[Recorded]) -> dict[object, list[Recorded]]:
    days: defaultdict[object, list[Recorded]] = defaultdict(list)
    for one in entries:
        days[day_of(one)].append(one)
    return dict(days)
