"""Keep the index of the ledger in step, and enter the digest of each full stretch in the ledger itself.

The index only says where to look. Were a row hidden in it, a search would not miss it; the digest does. So the digest
is worked out from the ledger's own entries: that of doctored rows would say that they are right.
"""

from collections.abc import Callable
from dataclasses import dataclass

from exchange.audit.details import details_of
from exchange.instants import to_us
from exchange.node.node import Node
from ledger import Entry
from ledger.projection import ENTRIES, Projection
from ledger.projection.file import Unfit
from ledger.projection.rows import FORM

STRETCH = ("ledger", "stretch")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Done:
    """How many entries the index knows, and how many full stretches of the ledger that makes."""

    entries: int
    stretches: int


def in_step(node: Node, progress: Progress | None = None) -> Done:
    """Bring the index in step; the digest of each stretch that became full is entered. Raises Unfit, LedgerError."""
    made = Projection(node.log)
    made.catch_up(progress)
    entered = _entered(node)
    known = made.applied()
    for number in range(known // ENTRIES):
        if number not in entered:
            _enter(node, number, made.digest_of_log(number))
    return Done(known, known // ENTRIES)


def rebuilt(node: Node, progress: Progress | None = None) -> Done:
    """Make the index anew from the ledger, and bring it in step. Raises Unfit, LedgerError."""
    Projection(node.log).rebuild(progress)
    return in_step(node)


def altered(node: Node) -> list[int]:
    """The stretches whose rows are not what was entered in the ledger, by number; all where the index is not sound.

    Empty where there is no index.
    """
    made = Projection(node.log)
    try:
        known, sound = made.applied(), made.is_sound()
        if not sound:
            return list(range(-(-known // ENTRIES) or 1))
        return [
            number
            for number, digest in _entered(node).items()
            if number < known // ENTRIES and made.digest_now(number) != digest
        ]
    except Unfit:
        return []  # nothing is looked up in it


def replayed(node: Node, progress: Progress | None = None) -> list[int]:
    """The stretches whose rows, or whose digest in the ledger, are not what the ledger's entries make of them.

    Every entry is read. Empty where there is no index. Raises LedgerAltered.
    """
    made = Projection(node.log)
    try:
        wrong = set(made.differing(progress))
    except Unfit:
        return []
    entered = _entered(node).items()
    return sorted(wrong | {number for number, digest in entered if made.digest_of_log(number) != digest})


def _entered(node: Node) -> dict[int, str]:
    """Number to digest; what the first entry says counts, of those made as this program makes them."""
    found: dict[int, str] = {}
    # Read from the log: an index that hides a row could hide this one too. None stands in the first stretch.
    for one in node.log.scan(ENTRIES):
        if (one.entry.type, one.entry.subtype) == STRETCH:
            told = details_of(node.office, one).told
            if told.get("form") == FORM:
                found.setdefault(int(told["number"]), str(told["digest"]))
    return found


def _enter(node: Node, number: int, digest: str) -> None:
    entry = Entry(
        type=STRETCH[0],
        subtype=STRETCH[1],
        action="C",
        outcome="0",
        region=node.region,
        node=node.id,
        source="node",
        count=number,
        claimed_us=to_us(node.clock()),
    )
    node.desk.write(entry, {"number": number, "form": FORM, "digest": digest}, key=node.house_key)
