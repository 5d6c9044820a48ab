"""The patient had said no, and the same person saw the record all the same."""

from collections.abc import Iterator, Sequence

from exchange.audit import words
from exchange.audit.anomalies.finding import Anomaly, Limits, found, is_look, is_refusal
from ledger import Recorded

# The patient's own no: never asked, or not covered, is none.
NO = frozenset(("CONSENT_DENY", "CONSENT_WITHDRAWN", "EMERGENCY_ACCESS_REFUSED"))
# What the patient says afterwards counts: whatever is permitted then rests on it.
_NEW_WORD = frozenset(("grant", "change", "brought"))


def let_in_after_no(entries: Sequence[Recorded], limits: Limits) -> Iterator[Anomaly]:
    """Refused because of the patient's own no, and within a week let in on another ground, an emergency too.

    `entries` hold what patients said besides: after a new consent the look is not told.
    """
    refused: dict[tuple[str, str], list[Recorded]] = {}
    for one in (one for one in entries if one.entry.patient):
        who = one.entry.actor, one.entry.patient
        if is_refusal(one) and one.entry.why in NO:
            refused.setdefault(who, []).append(one)
        elif one.entry.type == "consent" and one.entry.subtype in _NEW_WORD:
            for patient in [each for each in refused if each[1] == one.entry.patient]:
                del refused[patient]
        elif is_look(one) and who in refused:
            before = [no for no in refused.pop(who) if one.time - no.time <= limits.let_in_after_no]
            if before:
                yield _told(before, one)


def _told(before: list[Recorded], look: Recorded) -> Anomaly:
    why, purpose = before[-1].entry.why, look.entry.purpose
    ground_en = "in an emergency" if look.entry.break_glass else f"for {words.purpose(purpose, 'en')}"
    ground_zh = "以紧急调阅" if look.entry.break_glass else f"以“{words.purpose(purpose, 'zh')}”为目的"
    return found(
        "let-in-after-no",
        [*before, look],
        f"refused by the patient's own no ({words.reason(why, 'en')}), then let in {ground_en}",
        f"因患者本人不同意被拒（{words.reason(why, 'zh')}），随后{ground_zh}获准查看",
        about=before[0].id,
        actor=look.entry.actor,
    )
