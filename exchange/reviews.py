"""What officers have to look at: every emergency access, and the findings they have taken on.

An emergency's review opens in the same transaction as the intent of the access it belongs to, so there is no emergency
access without one; a finding's opens with the entry by which an officer takes it on (exchange/audit/review). One
officer decides, a second one signs it off or gives it back (docs/adr/0031): each step is an entry, and the rows here
change in its transaction.
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
from ledger.sealing import unseal

SCHEMA = """
CREATE TABLE IF NOT EXISTS review(
  entry TEXT PRIMARY KEY,       -- id of the access, or of the entry by which a finding was taken on
  opened_us INTEGER NOT NULL,
  due_us INTEGER NOT NULL,
  closed_us INTEGER,            -- when it was decided
  finding TEXT                  -- justified | not-justified
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS review_signed(
  review TEXT PRIMARY KEY,      -- review.entry
  signed_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS review_taken(
  review TEXT PRIMARY KEY,      -- review.entry
  finding TEXT NOT NULL UNIQUE  -- id of what was taken on: nothing is judged twice
) STRICT, WITHOUT ROWID;
"""
# How long the second officer may take, from the decision on.
SIGN_WITHIN = timedelta(days=7)
# A ledger of an older program on a disk where nothing can be added has no such table.
_SIGNED = "SELECT review, signed_us FROM review_signed"


class Finding(StrEnum):
    """What the officer found."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not-justified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One line of the officers' queue. `closed` is when it was decided, `signed` when a second officer agreed."""

    entry: str
    opened: datetime
    due: datetime
    closed: datetime | None
    finding: str
    signed: datetime | None = None

    @property
    def state(self) -> str:
        """open, decided or signed-off."""
        return "signed-off" if self.signed else "decided" if self.closed else "open"

    def is_overdue(self, now: datetime) -> bool:
        """Whether the review is still open after it was due."""
        return self.closed is None and now > self.due

    def waits_until(self) -> datetime | None:
        """When the next step is due; None where nothing is left to do."""
        if self.signed:
            return None
        return self.closed + SIGN_WITHIN if self.closed else self.due

    def is_late(self, now: datetime) -> bool:
        """Whether the next step, decision or signature, is overdue."""
        until = self.waits_until()
        return until is not None and now > until


class NoSuchReview(ExchangeError):
    """The entry has no review, or it is not one that can be taken this step."""

    def __init__(self, state_en: str, state_zh: str) -> None:
        super().__init__(
            f"this entry has no open review: {state_en}",
            f"该条目没有待复核事项：{state_zh}",
            hint="hutong review list shows the queue",
            hint_zh="hutong review list 可查看待复核清单",
        )


class OwnAccess(ExchangeError):
    """Nobody judges what they did themselves, nor what was done with their own record."""

    exit_code = 3

    def __init__(self) -> None:
        super().__init__(
            "whoever this is about cannot review it",
            "与该事项有关的人员不能参与复核",
            hint="another security officer does it: hutong review decide REVIEW --by ID",
            hint_zh="请由其他安全负责人复核：hutong review decide 编号 --by 工号",
        )


def opening(within: timedelta) -> Change:
    """The change that opens a review of the entry being written."""

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        due_us = recorded.time_us + within // timedelta(microseconds=1)
        db.execute("INSERT INTO review VALUES (?, ?, ?, NULL, NULL)", (recorded.id, recorded.time_us, due_us))

    return change


def queue(log: Log, *, open_only: bool = True) -> Iterator[Review]:
    """The reviews, the one that is due first on top; `open_only`: those nobody has decided yet."""
    with log.reading() as db:
        rows: Sequence[tuple[Any, ...]] = db.execute(
            "SELECT entry, opened_us, due_us, closed_us, finding FROM review"
            " WHERE ? = 0 OR closed_us IS NULL ORDER BY due_us, entry",
            (int(open_only),),
        ).fetchall()
        signed = dict(db.execute(_SIGNED)) if db.table_exists(None, "review_signed") else {}
    for entry, opened_us, due_us, closed_us, finding in rows:
        yield Review(
            entry=entry,
            opened=from_us(opened_us),
            due=from_us(due_us),
            closed=from_us(closed_us) if closed_us is not None else None,
            finding=finding or "",
            signed=from_us(signed[entry]) if entry in signed else None,
        )


def review_of(log: Log, entry_id: str) -> Review:
    """The review with this id. Raises NoSuchReview."""
    found = next((r for r in queue(log, open_only=False) if r.entry == entry_id), None)
    if found is None:
        raise NoSuchReview(
            "it was no break-glass access, or is reviewed with another",
            "它不是紧急调阅，或与他人一并复核",
        )
    return found


def people_in(log: Log, opened: Recorded, house_key: bytes) -> frozenset[str]:
    """The pseudonyms of those a review is about, everybody of a panel among them.

    `opened` is the access, or the entry it was taken on with.
    """
    if opened.entry.type == "review":
        return frozenset(unseal(opened.sealed, key=house_key)["people"])
    looks = [one.entry for one in members(log, opened)]
    return frozenset(name for one in looks for name in (one.actor, one.on_behalf_of) if name)


def step(desk: Desk, subtype: str, opened: Recorded, *, finding: str, officer: str, now: datetime) -> Entry:
    """The entry by which `officer` goes a step with the review that `opened` began."""
    return Entry(
        type="review",
        subtype=subtype,
        action="U",
        outcome="0" if finding == Finding.JUSTIFIED else "8",
        region=desk.region,
        node=desk.node,
        source="officer",
        actor=desk.actor_named(officer),
        role="security-officer",
        why=finding,
        intent=opened.id,
        patient=opened.entry.patient,
        break_glass=opened.entry.break_glass,
        claimed_us=to_us(now),
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
    """Decide a review: the officer's finding and words go on record. Raises NoSuchReview, OwnAccess."""
    found = review_of(log, entry_id)
    if found.closed is not None:
        raise NoSuchReview("it was closed before", "此前已复核")
    opened = log.find(entry_id)
    if desk.actor_named(officer) in people_in(log, opened, house_key):
        raise OwnAccess

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute(
            "UPDATE review SET closed_us = ?, finding = ? WHERE entry = ? AND closed_us IS NULL",
            (recorded.time_us, finding.value, entry_id),
        )
        if db.changes() != 1:
            raise NoSuchReview("somebody else closed it just now", "刚刚已由他人复核")

    entry = step(desk, "close", opened, finding=finding.value, officer=officer, now=now)
    return desk.write(entry, {"officer": officer, "note": note}, key=house_key, change=change)
