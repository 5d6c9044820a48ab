"""Instants as the ledger counts them: microseconds since 1970 in UTC, exact in both directions."""

from datetime import UTC, datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# China has one time zone (UTC+8) and no summer time.
CHINA = timezone(timedelta(hours=8))


def to_us(moment: datetime) -> int:
    """Microseconds since the epoch of an aware `moment`."""
    return (moment - EPOCH) // MICROSECOND


def from_us(microseconds: int) -> datetime:
    """The aware UTC instant."""
    return EPOCH + microseconds * MICROSECOND
