"""Tell the region's other machines, over the channel, what patients said here.

The log is the outbox: every entry about a consent, and every erasure, is told once, in the order of the log. It counts
here from its entry on, whether the channel can be reached or not.
"""

from collections.abc import Iterator

import msgspec

from consent.carried import carried
from exchange.fabric.items import KEY_USE, Erased, Item, Version, commitments_of, family_of, sealed_items
from exchange.fabric.opening import Channel
from exchange.path.office import Office
from ledger import Recorded
from ledger.fabric.anchors import CONSENTS
from ledger.fabric.channel import End, Group
from ledger.fabric.errors import Conflict

# One transaction carries a group; the orderer likes it well below its two megabytes.
MOST_VERSIONS = 200
MOST_BYTES = 512 << 10
# How many entries are read before what they say is told and remembered.
MOST_ENTRIES = 5000
# Entries that tell of what came from the channel itself.
FROM_CHANNEL = "channel"


def publish(office: Office, channel: Channel) -> int:
    """Put one group of what the channel has not got yet onto it; how many items were in it, 0 where there are none.

    Raises a FabricError where that failed: the next call goes on with the same.
    """
    anchors, log = channel.anchors, row_of(office)
    group = _proposed(channel)
    if group is None:
        reached = anchors.reached(CONSENTS) or _from_channel(channel, log)
        group = _next(office, channel, reached)
    if group is None:
        return 0
    try:
        channel.groups.record(group)
    except Conflict:
        # The memory of how far we were is older than the channel: ask it.
        anchors.forget(CONSENTS)
        _from_channel(channel, log)
        return 0
    anchors.reach(CONSENTS, End(group.seq, group.stop))
    return len(group.commitments) or 1


def waiting(office: Office, channel: Channel) -> bool:
    """Whether the log has entries that nobody has looked through for the channel."""
    reached = channel.anchors.reached(CONSENTS)
    unfinished = channel.anchors.proposed(CONSENTS) is not None
    return unfinished or reached is None or reached.stop < office.log.size


def row_of(office: Office) -> str:
    """The name under which this node's groups stand on the channel."""
    return family_of(office.master.for_use(KEY_USE)) + office.log.signer.origin


def _next(office: Office, channel: Channel, reached: End) -> Group | None:
    """The next group, kept before it is proposed; None, and remembered how far was looked, where nothing is to tell."""
    items, stop = _items(office, reached.stop)
    if not items:
        if stop > reached.stop:
            channel.anchors.reach(CONSENTS, End(reached.seq, stop))
        return None
    log, seq = row_of(office), reached.seq + 1
    group = Group(
        log=log,
        seq=seq,
        start=reached.stop if reached.seq else 0,
        stop=stop,
        commitments=commitments_of(items),
        sealed=sealed_items(
            items, log=log, seq=seq, key=office.master.for_use(KEY_USE), entropy=office.desk.entropy
        ),
    )
    channel.anchors.propose(CONSENTS, msgspec.json.encode(group))
    return group


def _items(office: Office, start: int) -> tuple[list[Item], int]:
    """What the entries from `start` on have to tell, as much as goes into a group, and the entry it ends before."""
    items: list[Item] = []
    size, stop = 0, start
    for one in office.log.scan(start, start + MOST_ENTRIES):
        for item in _item(office, one):
            items.append(item)
            size += len(item.row.sealed) if isinstance(item, Version) else 0
        stop = one.index + 1
        if len(items) >= MOST_VERSIONS or size >= MOST_BYTES:
            break
    return items, stop


def _item(office: Office, one: Recorded) -> Iterator[Item]:
    entry = one.entry
    if entry.source == FROM_CHANNEL:
        return
    if entry.type == "consent":
        row = carried(office.log.glance(), entry.patient, one.id)
        yield Version(entry=one.id, subtype=entry.subtype, row=row)
    elif entry.type == "erasure":
        yield Erased(entry=one.id, patient=entry.patient)


def _proposed(channel: Channel) -> Group | None:
    content = channel.anchors.proposed(CONSENTS)
    return msgspec.json.decode(content, type=Group) if content else None


def _from_channel(channel: Channel, log: str) -> End:
    end = channel.groups.end(log) or End(0, 0)
    channel.anchors.reach(CONSENTS, end)
    return end
