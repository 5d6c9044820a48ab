"""Number the entries so that a number says when: UUIDv7, and the committer's time that never goes back.

The identifier carries the committed microsecond whole (RFC 9562 section 6.2, method 3), so an entry is
found by halving the log, without an index that could disagree with it.
"""

import re
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
RANDOM_BYTES = 8

# 4096 steps hold a thousand microseconds without loss, and stay in order.
_FRACTIONS = [f"{microseconds * 4096 // 1000:03x}" for microseconds in range(1000)]
_MICROSECONDS = {fraction: microseconds for microseconds, fraction in enumerate(_FRACTIONS)}
# RFC 9562 section 4.1: the two highest of these bits are 10.
_VARIANTS = {f"{digit:x}": f"{8 | digit & 3:x}" for digit in range(16)}
# Written in one way only: what reads the same to one and not to another could be listed and never be found.
_ID = re.compile("([0-9a-f]{8})-([0-9a-f]{4})-7([0-9a-f]{3})-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def next_time_us(last_us: int, now: datetime) -> int:
    """Microseconds since 1970 of an aware `now`; one after `last_us` where the clock stood or went back."""
    return max(last_us + 1, (now - EPOCH) // MICROSECOND)


def instant(time_us: int) -> datetime:
    """The aware UTC instant, exact to the microsecond."""
    return EPOCH + time_us * MICROSECOND


def entry_id(time_us: int, random: bytes) -> str:
    """The UUIDv7 of an entry committed at `time_us`; `random` is RANDOM_BYTES of entropy."""
    return entry_ids(time_us, random)[0]


def entry_ids(first_us: int, random: bytes) -> list[str]:
    """The ids of entries a microsecond apart, the first at `first_us`; `random` is RANDOM_BYTES for each of them."""
    digits, ids = random.hex(), list[str]()
    milliseconds, microseconds = divmod(first_us, 1000)
    for at in range(0, len(digits), 2 * RANDOM_BYTES):
        if not ids or microseconds == len(_FRACTIONS):
            carried, microseconds = divmod(microseconds, 1000)
            milliseconds += carried
            time = f"{milliseconds:012x}"
            start = f"{time[:8]}-{time[8:]}-7"
        variant = _VARIANTS[digits[at]]
        ids.append(
            f"{start}{_FRACTIONS[microseconds]}-{variant}{digits[at + 1 : at + 4]}-{digits[at + 4 : at + 16]}"
        )
        microseconds += 1
    return ids


def time_us_of(identifier: str) -> int | None:
    """The microsecond an identifier was committed at; None for what is not one of ours, to the letter."""
    found = _ID.fullmatch(identifier)
    microseconds = _MICROSECONDS.get(found[3]) if found else None
    if found is None or microseconds is None:
        return None
    return int(found[1] + found[2], 16) * 1000 + microseconds
