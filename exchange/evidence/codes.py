"""Health codes a node gave out: each shows once, for minutes, that the patient is there with this organisation.

Patient, organisation and purpose are part of what is hashed, so a code that was shown to somebody else, or for
something else, is as unknown as one that was never given: nothing can be probed. What is written lies in the
ledger's own file, each change in the transaction of its entry.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

import apsw

from exchange.instants import MICROSECOND, to_us
from exchange.path.overtaken import Overtaken
from ledger import Change, Log, Recorded

SCHEMA = """
CREATE TABLE IF NOT EXISTS health_code(
  entry TEXT PRIMARY KEY,        -- id of the entry it was given out with
  hash TEXT NOT NULL UNIQUE,     -- keyed, of patient, organisation, purpose and code
  door TEXT NOT NULL,            -- keyed, of patient and organisation: where wrong codes are counted
  until_us INTEGER NOT NULL,
  used TEXT,                     -- id of the access it was used for
  misses INTEGER NOT NULL        -- wrong codes shown at the same door while it was live
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS health_code_door ON health_code(door);
"""
# A clock is put right by so much now and then; what goes back further was wrong before, or is now.
SET_BACK = timedelta(minutes=1)
# So many wrong codes from one organisation about one patient, and no code it could have been shown counts any more.
MOST_MISSES = 5
# Stands in the entry of a new code, before its door; an entry that refuses a wrong code says the door as its reason.
MISSES = "count-misses:"
_LIVE = f"used IS NULL AND until_us > ? AND misses < {MOST_MISSES}"


def kept_as(key: bytes, *, patient: str, organisation: str, purpose: str, token: str) -> str:
    """The hash a code is kept as. `key` is the node's for codes, `patient` a pseudonym, `token` what it makes."""
    return _keyed(key, "code", patient, organisation, purpose, token)


def door_of(key: bytes, *, patient: str, organisation: str) -> str:
    """Where the wrong codes one organisation shows for one patient are counted."""
    return _keyed(key, "door", patient, organisation)


def is_live(log: Log, kept: str, now: datetime) -> bool:
    """Whether the code was given out, is not used, not void after too many wrong ones, and not over: by neither time.

    The ledger's never goes back but stands still while the clock is behind it; the clock, `now`, goes on but may be
    set back, and then nobody can say for how long the code has been in somebody's hands. Raises LedgerAltered.
    """
    with log.reading() as db:
        sql = f"SELECT entry, until_us FROM health_code WHERE hash = ? AND {_LIVE}"
        row: tuple[str, int] | None = db.execute(sql, (kept, to_us(max(now, log.time)))).get
    if row is None:
        return False
    given = log.find(row[0])
    passed_us = to_us(now) - given.entry.claimed_us
    return -(SET_BACK // MICROSECOND) <= passed_us < row[1] - given.time_us


def giving_out(kept: str, door: str, *, lasting: timedelta) -> Change:
    """The change that goes with the entry of a new code."""

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        row = (recorded.id, kept, door, recorded.time_us + lasting // MICROSECOND)
        db.execute("INSERT INTO health_code VALUES (?, ?, ?, ?, NULL, 0)", row)

    return change


def using(kept: str) -> Change:
    """The change that goes with the intent the code is used for. Raises Overtaken where it is used or over by now."""

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        sql = f"UPDATE health_code SET used = ? WHERE hash = ? AND {_LIVE}"
        db.execute(sql, (recorded.id, kept, recorded.time_us))
        if db.changes() != 1:
            raise Overtaken

    return change


def missing(door: str) -> Change:
    """The change that goes with the refusal of a wrong code: one more at this door."""

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        sql = f"UPDATE health_code SET misses = misses + 1 WHERE door = ? AND {_LIVE}"
        db.execute(sql, (door, recorded.time_us))

    return change


def _keyed(key: bytes, *parts: str) -> str:
    # A byte that no id and no token holds keeps two parts from being read as one.
    return hmac.digest(key, "\0".join(parts).encode(), hashlib.sha256).hex()
