"""Hold two statements against each other, and say which ledger lacks what the other has."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
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
    """`alike`: questions both tell the same of. `unanswered`: questions whose answer did not arrive, says the asker.

    `not_arrived` are those of them that the holder permitted: the record left, and nobody says where it is.
    """

    alike: int
    unanswered: int
    not_arrived: tuple[Difference, ...]
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
        not_arrived=tuple(permit for found in both for permit in found.not_arrived),
        differences=tuple(difference for found in both for difference in found.differences),
    )


def _both(asker: Statement, holder: Statement) -> Compared:
    """The questions that went one way. Each row of one side is held against one of the other, and no row twice."""
    answered = [row for row in holder.rows if row.side == "answered"]
    asked = _Asked([row for row in asker.rows if row.side == "asked"], {row.answer for row in answered})
    differences, not_arrived = [], []
    alike = unanswered = 0
    for row in answered:
        mine = asked.taken_for(row)
        if mine is not None and mine.permit == row.permit:
            alike += 1
        elif mine is not None:
            differences.append(_contradiction(row, asker, holder))
        elif asked.lost[row.asked_us]:
            asked.lost[row.asked_us] -= 1
            unanswered += 1
            not_arrived += [_not_arrived(row, asker, holder)] if row.permit else []
        else:
            differences.append(_lacking_at_asker(row, asker, holder))
    return Compared(
        alike=alike,
        unanswered=unanswered,
        not_arrived=tuple(not_arrived),
        differences=(*(_lacking_at_holder(row, asker, holder) for row in asked.left()), *differences),
    )


class _Asked:
    """What the asker says it was answered, until it is taken for what the holder says; and how often it got none."""

    def __init__(self, rows: Sequence[Row], named: Collection[str]) -> None:
        self.lost = Counter(row.asked_us for row in rows if not row.answer)
        self._by_answer = {row.answer: row for row in rows if row.answer}
        self._spooled: dict[int, list[str]] = defaultdict(list)
        for answer, row in self._by_answer.items():
            if row.emergency and answer not in named:
                self._spooled[row.asked_us].append(answer)

    def taken_for(self, row: Row) -> Row | None:
        """The row about the same answer. One from the spool is known by when it was asked."""
        if row.answer:
            return self._by_answer.pop(row.answer, None)
        same = self._spooled[row.asked_us] if row.emergency else []
        return self._by_answer.pop(same.pop(0)) if same else None

    def left(self) -> Iterable[Row]:
        """Those the holder says nothing of."""
        return self._by_answer.values()


def _difference(
    row: Row, asker: Statement, holder: Statement, en: str, zh: str, *, lacking: str = ""
) -> Difference:
    return Difference(
        lacking=lacking,
        holder=holder.node,
        asker=asker.node,
        entry=row.entry,
        at=from_us(row.asked_us),
        en=en,
        zh=zh,
    )


def _lacking_at_holder(row: Row, asker: Statement, holder: Statement) -> Difference:
    en = f"{asker.node} was answered, and the ledger of {holder.node} has no entry {row.answer}"
    zh = f"{asker.node} 收到过答复，而 {holder.node} 的账本中没有条目 {row.answer}"
    return _difference(row, asker, holder, en, zh, lacking=holder.node)


def _lacking_at_asker(row: Row, asker: Statement, holder: Statement) -> Difference:
    sealed = f" ({asker.sealed} entries there are of erased patients)" if asker.sealed else ""
    sealed_zh = f"（其中 {asker.sealed} 条属于已销毁密钥的患者）" if asker.sealed else ""
    en = f"{holder.node} answered, and the ledger of {asker.node} does not say that it asked{sealed}"
    zh = f"{holder.node} 答复过，而 {asker.node} 的账本没有提问记录{sealed_zh}"
    return _difference(row, asker, holder, en, zh, lacking=asker.node)


def _not_arrived(row: Row, asker: Statement, holder: Statement) -> Difference:
    en = f"{holder.node} permitted and answered, {asker.node} says that no answer arrived"
    return _difference(row, asker, holder, en, f"{holder.node} 已准许并答复，{asker.node} 称未收到答复")


def _contradiction(row: Row, asker: Statement, holder: Statement) -> Difference:
    said = ("yes", "准许") if row.permit else ("no", "拒绝")
    en = f"{holder.node} says it answered {said[0]}, {asker.node} says the opposite"
    return _difference(row, asker, holder, en, f"{holder.node} 称答复为{said[1]}，{asker.node} 所记相反")
