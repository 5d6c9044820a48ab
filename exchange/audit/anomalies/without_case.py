"""Looks for treatment when nothing was open for whoever looked."""

from collections.abc import Iterator, Sequence

from exchange.audit.anomalies.finding import Anomaly, Limits, by, by_actor, found, week_of
from exchange.audit.anomalies.known import Known
from ledger import Recorded


def without_case(entries: Sequence[Recorded], limits: Limits, known: Known) -> Iterator[Anomaly]:
    """One person, in a week, at several patients of whom no visit, referral or consultation fits."""
    caseless = (one for one in entries if one.id in known.caseless)
    for actor, looks in by_actor(caseless).items():
        for week, some in by(week_of, looks).items():
            patients = len({one.entry.patient for one in some})
            if patients >= limits.without_case:
                yield found(
                    "without-case",
                    some,
                    f"one person looked at {patients} patients in {week} to treat them, and nothing was open for it",
                    f"一人在 {week} 周内以诊疗为由查看 {patients} 位患者，均无对应的就诊、转诊或会诊",
                    about=week,
                    actor=actor,
                )
