"""Several people, one look: its review and its notice to the patient are one, on the entry of whoever asked.

The entry of each of the others says WITH_PANEL and stands right behind. Out of the spool entries come one by one, so
there each keeps a review of its own.
"""

from collections.abc import Iterator

from ledger import Log, Recorded

# Beside the obligations of an intent whose review and notice are those of the entry before it.
WITH_PANEL = "with-panel"


def looks_along(one: Recorded, before: Recorded) -> bool:
    """Whether `one` is of the same panel as `before`: written with it, about one request for one patient."""
    return (
        WITH_PANEL in one.entry.obligations
        and one.index == before.index + 1
        and _request_of(one) == _request_of(before)
        and "spool" not in (one.entry.source, before.entry.source)
    )


def members(log: Log, first: Recorded) -> Iterator[Recorded]:
    """The entries a review or notice on `first` is about, itself first."""
    while True:
        yield first
        if first.index + 1 == log.size:
            return
        after = log.read(first.index + 1)
        if not looks_along(after, first):
            return
        first = after


def people_of(log: Log, entry: str) -> int:
    """How many people a review or notice on this entry is about. Raises NoSuchEntry."""
    return sum(1 for _ in members(log, log.find(entry)))


def first_of(log: Log, one: Recorded) -> Recorded:
    """The entry of the panel that has its review and notice; `one` itself where nobody looked along."""
    while one.index and looks_along(one, before := log.read(one.index - 1)):
        one = before
    return one


def _request_of(one: Recorded) -> tuple[object, ...]:
    entry = one.entry
    # The commitment to an emergency's reason is one for each request (path/recording.py).
    said = (entry.patient, entry.purpose, entry.break_glass, entry.reason, entry.claimed_us)
    return (entry.type, entry.subtype, entry.phase, *said)
