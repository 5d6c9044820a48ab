"""Somebody who works here looked at the record of a relative."""

from collections.abc import Iterator, Mapping, Sequence

from exchange.audit.anomalies.finding import Anomaly, Limits, by, day_of, found, is_look, person_of
from exchange.audit.anomalies.known import CONTACT, RELATIVE, Known
from ledger import Recorded

_WORDS: Mapping[str, tuple[str, str]] = {
    RELATIVE: ("a relative on record", "登记在案的亲属"),
    CONTACT: ("somebody who is a contact in one of the two records", "档案中互为联系人者"),
}


def family_record(entries: Sequence[Recorded], _: Limits, known: Known) -> Iterator[Anomaly]:
    """A relative's record, or that of somebody with whom they share a contact's telephone number."""
    family = (one for one in entries if is_look(one) and known.kin.get(_pair(one)) in _WORDS)
    for ((actor, patient), day), looks in by(lambda one: (_pair(one), day_of(one)), family).items():
        en, zh = _WORDS[known.kin[actor, patient]]
        yield found(
            "family-record",
            looks,
            f"one person looked at the record of {en} on {day}; looks: {len(looks)}",
            f"一人于 {day} 查看{zh}的档案 {len(looks)} 次",
            about=(patient, day),
            actor=actor,
        )


def _pair(one: Recorded) -> tuple[str, str]:
    return person_of(one), one.entry.patient
