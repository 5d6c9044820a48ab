"""The outbox to recipients: whoever received data under a consent is told that it was taken back.

A notice is an entry of its own and is known by that entry's id, here and at the recipient. How it is made:
withdrawing.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import apsw

from exchange.audit.search import Filter, search
from exchange.errors import ExchangeError
from exchange.instants import from_us, to_us
from exchange.path.office import Office
from exchange.withdrawal.disclosures import Kind
from exchange.withdrawal.words import PARTLY, TOLD, WAITING, seconds
from ledger import Change, Entry, Recorded
from ledger.errors import NoSuchEntry
from ledger.sealing import unseal

SCHEMA = """
CREATE TABLE IF NOT EXISTS withdrawal_notice(
  entry TEXT PRIMARY KEY,        -- id of the notice's entry; who it is for is sealed in that
  patient TEXT NOT NULL,         -- pseudonym
  kind TEXT NOT NULL,            -- node | project | organisation
  made_us INTEGER NOT NULL,
  told TEXT,                     -- received | unknown | by-hand; NULL while it waits
  told_us INTEGER,
  done TEXT,                     -- deleted | retained-by-law | stopped: what the recipient says it did
  done_us INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS withdrawal_notice_patient ON withdrawal_notice(patient);
CREATE TABLE IF NOT EXISTS uncounted(
  entry TEXT PRIMARY KEY,        -- a statement of the patient; who received what it takes back is not looked at yet
  patient TEXT NOT NULL          -- pseudonym
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unreached(
  node TEXT PRIMARY KEY,         -- a recipient that could not be told
  failures INTEGER NOT NULL,
  next_us INTEGER NOT NULL       -- when it is tried again
) STRICT, WITHOUT ROWID;
"""
# A notice must fit a message of envelope.MAX_QUESTION_BYTES.
MOST_ITEMS = 200
COLUMNS = "entry, patient, kind, made_us, told, told_us, done, done_us"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One notice. `items` say what the recipient received: request, entry, time, count.

    `unknown` are the requests among them that the recipient, having received the notice, says it never made.
    `lag_seconds` is from the withdrawal to its being told; None while it waits.
    """

    entry: str
    patient: str
    kind: Kind
    recipient: str
    consent: str
    made: datetime
    told: str
    told_at: datetime | None
    done: str
    done_at: datetime | None
    items: tuple[Mapping[str, Any], ...]
    subject: str
    unknown: frozenset[str] = frozenset()

    @property
    def lag_seconds(self) -> float | None:
        return (self.told_at - self.made).total_seconds() if self.told_at else None

    def state(self, request: str) -> str:
        """How far it got with one of its requests: waiting | received | unknown | by-hand."""
        known = self.told != "received" or request not in self.unknown
        return (self.told or "waiting") if known else "unknown"

    def says(self, lang: str, request: str = "") -> str:
        """How far it got, for a person, with how long it took; with one request, where one is named."""
        zh, lag = int(lang == "zh"), self.lag_seconds
        if lag is None:
            return WAITING[zh]
        state, took = TOLD[self.state(request)][zh], seconds(lag)[zh]
        if self.unknown and self.told == "received" and not request:
            state += PARTLY[zh].format(count=len(self.unknown))
        return f"{state}({took})" if zh else f"{state} ({took})"


class NoSuchOutgoing(ExchangeError):
    """No notice to a recipient has this entry, or it is told already."""

    def __init__(self) -> None:
        super().__init__(
            "no notice to a recipient waits under this entry",
            "该条目没有待告知接收方的通知",
            hint="hutong notice outgoing --all shows them",
            hint_zh="hutong notice outgoing --all 可查看",
        )


def notices(office: Office, *, waiting_only: bool = False, patient: str = "") -> list[Outgoing]:
    """The notices to recipients, oldest first; of one patient (a pseudonym) or of all.

    A row that fits no entry is passed over, so that nobody else's notice waits for it; agreement.py reports it.
    """
    with office.log.reading() as db:
        rows = db.execute(
            f"SELECT {COLUMNS} FROM withdrawal_notice"
            " WHERE (? = 0 OR told IS NULL) AND ? IN ('', patient) ORDER BY made_us, entry",
            (int(waiting_only), patient),
        ).fetchall()
    return [one for row in rows if (one := _opened(office, row))]


def waiting(office: Office) -> tuple[int, datetime | None]:
    """How many notices have not been told, and since when the oldest waits."""
    with office.log.reading() as db:
        row = db.execute("SELECT count(*), min(made_us) FROM withdrawal_notice WHERE told IS NULL").fetchone()
    count, oldest = cast(tuple[int, int | None], row)
    return count, from_us(oldest) if oldest is not None else None


def notice(office: Office, entry: str) -> Outgoing:
    """The notice of this entry. Raises NoSuchOutgoing."""
    with office.log.reading() as db:
        row = db.execute(f"SELECT {COLUMNS} FROM withdrawal_notice WHERE entry = ?", (entry,)).fetchone()
    one = _opened(office, row) if row else None
    if one is None:
        raise NoSuchOutgoing
    return one


def told(
    office: Office, one: Outgoing, how: str, details: Mapping[str, object], *, by: str = ""
) -> Recorded | None:
    """Record that the recipient was told, and `how`; None where that is on record already."""

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute(
            "UPDATE withdrawal_notice SET told = ?, told_us = ? WHERE entry = ? AND told IS NULL",
            (how, recorded.time_us, one.entry),
        )
        if not db.changes():
            raise NoSuchOutgoing
        if one.kind == "node":
            db.execute("DELETE FROM unreached WHERE node = ?", (one.recipient,))

    entry = about(office, one, "told", how, by)
    try:
        return office.desk.write(entry, details, key=office.house_key, change=change)
    except NoSuchOutgoing:
        return None


def told_by_hand(office: Office, entry: str, *, by: str, channel: str, done_by_them: str = "") -> Recorded:
    """Record that a person told the recipient, and what that says it did ("" where it said nothing).

    Raises NoSuchOutgoing; also where it was told already and nothing new is said.
    """
    one, details = notice(office, entry), {"by": by, "channel": channel}
    if not done_by_them:
        recorded = told(office, one, "by-hand", details, by=by)
        if recorded is None:
            raise NoSuchOutgoing
        return recorded
    said = about(office, one, "done", done_by_them, by)
    return office.desk.write(said, details, key=office.house_key, change=following(one, done_by_them))


def following(one: Outgoing, what: str) -> Change:
    """The change that goes with such an entry: whoever says what it did has been told."""
    how = "received" if one.kind == "node" else "by-hand"

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute(
            "UPDATE withdrawal_notice SET done = ?, done_us = ?,"
            " told = coalesce(told, ?), told_us = coalesce(told_us, ?) WHERE entry = ?",
            (what, recorded.time_us, how, recorded.time_us, one.entry),
        )

    return change


def about(office: Office, one: Outgoing, subtype: str, why: str, by: str) -> Entry:
    """The entry of something that happened to a notice."""
    desk = office.desk
    return Entry(
        type="notice",
        subtype=subtype,
        action="U",
        outcome="0",
        region=desk.region,
        node=desk.node,
        source="withdrawal",
        actor=desk.actor_named(by) if by else "",
        why=why,
        intent=one.entry,
        patient=one.patient,
        claimed_us=to_us(office.clock()),
    )


def _opened(office: Office, row: tuple[Any, ...]) -> Outgoing | None:
    entry, patient, kind, made_us, how, told_us, what, done_us = row
    details = details_of_notice(office, entry, "withdrawal")
    if details is None:
        return None
    return Outgoing(
        entry=entry,
        patient=patient,
        kind=kind,
        recipient=details["recipient"],
        consent=details["consent"],
        made=from_us(made_us),
        told=how or "",
        told_at=from_us(told_us) if told_us is not None else None,
        done=what or "",
        done_at=from_us(done_us) if done_us is not None else None,
        items=tuple(details["items"]),
        subject=details["subject"],
        unknown=_unknown(office, entry, told_us) if how == "received" else frozenset(),
    )


def _unknown(office: Office, notice: str, told_us: int) -> frozenset[str]:
    """What the recipient said it does not know, from the entry that it was told: the row has that entry's time."""
    one = next(search(office.log, Filter(since=from_us(told_us))), None)
    if one is None or one.entry.intent != notice or one.entry.subtype != "told":
        return frozenset()
    return frozenset(unseal(one.sealed, key=office.house_key).get("unknown", ()))


def details_of_notice(office: Office, entry: str, subtype: str) -> Mapping[str, Any] | None:
    """What the entry of a notice keeps sealed; None where no such entry is in the ledger."""
    try:
        found = office.log.find(entry)
    except NoSuchEntry:
        return None
    if (found.entry.type, found.entry.subtype) != ("notice", subtype):
        return None
    return unseal(found.sealed, key=office.house_key)
