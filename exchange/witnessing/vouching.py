"""Vouch for others: what a node answers to a ledger of another region that asks for a signature."""

import hashlib
from collections.abc import Callable

from exchange.federation.peers import PeerBook
from exchange.instants import to_us
from exchange.node.node import Node
from exchange.path.office import Office
from exchange.witnessing.keys import cosigner_of
from ledger import Entry
from ledger.errors import CannotAppend
from ledger.keys import Keys
from ledger.witness import SeenLogs, Witness

FORK = ("witness", "fork")


def witness_of(node: Node, office: Callable[[], Office]) -> Witness:
    """The node as a witness for its peers. A fork it is shown is entered in its own ledger too, when that takes it."""

    def log_of(origin: str) -> Keys | None:
        keys = (card.ledger for card in node.peers)
        return next((key for key in keys if key.name == origin), None)

    return Witness(
        SeenLogs(node.layout.witness),
        cosigner_of(node),
        log_of=log_of,
        clock=node.clock,
        forked=lambda origin, proof: _enter(office(), node.peers, origin, proof),
    )


def _enter(office: Office, peers: PeerBook, origin: str, proof: bytes) -> bool:
    """Whether the ledger took it."""
    peer = next((card.id for card in peers if card.ledger.name == origin), "")
    entry = Entry(
        type=FORK[0],
        subtype=FORK[1],
        action="C",
        outcome="8",
        region=office.desk.region,
        node=office.desk.node,
        source="exchange",
        claimed_us=to_us(office.clock()),
    )
    told = {"peer": peer, "origin": origin, "proof": hashlib.sha256(proof).hexdigest()}
    try:
        office.desk.write(entry, told, key=office.house_key)
    except CannotAppend:
        return False
    return True
