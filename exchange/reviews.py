"""Break-glass reviews: every emergency access waits here until an officer has looked at it.

A review opens in the same transaction as the intent of the access it belongs to, so there is no
emergency access without one. Closing it is a ledger entry too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import apsw

from exchange.errors import ExchangeError
from exchange.instants import from_us, to_us
from exchange.panels import members
from exchange.path.recording import Desk
from ledger import Change, Entry, Log, Recorded

SCHEMA = """
CREATE TABLE IF NOT EXISTS review(
  entry TEXT PRIMARY KEY,       -- id of the intent entry
  opened_us INTEGER NOT NULL,
  due_us INTEGER NOT NULL,
  closed_us INTEGER,
  finding TEXT                  -- justified | not-justified
) STRICT, WITHOUT ROWID;
"""


class Finding(StrEnum):
    """What the officer found."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not-justified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One line of the officer's queue."""

    entry: str
    opened: datetime
    due: datetime
    closed: datetime | None
    finding: str

    def is_overdue(self, now: datetime) -> bool:
        """Whether the review is still open after it was due."""
        return self.closed is None and now > self.due


class NoSuchReview(ExchangeError):
    """The entry has no review, or it is closed."""

    def __init__(self, state_en: str, state_zh: str) -> None:
        super().__init__(
            f"this entry has no open review: {state_en}",
            f"该条目没有待复核事项：{state_zh}",
            hint="hutong review list shows the queue",
            hint_zh="hutong review list 可查看待复核清单",
        )


class OwnAccess(ExchangeError):
    """Nobody reviews their own emergency."""

    exit_code = 3

    def __init__(self) -> None:
        super().__init__(
            "whoever declared this emergency cannot review it",
            "紧急调阅的声明人不能自行复核",
            hint="another security officer closes it: hutong review close ENTRY --by ID",
            hint_zh="请由其他安全负责人复核：hutong review close 条目 --by 工号",
        )


def opening(within: timedelta) -> Change:
    """The change that opens a review of the entry being written."""

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        due_us = recorded.time_us + within // timedelta(microseconds=1)
        db.execute("INSERT INTO review VALUES (?, ?, ?, NULL, NULL)", (recorded.id, recorded.time_us, due_us))

    return change


def queue(log: Log, *, open_only: bool = True) -> Iterator[Review]:
    """The reviews, the one that is due first on top."""
    with log.reading() as db:
        rows: Sequence[tuple[Any, ...]] = db.execute(
            "SELECT entry, opened_us, due_us, closed_us, finding FROM review"
            " WHERE ? = 0 OR closed_us IS NULL ORDER BY due_us, entry",
            (int(open_only),),
        ).fetchall()
    for entry, opened_us, due_us, closed_us, finding in rows:
        yield Review(
            entry=entry,
            opened=from_us(opened_us),
            due=from_us(due_us),
            closed=from_us(closed_us) if closed_us is not None else None,
            finding=finding or "",
        )


def close(
    desk: Desk,
    log: Log,
    entry_id: str,
    *,
    finding: Finding,
    officer: str,
    note: str,
    now: datetime,
    house_key: bytes,
) -> Recorded:
    """Close a review with the officer's finding and words; both go on record. Raises NoSuchReview."""
    found = next((r for r in queue(log, open_only=False) if r.entry == entry_id), None)
    if found is None:
        raise NoSuchReview(
            "it was no break-glass access, or is reviewed with another",
            "它不是紧急调阅，或与他人一并复核",
        )
    if found.closed is not None:
        raise NoSuchReview("it was closed before", "此前已复核")
    access = log.find(entry_id).entry
    if desk.actor_named(officer) in {one.entry.actor for one in members(log, log.find(entry_id))}:
        raise OwnAccess

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute(
            "UPDATE review SET closed_us = ?, finding = ? WHERE entry = ? AND closed_us IS NULL",
            (recorded.time_us, finding.value, entry_id),
        )
        if db.changes() != 1:
            raise NoSuchReview("somebody else closed it just now", "刚刚已由他人复核")

    entry = Entry(
        type="review",
        subtype="close",
        action="U",
        outcome="0" if finding is Finding.JUSTIFIED else "8",
        region=desk.region,
        node=desk.node,
        source="officer",
        actor=desk.actor_named(officer),
        role="security-officer",
        why=finding.value,
        intent=entry_id,
        patient=access.patient,
        break_glass=True,
        claimed_us=to_us(now),
    )
    return desk.write(entry, {"officer": officer, "note": note}, key=house_key, change=change)
