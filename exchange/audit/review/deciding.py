"""Decide: one officer, whom it does not touch, says what it was."""

from exchange.audit.review.apart import require_apart
from exchange.audit.review.matter import matter_of
from exchange.node.node import Node
from exchange.officers import require_officer
from exchange.reviews import Finding, close, review_of
from ledger import Recorded


def decide(node: Node, review: str, *, finding: Finding, by: str, note: str) -> Recorded:
    """The officer's finding and words, on record. Raises NoSuchReview, and what require_apart does."""
    require_officer(node.directory, by)  # before anybody else is told what is on the queue
    opened = node.log.find(review_of(node.log, review).entry)
    require_apart(node, matter_of(node, opened), by)
    return close(
        node.desk,
        node.log,
        review,
        finding=finding,
        officer=by,
        note=note,
        now=node.clock(),
        house_key=node.house_key,
    )
