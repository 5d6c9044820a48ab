"""One turn: anchor what is due, tell the region's other machines, hear what they told."""

from dataclasses import dataclass
from datetime import timedelta

from exchange.fabric.following import Followed, follow
from exchange.fabric.opening import Channel
from exchange.fabric.publishing import publish
from exchange.node.node import Node
from exchange.node.settings import Settings
from ledger.fabric.anchoring import Due, anchor, is_due, lag

# A turn hears the channel for so long at most; what is still to come then comes in the next.
HEAR_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """What a turn did: entries anchored, statements told (versions of consents and erasures), statements taken over."""

    anchored: int
    told: int
    heard: Followed


def turn(node: Node, channel: Channel, *, at_once: bool = False, look_again: bool = False) -> Turned:
    """Take one. `at_once`: anchor whatever waits. After an alarm nothing is done, unless to `look_again`.

    Raises a FabricError where the channel cannot be reached, and what `follow` raises.
    """
    anchored = 0
    if at_once or look_again or is_due(lag(node.log, channel.anchors, node.clock()), due_of(node.settings)):
        batch = anchor(node.log, channel.anchors, channel.batches, look_again=look_again)
        anchored = batch.stop - batch.start if batch else 0
    if channel.anchors.alarm is not None:
        return Turned(anchored=0, told=0, heard=Followed())
    told = 0
    while items := publish(node.office, channel):
        told += items
    return Turned(anchored=anchored, told=told, heard=follow(node, channel, seconds=HEAR_SECONDS))


def due_of(settings: Settings) -> Due:
    """When a batch is due, as the settings say."""
    return Due(
        entries=settings["ledger.anchor_entries"],
        wait=timedelta(seconds=settings["ledger.anchor_seconds"]),
    )
