"""An emergency nobody has reviewed in time."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from exchange.audit.anomalies.finding import Anomaly, found
from exchange.reviews import Review
from ledger import Recorded


def unreviewed(reviews: Sequence[tuple[Review, Recorded]], now: datetime) -> Iterator[Anomaly]:
    """Each emergency whose review is overdue: `reviews` with the entry of the access."""
    for review, access in reviews:
        if review.is_overdue(now):
            hours = (now - review.due).total_seconds() / 3600
            yield found(
                "unreviewed-emergency",
                [access],
                f"an emergency was not reviewed in time: {hours:.0f} hours over",
                f"一次紧急调阅逾期未复核：已超过 {hours:.0f} 小时",
                about=review.entry,
                actor=access.entry.actor,
            )
