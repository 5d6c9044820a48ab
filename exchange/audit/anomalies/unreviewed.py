"""An emergency nobody has reviewed in time, or whose review nobody has signed off."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from exchange.audit.anomalies.finding import Anomaly, found
from exchange.reviews import Review
from ledger import Recorded


def unreviewed(reviews: Sequence[tuple[Review, Recorded]], now: datetime) -> Iterator[Anomaly]:
    """Each emergency whose decision or signature is overdue: `reviews` with the entry of the access."""
    for review, access in reviews:
        until = review.waits_until()
        if until is None or now <= until:
            continue
        hours = (now - until).total_seconds() / 3600
        decided = review.closed is not None
        yield found(
            "unreviewed-emergency",
            [access],
            f"an emergency was not {'signed off' if decided else 'reviewed'} in time: {hours:.0f} hours over",
            f"一次紧急调阅逾期未{'签核' if decided else '复核'}：已超过 {hours:.0f} 小时",
            about=(review.entry, "sign-off") if decided else review.entry,
            actor=access.entry.actor,
        )
