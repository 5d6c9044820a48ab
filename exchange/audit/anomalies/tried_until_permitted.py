"""Doors tried until one opened."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from exchange.audit import words
from exchange.audit.anomalies.finding import Anomaly, Limits, by_actor, found, is_look, is_refusal
from ledger import Recorded


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
