"""Somebody who works here looked at their own record."""

from collections.abc import Iterator, Sequence

from exchange.audit.anomalies.finding import Anomaly, Limits, by, day_of, found, is_look, person_of
from exchange.audit.anomalies.known import SELF, Known
from ledger import Recorded


def own_record(entries: Sequence[Recorded], _: Limits, known: Known) -> Iterator[Anomaly]:
    """Their own record, with the rights of their work. A patient's look at it as a patient is none."""
    own = (one for one in entries if is_look(one) and known.kin.get(_pair(one)) == SELF)
    for (actor, day), looks in by(lambda one: (person_of(one), day_of(one)), own).items():
        yield found(
            "own-record",
            looks,
            f"one person looked at their own record on {day}, with the rights of their work; looks: {len(looks)}",
            f"一人于 {day} 以工作权限查看本人档案 {len(looks)} 次",
            about=day,
            actor=actor,
        )


def _pair(one: Recorded) -> tuple[str, str]:
    return person_of(one), one.entry.patient
