"""Notices to patients: an outbox that the hospital's own messages (text message, app) are fed from.

A notice names an entry of the ledger, no person; who it is for is found through the vault when it is
collected. It stays in the outbox until somebody says that it was delivered, which is an entry too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import apsw

from exchange.errors import ExchangeError
from exchange.instants import from_us, to_us
from exchange.path.recording import Desk
from ledger import Change, Entry, Log, Recorded

SCHEMA = """
CREATE TABLE IF NOT EXISTS notice(
  entry TEXT PRIMARY KEY,       -- id of the entry the patient is told about
  made_us INTEGER NOT NULL,
  delivered_us INTEGER
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One line of the outbox."""

    entry: str
    made: datetime
    delivered: datetime | None


class NoSuchNotice(ExchangeError):
    """The entry has no notice waiting."""

    def __init__(self) -> None:
        super().__init__(
            "no notice is waiting for this entry",
            "该条目没有待送达的通知",
            hint="hutong notice list shows the outbox",
            hint_zh="hutong notice list 可查看待发通知",
        )


def telling() -> Change:
    """The change that puts a notice about the entry being written into the outbox."""

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute("INSERT INTO notice VALUES (?, ?, NULL)", (recorded.id, recorded.time_us))

    return change


def outbox(log: Log, *, waiting_only: bool = True) -> Iterator[Notice]:
    """The notices, oldest first."""
    with log.reading() as db:
        rows: Sequence[tuple[Any, ...]] = db.execute(
            "SELECT entry, made_us, delivered_us FROM notice WHERE ? = 0 OR delivered_us IS NULL ORDER BY made_us",
            (int(waiting_only),),
        ).fetchall()
    for entry, made, delivered in rows:
        yield Notice(
            entry=entry, made=from_us(made), delivered=from_us(delivered) if delivered is not None else None
        )


def delivered(
    desk: Desk, log: Log, entry_id: str, *, by: str, channel: str, now: datetime, house_key: bytes
) -> Recorded:
    """Record that the notice about `entry_id` reached the patient. Raises NoSuchNotice."""

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute(
            "UPDATE notice SET delivered_us = ? WHERE entry = ? AND delivered_us IS NULL",
            (recorded.time_us, entry_id),
        )
        if db.changes() != 1:
            raise NoSuchNotice

    entry = Entry(
        type="notice",
        subtype="delivered",
        action="U",
        outcome="0",
        region=desk.region,
        node=desk.node,
        source="notice",
        actor=desk.actor_named(by),
        intent=entry_id,
        patient=log.find(entry_id).entry.patient,
        claimed_us=to_us(now),
    )
    return desk.write(entry, {"by": by, "channel": channel}, key=house_key, change=change)
