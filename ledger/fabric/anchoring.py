"""Put the roots of the log onto the channel, batch after batch. The log itself is the outbox: nothing can be lost.

What is about to be proposed is kept first, so that after a crash or an unknown outcome the same is proposed again. A
past on the channel that is not this log's stops everything until somebody has looked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from ledger.checkpoint import Checkpoint
from ledger.fabric.anchors import BATCHES, Anchors
from ledger.fabric.channel import Batch, Batches, End
from ledger.fabric.comparing import compare, not_ours, past_of
from ledger.fabric.errors import Conflict
from ledger.log import Log
from ledger.merkle import EMPTY_ROOT

NOTHING = End(0, 0, EMPTY_ROOT.hex())


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When a batch is due: so many entries wait, or the oldest of them has waited so long."""

    entries: int
    wait: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """Entries that are not on the channel yet, and for how long the oldest of them has waited."""

    entries: int
    wait: timedelta


def anchor(log: Log, anchors: Anchors, batches: Batches, *, look_again: bool = False) -> Batch | None:
    """Put what the channel has not got yet onto it, as one batch; None where it has everything, or after an alarm.

    `look_again`: after an alarm too, the channel is asked whether it still differs. Raises a FabricError where that
    failed: the next call goes on with the same.
    """
    if anchors.alarm is not None and not look_again:
        return None
    reached = _reached(log, anchors, batches)
    if reached is None:
        return None
    batch = _proposed(anchors) or _next(log, reached)
    if batch is None:
        return None
    anchors.propose(BATCHES, msgspec.json.encode(batch))
    try:
        batches.record(batch)
    except Conflict:
        # An old copy of the anchors' file, or another past under our name: the channel tells which.
        reached = _from_channel(log, anchors, batches)
        batch = _next(log, reached) if reached else None
        if batch is None:
            return None
        anchors.propose(BATCHES, msgspec.json.encode(batch))
        batches.record(batch)
    anchors.reach(BATCHES, End(batch.seq, batch.stop, batch.root))
    return batch


def lag(log: Log, anchors: Anchors, now: datetime) -> Lag:
    """How far behind the channel is."""
    stop, size = (anchors.reached(BATCHES) or NOTHING).stop, log.size
    if stop >= size:
        return Lag(entries=0, wait=timedelta())
    return Lag(entries=size - stop, wait=max(now - log.read(stop).time, timedelta()))


def is_due(waiting: Lag, due: Due) -> bool:
    """Whether it is time for a batch."""
    return waiting.entries > 0 and (waiting.entries >= due.entries or waiting.wait >= due.wait)


def _reached(log: Log, anchors: Anchors, batches: Batches) -> End | None:
    """How far the channel is; asked of itself where that is not known, or is not of this log's past any more."""
    known = anchors.reached(BATCHES)
    if known is not None and anchors.alarm is None:
        root = past_of(log).root(known.stop)
        if root is not None and root.hex() == known.root:
            return known
    return _from_channel(log, anchors, batches)


def _from_channel(log: Log, anchors: Anchors, batches: Batches) -> End | None:
    """How far the channel is, asked of itself; None, and an alarm, where what it has is not of this log."""
    anchors.forget(BATCHES)
    latest = batches.latest()
    # After asking: another process may have appended and anchored meanwhile.
    wrong = not_ours(past_of(log), latest) if latest else None
    # The latest covers all before it, so it alone tells whether; the first that differs is what a person wants.
    anchors.alarm = wrong and (compare(batches, lambda: past_of(log)).wrong or wrong)
    if wrong is not None:
        return None
    end = End(latest.seq, latest.stop, latest.root) if latest else NOTHING
    anchors.reach(BATCHES, end)
    return end


def _proposed(anchors: Anchors) -> Batch | None:
    content = anchors.proposed(BATCHES)
    return msgspec.json.decode(content, type=Batch) if content else None


def _next(log: Log, reached: End) -> Batch | None:
    note = log.checkpoint()
    signed = Checkpoint.open(note, log.keys)
    if signed.size <= reached.stop:
        return None
    return Batch(
        seq=reached.seq + 1,
        start=reached.stop,
        stop=signed.size,
        root=signed.root.hex(),
        previous_root=reached.root,
        checkpoint=note.decode(),
    )
