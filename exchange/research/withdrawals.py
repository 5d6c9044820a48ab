"""Whom a project has to take out of the extracts it has: by the pseudonyms that stand in them, never by name."""

from exchange.node.node import Node
from exchange.research.projects import find
from exchange.withdrawal.outgoing import Outgoing, notices, told_by_hand

BY_LIST = "list of withdrawals"


def withdrawals(node: Node, project: str) -> list[Outgoing]:
    """The notices to this project, oldest first. Raises NoSuchProject."""
    find(node.log, project)
    return [one for one in notices(node.office) if (one.kind, one.recipient) == ("project", project)]


def tell_project(node: Node, project: str, *, by: str, done: str = "") -> int:
    """Record that the project was told of every withdrawal it did not know, and `done`, what it says it did.

    How many were on record as new. Raises NoSuchProject.
    """
    new = [one for one in withdrawals(node, project) if not one.told or (done and one.done != done)]
    for one in new:
        told_by_hand(node.office, one.entry, by=by, channel=BY_LIST, done_by_them=done)
    return len(new)
