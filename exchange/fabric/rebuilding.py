"""Let a machine come up from the channel: its keys from a backup, everything its patients said from the channel."""

from pathlib import Path
from typing import TYPE_CHECKING

from exchange.fabric.opening import open_channel
from exchange.fabric.second_machine import take_keys
from exchange.node.node import Node

if TYPE_CHECKING:
    from exchange.fabric.following import Followed

# A channel with millions of events takes its time.
REBUILD_SECONDS = 3600.0


def rebuild(node: Node, keys_from: Path | None = None) -> "tuple[int, Followed]":
    """Take over what is on the channel and not here; how many keys were new, and what was taken over.

    Raises OtherNodesKeys, and what `follow` raises.
    """
    keys = take_keys(node.layout, keys_from) if keys_from else 0
    with open_channel(node) as channel:
        from exchange.fabric.following import follow

        return keys, follow(node, channel, seconds=REBUILD_SECONDS)
