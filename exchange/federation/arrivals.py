"""A question is taken once: it is recorded, with its nonce, before anything is thought about it.

The entry keeps, sealed, who signed what, so that this node can show later what it was asked (evidence.py).
A question that comes again is refused; the first time that happens is recorded too.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import apsw

from exchange.federation.errors import Rejected
from exchange.instants import to_us
from exchange.path.office import Office
from exchange.path.recording import Desk
from ledger import Change, Entry, Recorded

if TYPE_CHECKING:
    from exchange.federation.envelope import Opened

SCHEMA = """
CREATE TABLE IF NOT EXISTS seen_nonce(
  node TEXT NOT NULL,            -- who signed
  nonce TEXT NOT NULL,
  expires_us INTEGER NOT NULL,   -- of the signature
  again INTEGER NOT NULL,        -- 1 once it has come a second time
  PRIMARY KEY (node, nonce)
) STRICT, WITHOUT ROWID;
"""
# A nonce is kept longer than its signature lasts, so that a clock set back does not make an old question new.
KEPT_AFTER_EXPIRY = timedelta(hours=1)


class _SeenBefore(Exception):
    """The nonce is in the table; the entry is not written."""


def arrived(opened: "Opened", office: Office, details: Mapping[str, object], *, desk: Desk) -> Recorded:
    """Record that `opened` arrived. Raises Rejected("replayed"), CannotAppend.

    `desk` is the office's, or for an emergency while the ledger is down its spool, which keeps no nonces: a
    question that comes again then, within its minute, gets the answer again, sealed to the same node.
    """
    return taken(
        opened, office, _entry(desk, "question", outcome="0", why="", at=office.clock()), details, desk
    )


def taken(
    opened: "Opened",
    office: Office,
    entry: Entry,
    details: Mapping[str, object],
    desk: Desk,
    then: Change | None = None,
) -> Recorded:
    """Write `entry` about `opened`, with its nonce and the change `then`. Raises Rejected("replayed"), CannotAppend."""
    try:
        change = _first(opened, office.clock(), then)
        return desk.write(entry, details, key=office.house_key, change=change)
    except _SeenBefore:
        _record_replay(opened, office)
        raise Rejected("replayed") from None


def _first(opened: "Opened", now: datetime, then: Change | None) -> Change:
    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute("DELETE FROM seen_nonce WHERE expires_us < ?", (to_us(now - KEPT_AFTER_EXPIRY),))
        db.execute(
            "INSERT OR IGNORE INTO seen_nonce VALUES (?, ?, ?, 0)",
            (opened.peer.id, opened.nonce, to_us(opened.expires)),
        )
        if not db.changes():
            raise _SeenBefore
        if then:
            then(db, recorded)

    return change


def _record_replay(opened: "Opened", office: Office) -> None:
    """Once for each question: whoever repeats one a thousand times must not fill the ledger."""

    def change(db: apsw.Connection, _: Recorded) -> None:
        db.execute(
            "UPDATE seen_nonce SET again = 1 WHERE node = ? AND nonce = ? AND again = 0",
            (opened.peer.id, opened.nonce),
        )
        if not db.changes():
            raise _SeenBefore

    entry = _entry(office.desk, "replay", outcome="8", why="REPLAYED", at=office.clock())
    told = {"peer": opened.peer.id, "nonce": opened.nonce}
    try:
        office.desk.write(entry, told, key=office.house_key, change=change)
    except _SeenBefore:
        return


def _entry(desk: Desk, subtype: str, *, outcome: str, why: str, at: datetime) -> Entry:
    return Entry(
        type="node",
        subtype=subtype,
        action="E",
        outcome=outcome,
        region=desk.region,
        node=desk.node,
        source="federation",
        why=why,
        claimed_us=to_us(at),
    )
