"""Number the entries so that a number says when: UUIDv7, and the committer's time that never goes back.

The identifier carries the committed microsecond whole (RFC 9562 section 6.2, method 3), so an entry is
found by halving the log, without an index that could disagree with it.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
RANDOM_BYTES = 8

_RANDOM = (1 << 62) - 1


def next_time_us(last_us: int, now: datetime) -> int:
    """Microseconds since 1970 of an aware `now`; one after `last_us` where the clock stood or went back."""
    return max(last_us + 1, (now - EPOCH) // MICROSECOND)


def instant(time_us: int) -> datetime:
    """The aware UTC instant, exact to the microsecond."""
    return EPOCH + time_us * MICROSECOND


def entry_id(time_us: int, random: bytes) -> str:
    """The UUIDv7 of an entry committed at `time_us`; `random` is RANDOM_BYTES of entropy."""
    milliseconds, microseconds = divmod(time_us, 1000)
    # 4096 steps hold a thousand microseconds without loss, and stay in order.
    fraction = microseconds * 4096 // 1000
    tail = 1 << 63 | int.from_bytes(random) & _RANDOM
    text = f"{milliseconds:012x}7{fraction:03x}{tail:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def time_us_of(identifier: str) -> int | None:
    """The microsecond an identifier was committed at; None for what is not one of ours."""
    try:
        number = UUID(identifier).int
    except ValueError:
        return None
    if number >> 76 & 0xF != 7 or number >> 62 & 0b11 != 0b10:
        return None
    fraction = number >> 64 & 0xFFF
    return (number >> 80) * 1000 + -(-fraction * 1000 // 4096)
