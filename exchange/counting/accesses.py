"""Count accesses in the ledger, for whoever supervises: how many, by whom, for what, how decided; nobody's record.

Counted is who saw a record of this node, or was refused it, in months that are over. What people of this node asked
other regions for is counted there.
"""

from collections.abc import Callable, Collection, Iterator, Mapping

from exchange.audit.search import Filter, search
from exchange.counting import months
from exchange.counting.figures import Tally, figures
from exchange.counting.limit import SMALL_CELL, limit_here
from exchange.counting.question import (
    NO_CONTENT,
    NOT_A_SUPERVISOR,
    WITHOUT_CONSENT,
    Question,
    in_the_way,
    question,
)
from exchange.counting.telling import Counted, Deliver, Record
from exchange.directory import NotInDirectory, Organisation
from exchange.node.node import Node
from exchange.path.leaving import Permission
from exchange.path.verdict import Because
from exchange.soundness import require_sound
from ledger import Recorded

# What counting in the ledger does without: anybody's consent, and content.
_DONE_WITHOUT = frozenset((WITHOUT_CONSENT, NO_CONTENT, "OFFICER_SEES_NO_CONTENT"))
# By what accesses can be counted, and where it stands. Region and tier are those of the organisation that asked.
BY: Mapping[str, Callable[[Node, Recorded], str]] = {
    "organisation": lambda _, one: one.entry.organisation,
    "region": lambda node, one: _asker(node, one, lambda organisation: organisation.region),
    "tier": lambda node, one: _asker(node, one, lambda organisation: organisation.tier),
    "role": lambda _, one: one.entry.role,
    "purpose": lambda _, one: one.entry.purpose,
    "decision": lambda _, one: one.entry.decision,
    "reason": lambda _, one: one.entry.why,
    "emergency": lambda _, one: "yes" if one.entry.break_glass else "no",
    "month": lambda _, one: months.month_of(one.time),
}


def count_accesses(
    node: Node, person: str, by: str, deliver: Deliver, *, since: str = "", until: str = ""
) -> Counted:
    """Count by one of `BY` and give the figures to `deliver`, exactly once, after the intent is durable.

    `since` and `until` are months that both count, as far as they are over; "" is from the first on, and to the last.
    Raises NotSound, NotInDirectory, CountRefused, TooFewPatients, LedgerError.
    """
    require_sound(node)
    asked = question(node, person, node.own.id)
    now = months.month_of(asked.request.asked_at)
    until = min(until or now, months.before(now))
    record = Record(node, asked, "accesses", {"grouped_by": by, "since": since, "until": until})
    require_supervisor(asked, record)
    limit = limit_here(node)
    told = figures(tallied(node, since, until, (by,))[by], limit)
    if told is None:
        following = months.after(until)
        raise record.too_few(
            limit.least,
            f"only months that are over are counted: choose more of them; {following} is counted from its end on",
            f"只统计已结束的月份：请扩大范围；{following} 月待结束后计入",
        )
    return record.tell(told, deliver, obligations=(f"{SMALL_CELL}:{limit.least}",))


def require_supervisor(asked: Question, record: Record) -> None:
    """Return if this person may count accesses; the refusal is on record. Raises CountRefused."""
    if reasons := _refusals(asked.without_consent()):
        raise record.refuse(reasons)


def tallied(node: Node, since: str, until: str, ways: Collection[str]) -> dict[str, Tally]:
    """The accesses of these months by each of these ways; "" is from the first on. To be told by `figures` alone."""
    tallies = {by: Tally() for by in ways}
    for one in _accesses(node, since, until):
        for by, tally in tallies.items():
            # Of a patient nobody knows there is no pseudonym: all of those count as one.
            tally.add(BY[by](node, one), one.entry.patient)
    return tallies


def _refusals(permission: Permission) -> tuple[Because, ...]:
    """Why this person may not count accesses; nothing where they may."""
    codes = {one.code for one in permission.reasons}
    return in_the_way(permission, _DONE_WITHOUT) or (() if NO_CONTENT in codes else (NOT_A_SUPERVISOR,))


def _accesses(node: Node, since: str, until: str) -> Iterator[Recorded]:
    wanted = Filter(
        type="access",
        since=months.first_of(since) if since else None,
        until=months.first_of(months.after(until)),
    )
    return (
        one
        for one in search(node.log, wanted)
        if one.entry.subtype in ("disclose", "refuse") and one.entry.phase != "outcome"
    )


def _asker(node: Node, one: Recorded, of: Callable[[Organisation], str]) -> str:
    """Something about the organisation that asked; "" where it has left the registry."""
    try:
        return of(node.directory.organisation(one.entry.organisation))
    except NotInDirectory:
        return ""
