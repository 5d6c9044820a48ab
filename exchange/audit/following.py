"""Watch the ledger: the entries that match, as they come, also those of other processes."""

from collections.abc import Callable, Iterator

from exchange.audit.search import Filter, search
from exchange.node.node import Node
from ledger import Recorded


def follow(node: Node, wanted: Filter, wait: Callable[[], None]) -> Iterator[Recorded]:
    """Those since `wanted.since`, or from now on; then every new one, not before that. `wait` is called between.

    It never ends by itself: what `wait` raises ends it. Raises LedgerAltered.
    """
    at = node.log.size
    if wanted.since is not None:
        yield from (one for one in search(node.log, wanted) if one.index < at)
    while True:
        size = node.log.size
        for one in node.log.scan(at, size):
            if wanted.keeps(one) and (wanted.since is None or one.time >= wanted.since):
                yield one
        at = size
        wait()
