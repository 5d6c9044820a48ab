"""Are the records still there that the ledger says were taken in? A row that was deleted leaves no other trace.

Every import puts the number of records of each type, as they stood after it, into its entry's sealed details. An import
only adds, so there can never be fewer. What this does not see: a row deleted where an import that was broken off had
added one no entry tells of, and a row put back as an earlier import left it. Then importing the same again and
comparing digests with the ledger's shows it.
"""

from collections.abc import Mapping
from typing import Any

from exchange.node.node import Node
from ledger import Recorded
from ledger.errors import CannotOpen
from ledger.sealing import unseal

_STRETCH = 1024


def missing(node: Node) -> int:
    """How many records fewer there are than after the newest import, type by type. Raises LedgerAltered."""
    said = _after_the_newest_import(node)
    there = node.records.counts().by_type if said else {}
    return sum(max(0, int(number) - there.get(kind, 0)) for kind, number in said.items())


def _after_the_newest_import(node: Node) -> Mapping[str, Any]:
    """Nothing where no import says: older programs did not."""
    end = node.log.size
    while end > 0:
        start = max(0, end - _STRETCH)
        for one in reversed(list(node.log.scan(start, end))):
            if (one.entry.type, one.entry.subtype) == ("import", "records"):
                return _stored(one, node.house_key)
        end = start
    return {}


def _stored(one: Recorded, house_key: bytes) -> Mapping[str, Any]:
    try:
        stored = unseal(one.sealed, key=house_key).get("stored")
    except CannotOpen:
        return {}
    return stored if isinstance(stored, Mapping) else {}
