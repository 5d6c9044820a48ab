"""Other nodes' notices: a patient there took back a consent under which we had received something.

A notice is taken once, with an entry, and only if every request it speaks of was this node's, to that node. It then
waits for an officer of ours to say what was done, which goes back the same way.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import apsw

from exchange.errors import ExchangeError
from exchange.instants import from_us, to_us
from exchange.path.office import Office
from exchange.withdrawal.outgoing import details_of_notice
from exchange.withdrawal.wire import Done
from ledger import Change, Draft, Entry, Recorded
from ledger.errors import NoSuchEntry

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
    """The notices of other nodes, oldest first; `open_only`: what our officer has to look at.

    A notice that only repeats what is open or answered already is no work of its own: whoever sends the same a
    hundred times makes one task. A row that fits no entry is passed over; agreement.py reports it.
    """
    with office.log.reading() as db:
        rows = db.execute(f"SELECT {_COLUMNS} FROM incoming_notice ORDER BY came_us, entry").fetchall()
    found = [one for row in rows if (one := _opened(office, row))]
    return list(_tasks(found)) if open_only else found


def _tasks(notices: Sequence[Incoming]) -> Iterator[Incoming]:
    """Of the open ones those that speak of something new; where none speaks of it yet, also of what was answered."""
    answered = {each for one in notices if one.done for each in _spoken_of(one)}
    listed: set[tuple[str, str]] = set()
    for one in notices:
        if one.done:
            continue
        about = _spoken_of(one)
        new = about - listed
        if new - answered or new == about:
            yield one
        listed |= about


def _spoken_of(one: Incoming) -> set[tuple[str, str]]:
    return {(one.peer, access) for access in one.accesses}


def unanswered(office: Office) -> list[Incoming]:
    """Those of which the sender has not yet been told what was done."""
    return [one for one in incoming(office) if one.answered is None and _was_said(office, one)]


def _was_said(office: Office, one: Incoming) -> bool:
    """Whether an entry of our officer says what the row says: nothing else is told in this node's name."""
    try:
        said = office.log.find(one.done_entry).entry
    except NoSuchEntry:
        return False
    return (said.subtype, said.intent, said.why) == ("answer", one.entry, one.done)


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

    It may be said again when more was done: first stopped, then deleted. That node's open notices which speak of
    nothing but accesses with which the same was done are answered with it.
    """
    found = incoming(office)
    one = next((one for one in found if one.entry == entry), None)
    if one is None:
        raise NoSuchIncoming
    theirs = [other for other in found if other.peer == one.peer and other.entry != entry]
    settled = {
        access for other in (one, *theirs) if other is one or other.done == done for access in other.accesses
    }
    along = [other.entry for other in theirs if not other.done and settled.issuperset(other.accesses)]
    actor = office.desk.actor_named(by)

    def said(about: str) -> Draft:
        words = _entry(office, "answer", why=done, intent=about, actor=actor)
        told = {"by": by, "note": note}
        return office.desk.draft(words, told, key=office.house_key, change=_answering(about, done))

    return office.log.append_many([said(each) for each in (entry, *along)])[0]


def _answering(entry: str, done: Done) -> Change:
    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute(
            "UPDATE incoming_notice SET done = ?, done_entry = ?, answered_us = NULL WHERE entry = ?",
            (done, recorded.id, entry),
        )

    return change


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


def _opened(office: Office, row: tuple[Any, ...]) -> Incoming | None:
    entry, peer, notice, came_us, done, done_entry, answered_us = row
    told = details_of_notice(office, entry, "incoming")
    if told is None:
        return None
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
