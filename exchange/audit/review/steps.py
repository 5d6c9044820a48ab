"""What was done about a review, step by step, read from the ledger itself; and the queue as officers read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from exchange.audit.review.matter import Matter, matter_of
from exchange.audit.search import Filter, search
from exchange.node.node import Node
from exchange.reviews import NoSuchReview, Review, queue, review_of
from ledger import Recorded
from ledger.errors import CannotOpen
from ledger.sealing import unseal

TAKE, CLOSE, RETURN = "take", "close", "return"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`step` is take, close (decided), return or sign-off; `officer` an id of the registry."""

    entry: str
    at: datetime
    step: str
    finding: str
    officer: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A review, what it is about, and what was done so far, oldest first."""

    review: Review
    matter: Matter
    steps: tuple[Step, ...] = ()


def cases(node: Node, *, everything: bool = False) -> list[Case]:
    """The queue without the steps: what is late first, then what is due first; `everything`: signed off ones too."""
    now = node.clock()
    kept = (one for one in queue(node.log, open_only=False) if everything or not one.signed)
    told = [Case(review=one, matter=matter_of(node, node.log.find(one.entry))) for one in kept]
    return sorted(told, key=lambda one: _turn(one.review, now))


def case_of(node: Node, review: str) -> Case:
    """One review with its steps. Raises NoSuchReview, LedgerAltered."""
    found = review_of(node.log, review)
    matter = matter_of(node, node.log.find(review))
    return Case(review=found, matter=matter, steps=tuple(_told(node, one) for one in _steps(node, review)))


def last_decision(node: Node, review: str) -> Recorded:
    """The entry of the decision that stands. Raises NoSuchReview, LedgerAltered."""
    decided = [one for one in _steps(node, review) if one.entry.subtype == CLOSE]
    if not decided:
        raise NoSuchReview("nobody has decided it yet", "尚无复核结论")
    return decided[-1]


def _steps(node: Node, review: str) -> Iterator[Recorded]:
    return (one for one in search(node.log, Filter(type="review")) if review in (one.id, one.entry.intent))


def _told(node: Node, one: Recorded) -> Step:
    try:
        told = unseal(one.sealed, key=node.house_key)
    except CannotOpen:
        told = {}
    return Step(
        entry=one.id,
        at=one.time,
        step=one.entry.subtype,
        finding="" if one.entry.subtype == TAKE else one.entry.why,
        officer=str(told.get("officer", "")),
        note=str(told.get("note", "")),
    )


def _turn(review: Review, now: datetime) -> tuple[bool, datetime, str]:
    until = review.waits_until()
    return not review.is_late(now), until or review.due, review.entry
