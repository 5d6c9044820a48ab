"""Open a node's way to its channel, as its settings name it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from exchange.errors import BadSetting
from exchange.fabric.errors import NotOnFabric
from exchange.node.node import Node
from exchange.node.settings import Settings
from exchange.policy.choosing import file_in

if TYPE_CHECKING:
    from ledger.fabric.anchors import Anchors
    from ledger.fabric.channel import Batches, Groups
    from ledger.fabric.connection import Connection
    from ledger.fabric.gateway import Gateway

FABRIC = "fabric"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A node's own row of batches, the region's groups of consents, and how far the channel has what is here."""

    gateway: "Gateway"
    anchors: "Anchors"
    batches: "Batches"
    groups: "Groups"


def is_on_fabric(settings: Settings) -> bool:
    """Whether the node's settings name a channel."""
    return bool(settings["ledger.backend"] == FABRIC)


def connection_of(settings: Settings, root: Path) -> "Connection":
    """The connection the settings name. Raises NotOnFabric, BadSetting, BadConnection, FabricMissing."""
    if not is_on_fabric(settings):
        raise NotOnFabric
    file = file_in(settings, root, "ledger.connection")
    if file is None:
        raise BadSetting(
            "ledger.connection",
            "is needed as well: the file that says how the channel is reached",
            "也须填写：说明如何连接通道的文件",
        )
    _require_libraries()
    from ledger.fabric.connection import read_connection

    return read_connection(file)


@contextmanager
def open_anchors(node: Node) -> Iterator["Anchors"]:
    """How far the channel has what is here; no peer is asked. Raises what `connection_of` raises, LedgerError."""
    connection = connection_of(node.settings, node.layout.root)
    from ledger.fabric.anchors import Anchors

    about = f"{node.log.signer.origin} on {connection.channel} of {connection.msp}"
    with Anchors(node.layout.anchors, about) as anchors:
        yield anchors


@contextmanager
def open_channel(node: Node) -> Iterator[Channel]:
    """The way to the channel; the first call over it finds out whether anybody is there. Raises likewise."""
    connection = connection_of(node.settings, node.layout.root)
    from ledger.fabric.channel import Batches, Groups
    from ledger.fabric.gateway import Gateway

    with ExitStack() as stack:
        anchors = stack.enter_context(open_anchors(node))
        gateway = stack.enter_context(Gateway(connection, clock=node.clock, entropy=node.desk.entropy))
        yield Channel(
            gateway=gateway,
            anchors=anchors,
            batches=Batches(gateway, node.log.signer.origin),
            groups=Groups(gateway),
        )


def _require_libraries() -> None:
    try:
        import_module("ledger.fabric.gateway")
    except ImportError:
        from ledger.fabric.errors import FabricMissing

        raise FabricMissing from None
