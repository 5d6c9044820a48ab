"""Take a finding, or an access somebody had doubts about, onto the queue: from then on it must be decided."""

import re
from datetime import datetime, timedelta

import apsw

from exchange.audit.anomalies import anomalies
from exchange.audit.anomalies.finding import Anomaly
from exchange.audit.anomalies.looking import UNREVIEWED
from exchange.audit.review.apart import require_apart
from exchange.audit.review.matter import as_kept, matter_found, picked
from exchange.errors import ExchangeError
from exchange.instants import to_us
from exchange.node.node import Node
from exchange.officers import require_officer
from exchange.panels import first_of
from exchange.reviews import opening, queue
from ledger import Entry, Recorded

# How long a finding may wait for a decision, from when it was taken on.
DECIDE_HOURS = 168
_FINDING = re.compile(r"[0-9a-f]{16}")


class NoSuchFinding(ExchangeError):
    """Nothing that is found now has this id."""

    exit_code = 6

    def __init__(self) -> None:
        super().__init__(
            "nothing that is found here has this id",
            "没有此编号的情形",
            hint="hutong audit anomalies lists them; use the same --from, and where it is not found any more, an entry",
            hint_zh="hutong audit anomalies 可列出；请使用相同的 --from，若已不再列出，请给出条目编号",
        )


class NoAccess(ExchangeError):
    """Only accesses are reviewed."""

    exit_code = 6

    def __init__(self) -> None:
        super().__init__(
            "this entry is no access to a record: there is nothing to review",
            "该条目不是一次档案调阅，无可复核",
            hint="an access is what hutong audit search shows as record seen, or as look refused",
            hint_zh="调阅即 hutong audit search 中显示为“查看档案”或“查看被拒绝”的条目",
        )


class TakenBefore(ExchangeError):
    """It is on the queue, or was decided."""

    def __init__(self, review: str) -> None:
        super().__init__(
            f"this is on the queue already, as {review}",
            f"该事项已在清单中，编号 {review}",
            hint=f"see hutong review show {review}",
            hint_zh=f"查看：hutong review show {review}",
        )
        self.review = review


def take(node: Node, what: str, *, by: str, note: str, since: datetime | None = None) -> Recorded:
    """Take `what`, the id of a finding or of an access, onto the queue; the entry's id is the review's.

    `since` as it was found with. Raises NoSuchFinding, NoSuchEntry, NoAccess, TakenBefore, and what require_apart does.
    """
    require_officer(node.directory, by)  # before anybody else is told what was found
    one = _found(node, what, since) if _FINDING.fullmatch(what) else _picked(node, what)
    matter = matter_found(one)
    require_apart(node, matter, by)
    desk, within = node.desk, timedelta(hours=DECIDE_HOURS)
    opens = opening(within)

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        before = db.execute("SELECT review FROM review_taken WHERE finding = ?", (one.id,)).get
        if before is not None:
            raise TakenBefore(str(before))
        opens(db, recorded)
        db.execute("INSERT INTO review_taken VALUES (?, ?)", (recorded.id, one.id))

    entry = Entry(
        type="review",
        subtype="take",
        action="C",
        outcome="0",
        region=desk.region,
        node=desk.node,
        source="officer",
        actor=desk.actor_named(by),
        role="security-officer",
        # No patient: together with the kind it would say that this one is watched, or works here.
        why=one.kind,
        reason=one.id,
        obligations=(f"review:PT{DECIDE_HOURS}H",),
        claimed_us=to_us(node.clock()),
    )
    return desk.write(entry, {**as_kept(one), "officer": by, "note": note}, key=node.house_key, change=change)


def taken(node: Node) -> dict[str, str]:
    """Id of a finding -> the review it was taken on as."""
    with node.log.reading() as db:
        if not db.table_exists(None, "review_taken"):
            return {}
        return {str(finding): str(review) for review, finding in db.execute("SELECT * FROM review_taken")}


def _found(node: Node, finding: str, since: datetime | None) -> Anomaly:
    if finding in (on_queue := taken(node)):
        raise TakenBefore(on_queue[finding])
    one = next((each for each in anomalies(node, since=since) if each.id == finding), None)
    if one is None:
        raise NoSuchFinding
    if one.kind == UNREVIEWED:
        raise TakenBefore(one.entries[0])
    return one


def _picked(node: Node, entry: str) -> Anomaly:
    look = node.log.find(entry)
    if look.entry.intent:
        look = node.log.find(look.entry.intent)
    if look.entry.type != "access" or not look.entry.actor:
        raise NoAccess
    first = first_of(node.log, look).id  # whoever looked along is judged with whoever asked
    if any(one.entry == first for one in queue(node.log, open_only=False)):
        raise TakenBefore(first)
    return picked(look)
