"""Other nodes' notices: a patient there took back a consent under which we had received something.

A notice is taken once, with an entry, and only if every request it speaks of was this node's, to that node. It then
waits for an officer of ours to say what was done, which goes back the same way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import apsw

from exchange.errors import ExchangeError
from exchange.instants import from_us, to_us
from exchange.path.office import Office
from exchange.withdrawal.wire import Done
from ledger import Change, Entry, Recorded
from ledger.sealing import unseal

SCHEMA = """
CREATE TABLE IF NOT EXISTS incoming_notice(
  entry TEXT PRIMARY KEY,        -- id of our entry about it
  peer TEXT NOT NULL,            -- the node that sent it
  notice TEXT NOT NULL,          -- its own entry about it
  came_us INTEGER NOT NULL,
  done TEXT,                     -- deleted | retained-by-law | stopped: what our officer says was done
  done_entry TEXT,
  answered_us INTEGER,           -- when the sender had it on record
  UNIQUE (peer, notice)
) STRICT, WITHOUT ROWID;
"""
_COLUMNS = "entry, peer, notice, came_us, done, done_entry, answered_us"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One notice. `accesses` are our own entries about what was received; `asked` the requests as they came."""

    entry: str
    peer: str
    notice: str
    came: datetime
    revoked: datetime
    accesses: tuple[str, ...]
    asked: tuple[Mapping[str, str], ...]
    unknown: tuple[str, ...]
    done: str
    done_entry: str
    answered: datetime | None


class NoSuchIncoming(ExchangeError):
    """No notice of another node has this entry."""

    def __init__(self) -> None:
        super().__init__(
            "no notice of another node is on record under this entry",
            "该条目下没有其他节点发来的通知",
            hint="hutong notice incoming --all shows them",
            hint_zh="hutong notice incoming --all 可查看",
        )


def incoming(office: Office, *, open_only: bool = False) -> list[Incoming]:
    """The notices of other nodes, oldest first; `open_only`: those nobody has said anything about."""
    with office.log.reading() as db:
        rows = db.execute(
            f"SELECT {_COLUMNS} FROM incoming_notice WHERE ? = 0 OR done IS NULL ORDER BY came_us, entry",
            (int(open_only),),
        ).fetchall()
    return [_opened(office, row) for row in rows]


def unanswered(office: Office) -> list[Incoming]:
    """Those of which the sender has not yet been told what was done."""
    return [one for one in incoming(office) if one.done and one.answered is None]


def known(office: Office, peer: str, notice: str) -> Incoming | None:
    """The notice that `peer` knows by `notice`, if it came before."""
    with office.log.reading() as db:
        row = db.execute(
            f"SELECT {_COLUMNS} FROM incoming_notice WHERE peer = ? AND notice = ?", (peer, notice)
        ).fetchone()
    return _opened(office, row) if row else None


def filing(peer: str, notice: str) -> Change:
    """The change that puts a notice on the list. Raises CameBefore."""

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute(
            f"INSERT OR IGNORE INTO incoming_notice({_COLUMNS}) VALUES (?, ?, ?, ?, NULL, NULL, NULL)",
            (recorded.id, peer, notice, recorded.time_us),
        )
        if not db.changes():
            raise CameBefore

    return change


class CameBefore(Exception):
    """Another copy of the notice was filed a moment ago."""


def answer(office: Office, entry: str, *, done: Done, by: str, note: str = "") -> Recorded:
    """Record what was done about a notice; it then waits to be told to the sender. Raises NoSuchIncoming.

    It may be said again when more was done: first stopped, then deleted.
    """

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute(
            "UPDATE incoming_notice SET done = ?, done_entry = ?, answered_us = NULL WHERE entry = ?",
            (done, recorded.id, entry),
        )
        if not db.changes():
            raise NoSuchIncoming

    said = _entry(office, "answer", why=done, intent=entry, actor=office.desk.actor_named(by))
    return office.desk.write(said, {"by": by, "note": note}, key=office.house_key, change=change)


def answered(office: Office, one: Incoming, details: Mapping[str, object]) -> Recorded | None:
    """Record that the sender has our answer; None where our officer has said something else meanwhile."""

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute(
            "UPDATE incoming_notice SET answered_us = ? WHERE entry = ? AND done_entry = ?",
            (recorded.time_us, one.entry, one.done_entry),
        )
        if not db.changes():
            raise NoSuchIncoming
        db.execute("DELETE FROM unreached WHERE node = ?", (one.peer,))

    said = _entry(office, "answered", why=one.done, intent=one.entry)
    try:
        return office.desk.write(said, details, key=office.house_key, change=change)
    except NoSuchIncoming:
        return None


def entry_of_notice(office: Office, *, claimed: datetime, count: int) -> Entry:
    """The entry that a notice came: shown to the sender as a proof, so it holds nothing else of ours."""
    return _entry(office, "incoming", count=count, claimed_us=to_us(claimed))


def _entry(office: Office, subtype: str, **more: Any) -> Entry:
    base: dict[str, Any] = {
        "type": "notice",
        "subtype": subtype,
        "action": "C" if subtype == "incoming" else "U",
        "outcome": "0",
        "region": office.desk.region,
        "node": office.desk.node,
        "source": "withdrawal",
        "claimed_us": to_us(office.clock()),
    }
    return Entry(**(base | more))


def _opened(office: Office, row: tuple[Any, ...]) -> Incoming:
    entry, peer, notice, came_us, done, done_entry, answered_us = row
    told = unseal(office.log.find(entry).sealed, key=office.house_key)
    return Incoming(
        entry=entry,
        peer=peer,
        notice=notice,
        came=from_us(came_us),
        revoked=datetime.fromisoformat(told["revoked_at"]),
        accesses=tuple(told["accesses"]),
        asked=tuple(told["items"]),
        unknown=tuple(told["unknown"]),
        done=done or "",
        done_entry=done_entry or "",
        answered=from_us(answered_us) if answered_us is not None else None,
    )
