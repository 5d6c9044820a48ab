"""Take over what the region's other machines told over the channel, so that this one decides as they do.

Every version becomes an entry of this node's own log, sealed as it came, and counts from when it counted there. Whoever
was erased there is erased here. Nothing is left out unseen: the groups of a log are numbered without a gap.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from consent import PatientKey
from exchange.consenting.stating import state
from exchange.erasing import erase_keys, erased
from exchange.fabric.errors import GapInChannel, KeysMissing, NotAllCame
from exchange.fabric.items import KEY_USE, Erased, Item, Version, family_of, items_in
from exchange.fabric.opening import Channel
from exchange.fabric.publishing import FROM_CHANNEL, row_of
from exchange.node.node import Node
from ledger import Entry
from ledger.fabric.channel import Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What was taken over: versions of consents, patients whose key was destroyed here because it was there."""

    versions: int = 0
    erased: int = 0

    def __add__(self, other: "Followed") -> "Followed":
        return Followed(versions=self.versions + other.versions, erased=self.erased + other.erased)


def follow(node: Node, channel: Channel, *, seconds: float) -> Followed:
    """Take over what the channel has now and this node has not; `seconds` bound each reading of the channel.

    Raises KeysMissing and GapInChannel: then nothing of that was taken over; NotAllCame, FabricError, CannotAppend,
    ConsentChanged where a consent was changed on both machines.
    """
    wanted = _wanted(node, channel)
    if not wanted:
        return Followed()
    _require_keys(node, channel, wanted, seconds)
    taken = Followed()
    for group in _groups(channel, wanted, seconds):
        taken += _take(node, group)
        channel.anchors.follow(group)
    return taken


def _wanted(node: Node, channel: Channel) -> dict[str, int]:
    """How far each other log of this node's family goes, of those that go further than what was taken over."""
    family, own, found = family_of(node.office.master.for_use(KEY_USE)), row_of(node.office), {}
    for log in channel.groups.logs():
        end = channel.groups.end(log) if log.startswith(family) and log != own else None
        if end is not None and end.seq > channel.anchors.followed(log):
            found[log] = end.seq
    return found


def _groups(channel: Channel, wanted: dict[str, int], seconds: float) -> Iterator[Group]:
    """The groups that were not taken over, until all that are wanted came. Raises GapInChannel, NotAllCame."""
    came = {log: channel.anchors.followed(log) for log in wanted}
    for group in channel.groups.told(after=channel.anchors.position, seconds=seconds):
        if group.log not in wanted or group.seq <= came[group.log]:
            continue
        if group.seq != came[group.log] + 1:
            raise GapInChannel(group.seq, "came before the one that precedes it", "先于前一组到达")
        came[group.log] = group.seq
        yield group
        if all(came[log] >= seq for log, seq in wanted.items()):
            return
    raise NotAllCame(sum(max(seq - came[log], 0) for log, seq in wanted.items()))


def _require_keys(node: Node, channel: Channel, wanted: dict[str, int], seconds: float) -> None:
    """Return if the key of everybody the groups are about is here, or was destroyed. Raises KeysMissing."""
    key = node.office.master.for_use(KEY_USE)
    gone, without = set(erased(node.log)), set[str]()
    for group in _groups(channel, wanted, seconds):
        for item in items_in(group, key):
            if isinstance(item, Erased):
                gone.add(item.patient)
            elif node.vault.key_behind(item.row.patient) is None:
                without.add(item.row.patient)
    if missing := without - gone:
        raise KeysMissing(len(missing))


def _take(node: Node, group: Group) -> Followed:
    taken = Followed()
    for item in items_in(group, node.office.master.for_use(KEY_USE)):
        taken += _take_one(node, group, item)
    return taken


def _take_one(node: Node, group: Group, item: Item) -> Followed:
    patient = item.row.patient if isinstance(item, Version) else item.patient
    keys = node.vault.key_behind(patient)
    if keys is None:  # erased, here or there
        return Followed()
    if isinstance(item, Erased):
        erase_keys(
            node.office,
            [keys],
            by=group.log,
            reason=f"erased on another machine of the region, entry {item.entry}",
        )
        return Followed(erased=1)
    return _store(node, group, item, keys)


def _store(node: Node, group: Group, item: Version, keys: PatientKey) -> Followed:
    office = node.office
    arriving = office.consents.arriving(item.row, keys, entropy=office.desk.entropy)
    if arriving is None:  # taken over before, and the memory of it was lost
        return Followed()
    storing, stored = arriving
    entry = Entry(
        type="consent",
        subtype="brought",
        action="C" if item.row.version == 1 else "U",
        outcome="0",
        region=office.desk.region,
        node=office.desk.node,
        source=FROM_CHANNEL,
        organisation=office.own.id,
        consents=(storing.commitment,),
        patient=keys.pseudonym,
        object_class="Consent",
        count=1,
        # When it came to count: on the machine that took it.
        claimed_us=item.row.known_us,
    )
    told = {
        "consent": storing.consent_id,
        "version": storing.version,
        "log": group.log,
        "entry": item.entry,
        "what": item.subtype,
    }
    patient = str(stored.resource.get("patient", {}).get("reference", "")).removeprefix("Patient/")
    state(node, patient, keys, storing=storing, resource=stored.resource, entry=entry, told=told)
    return Followed(versions=1)
