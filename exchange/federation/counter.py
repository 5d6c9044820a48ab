"""What a node needs to stand behind its counter for other nodes, whatever way their messages come."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from exchange.federation.card import Card
from exchange.federation.keys import NodeKeys
from exchange.federation.peers import PeerBook
from exchange.federation.sealing import Entropy
from exchange.path.office import Office
from ledger.witness import Witness


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What serving needs of a node. `office` gives the office of the thread it is called in.

    Stores belong to one thread each; there are `threads` of them. At most `limit` questions that have
    arrived are under way at once; a question must have arrived within `patience` seconds.
    """

    keys: NodeKeys
    card: Card
    peers: PeerBook
    office: Callable[[], Office]
    witness: Witness
    clock: Callable[[], datetime]
    entropy: Entropy
    threads: int = 4
    limit: int = 64
    patience: float = 10.0
