"""Asking on where consents were taken back."""

from collections.abc import Iterator, Sequence

from exchange.audit.anomalies.finding import Anomaly, Limits, by, by_actor, found, is_refusal, week_of
from ledger import Recorded

WITHDRAWN = "CONSENT_WITHDRAWN"


def after_withdrawal(entries: Sequence[Recorded], limits: Limits) -> Iterator[Anomaly]:
    """One person goes on asking where consents were taken back."""
    asked = (one for one in entries if is_refusal(one) and one.entry.why == WITHDRAWN)
    for actor, refusals in by_actor(asked).items():
        for week, some in by(week_of, refusals).items():
            if len(some) >= limits.after_withdrawal:
                yield found(
                    "after-withdrawal",
                    some,
                    f"one person asked {len(some)} times in {week} where the consent had been taken back",
                    f"一人在 {week} 周内、同意已收回后仍申请 {len(some)} 次",
                    about=week,
                    actor=actor,
                )
