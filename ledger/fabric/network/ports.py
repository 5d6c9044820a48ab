"""Ports of this machine: find some that are free, and whether somebody listens."""

import socket
from contextlib import ExitStack

from ledger.fabric.network.identities import LOOPBACK, Entropy

# Below the range from which a system hands out ports by itself, so that they are still free after a restart.
FIRST, LAST = 20_000, 32_000


def free_ports(count: int, entropy: Entropy) -> list[int]:
    """So many ports nobody listens on, in a row where that is possible; where to look first is drawn."""
    at = FIRST + int.from_bytes(entropy(4)) % (LAST - FIRST)
    found: list[int] = []
    with ExitStack() as held:
        while len(found) < count:
            if _take(at, held):
                found.append(at)
            at = FIRST + (at + 1 - FIRST) % (LAST - FIRST)
    return found


def is_free(port: int) -> bool:
    """Whether something could listen there."""
    with ExitStack() as held:
        return _take(port, held)


def _take(port: int, held: ExitStack) -> bool:
    opened = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    # A connection that has just ended does not keep a server from listening.
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((LOOPBACK, port))
        # With SO_REUSEADDR alone two could be bound; only one can listen.
        opened.listen(1)
    except OSError:
        return False
    return True
