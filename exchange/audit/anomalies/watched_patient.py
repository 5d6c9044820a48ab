"""Somebody looked at a patient who is watched."""

from collections.abc import Iterator, Sequence

from exchange.audit.anomalies.finding import Anomaly, Limits, by, day_of, found, is_look
from exchange.audit.anomalies.known import Known
from ledger import Recorded


def watched_patient(entries: Sequence[Recorded], limits: Limits, known: Known) -> Iterator[Anomaly]:
    """Every look counts, an emergency too: the officer has said that each is to be seen."""
    watched = (one for one in entries if is_look(one) and one.entry.patient in known.watched)
    each = by(lambda one: (one.entry.actor, one.entry.patient, day_of(one)), watched)
    for (actor, patient, day), looks in each.items():
        if len(looks) >= limits.watched_looks:
            yield found(
                "watched-patient",
                looks,
                f"one person looked at a watched patient on {day}; looks: {len(looks)}",
                f"一人于 {day} 查看重点关注患者 {len(looks)} 次",
                about=(patient, day),
                actor=actor,
            )
