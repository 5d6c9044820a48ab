"""The key a node cosigns with: its own, for this and nothing else (C2SP tlog-cosignature)."""

from exchange.node.node import Node
from exchange.node.secrets import MasterSecret
from ledger.witness import Cosigner


def cosigner_of(node: Node) -> Cosigner:
    """The node as a witness."""
    return cosigner_named(node.log.signer.origin, node.office.master)


def cosigner_named(origin: str, master: MasterSecret) -> Cosigner:
    """The same from the name of the node's ledger and its master secret."""
    return Cosigner(f"{origin}/witness", master.for_use("witness"))
