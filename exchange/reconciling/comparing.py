"""Hold two statements against each other, and say which ledger lacks what the other has."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from exchange.instants import from_us
from exchange.reconciling.statement import BadStatement, Row, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing the two ledgers do not say alike.

    `lacking` is the node whose ledger has nothing of it ("" where both have, and say different things); `entry` is the
    id of the entry in the other ledger, which can be proven (`hutong ledger prove`).
    """

    lacking: str
    holder: str
    asker: str
    entry: str
    at: datetime
    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """`alike`: questions both tell the same of. `unanswered`: questions whose answer did not arrive."""

    alike: int
    unanswered: int
    differences: tuple[Difference, ...]


def compare(one: Statement, other: Statement) -> Compared:
    """What two statements, each about the other's node and of the same time, say differently. Raises BadStatement."""
    if (one.node, one.peer) != (other.peer, other.node):
        raise BadStatement("is about another node than the other one", "与另一份不是互为对方")
    if (one.since, one.until) != (other.since, other.until):
        raise BadStatement("is of another time than the other one", "与另一份的时间范围不同")
    both = [_both(asker, holder) for asker, holder in ((one, other), (other, one))]
    return Compared(
        alike=sum(found.alike for found in both),
        unanswered=sum(found.unanswered for found in both),
        differences=tuple(difference for found in both for difference in found.differences),
    )


def _both(asker: Statement, holder: Statement) -> Compared:
    """The questions that went one way."""
    asked = {row.answer: row for row in asker.rows if row.side == "asked" and row.answer}
    lost = {row.asked_us for row in asker.rows if row.side == "asked" and not row.answer}
    answered = {row.answer: row for row in holder.rows if row.side == "answered"}
    differences = [*_lacking_at_holder(asked, answered, asker, holder)]
    alike = unanswered = 0
    for answer, row in answered.items():
        mine = asked.get(answer)
        if mine is not None and mine.permit == row.permit:
            alike += 1
        elif mine is not None:
            differences.append(_contradiction(row, asker, holder))
        elif row.asked_us in lost:
            unanswered += 1
        else:
            differences.append(_lacking_at_asker(row, asker, holder))
    return Compared(alike=alike, unanswered=unanswered, differences=tuple(differences))


def _lacking_at_holder(
    asked: dict[str, Row], answered: dict[str, Row], asker: Statement, holder: Statement
) -> Iterator[Difference]:
    times = {row.asked_us for row in answered.values() if row.emergency}
    for answer, row in asked.items():
        if answer in answered or (row.emergency and row.asked_us in times):
            continue  # an emergency may have been answered from the spool, and entered later under a new id
        yield Difference(
            lacking=holder.node,
            holder=holder.node,
            asker=asker.node,
            entry=row.entry,
            at=from_us(row.asked_us),
            en=f"{asker.node} was answered, and the ledger of {holder.node} has no entry {answer}",
            zh=f"{asker.node} 收到过答复，而 {holder.node} 的账本中没有条目 {answer}",
        )


def _lacking_at_asker(row: Row, asker: Statement, holder: Statement) -> Difference:
    sealed = f" ({asker.sealed} entries there are of erased patients)" if asker.sealed else ""
    sealed_zh = f"（其中 {asker.sealed} 条属于已销毁密钥的患者）" if asker.sealed else ""
    return Difference(
        lacking=asker.node,
        holder=holder.node,
        asker=asker.node,
        entry=row.entry,
        at=from_us(row.asked_us),
        en=f"{holder.node} answered, and the ledger of {asker.node} does not say that it asked{sealed}",
        zh=f"{holder.node} 答复过，而 {asker.node} 的账本没有提问记录{sealed_zh}",
    )


def _contradiction(row: Row, asker: Statement, holder: Statement) -> Difference:
    said = ("yes", "准许") if row.permit else ("no", "拒绝")
    return Difference(
        lacking="",
        holder=holder.node,
        asker=asker.node,
        entry=row.entry,
        at=from_us(row.asked_us),
        en=f"{holder.node} says it answered {said[0]}, {asker.node} says the opposite",
        zh=f"{holder.node} 称答复为{said[1]}，{asker.node} 所记相反",
    )
