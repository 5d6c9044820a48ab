"""Patients an officer wants every look at to be told of: colleagues, people the town knows, whoever asked for it.

Who is watched says something about them, so it stands nowhere in clear: the entry and the row hold a keyed mark that is
no pseudonym, and who it is lies sealed in the entry, under the node's key and within it under the patient's own. After
an erasure nobody can tell any more whom the mark meant.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import apsw

from consent import PatientKey
from exchange.errors import ExchangeError
from exchange.instants import from_us, to_us
from exchange.path.office import Office
from ledger import Change, Entry, Recorded
from ledger.errors import CannotOpen
from ledger.sealing import seal, unseal

SCHEMA = """
CREATE TABLE IF NOT EXISTS watched(
  mark TEXT PRIMARY KEY,         -- keyed, of a patient's pseudonym
  entry TEXT NOT NULL,           -- id of the entry it was put on the list with
  since_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""
# Why somebody is watched: code -> (en, zh).
GROUNDS: dict[str, tuple[str, str]] = {
    "staff": ("works here", "本院职工"),
    "known": ("widely known", "公众人物"),
    "asked": ("asked for it", "患者本人要求"),
    "officer": ("the officer decided so", "安全负责人决定"),
}
KEY_USE = "watch list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One line of the list. `patient` is the id, "" after an erasure; `ground` a key of GROUNDS; `by` put it there."""

    entry: str
    patient: str
    pseudonym: str
    ground: str
    since: datetime
    by: str
    note: str


class NotWatched(ExchangeError):
    """The patient is not on the list."""

    exit_code = 6

    def __init__(self) -> None:
        super().__init__(
            "this patient is not on the watch list",
            "该患者不在重点关注名单上",
            hint="hutong audit watchlist list shows it",
            hint_zh="hutong audit watchlist list 可查看名单",
        )


class AlreadyWatched(ExchangeError):
    """The patient is on the list."""

    def __init__(self) -> None:
        super().__init__(
            "this patient is on the watch list already; nothing was written",
            "该患者已在重点关注名单上，未作任何写入",
            hint="to change the ground, remove and add again",
            hint_zh="如需更改原因，请先移除再添加",
        )


def watch(office: Office, patient: str, *, ground: str, by: str, note: str) -> Recorded:
    """Put the patient (by id) on the list. Raises AlreadyWatched."""
    keys = office.vault.key_of(patient)
    mark = _mark(office, keys.pseudonym)

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute("INSERT OR IGNORE INTO watched VALUES (?, ?, ?)", (mark, recorded.id, recorded.time_us))
        if db.changes() != 1:
            raise AlreadyWatched

    who = _sealed_id(office, patient, keys)
    told = {"watched": keys.pseudonym, "who": who, "ground": ground, "by": by, "note": note}
    return _written(office, "add", "C", mark, by, told, change)


def unwatch(office: Office, text: str, *, by: str, note: str) -> Recorded:
    """Take somebody off the list: a patient's id, or the entry they were put on it with. Raises NotWatched."""
    mark = next((mark for mark, entry, _ in _rows(office) if entry == text), "")
    if not mark and (keys := office.vault.known(text)):
        mark = _mark(office, keys.pseudonym)

    def change(db: apsw.Connection, _: Recorded) -> None:
        db.execute("DELETE FROM watched WHERE mark = ?", (mark,))
        if db.changes() != 1:
            raise NotWatched

    return _written(office, "remove", "D", mark, by, {"by": by, "note": note}, change)


def watched(office: Office) -> Iterator[Watched]:
    """The list, the longest watched first. Raises LedgerAltered, CannotOpen."""
    for _, entry, since_us in _rows(office):
        told = unseal(office.log.find(entry).sealed, key=office.house_key)
        keys = office.vault.key_behind(told["watched"])
        yield Watched(
            entry=entry,
            patient=_opened_id(told["who"], keys) if keys else "",
            pseudonym=told["watched"],
            ground=told["ground"],
            since=from_us(since_us),
            by=told["by"],
            note=told["note"],
        )


def watched_now(office: Office) -> frozenset[str]:
    """The pseudonyms of those on the list."""
    return frozenset(one.pseudonym for one in watched(office))


def _written(
    office: Office, verb: str, action: str, mark: str, by: str, told: dict[str, str], change: Change
) -> Recorded:
    desk = office.desk
    entry = Entry(
        type="watchlist",
        subtype=verb,
        action=action,
        outcome="0",
        region=desk.region,
        node=desk.node,
        source="officer",
        actor=desk.actor_named(by),
        role="security-officer",
        # The mark and no pseudonym: who reads the ledger must not learn whose entries are watched.
        reason=mark,
        claimed_us=to_us(office.clock()),
    )
    return desk.write(entry, told, key=office.house_key, change=change)


def _mark(office: Office, pseudonym: str) -> str:
    return hmac.digest(office.master.for_use(KEY_USE), pseudonym.encode(), hashlib.sha256).hex()


def _sealed_id(office: Office, patient: str, keys: PatientKey) -> str:
    return seal({"patient": patient}, key=keys.key, entropy=office.desk.entropy).ciphertext.hex()


def _opened_id(sealed: str, keys: PatientKey) -> str:
    try:
        return str(unseal(bytes.fromhex(sealed), key=keys.key)["patient"])
    except CannotOpen:
        return ""


def _rows(office: Office) -> list[tuple[str, str, int]]:
    with office.log.reading() as db:
        if not db.table_exists(None, "watched"):
            return []  # a ledger of an older program, on a disk where nothing can be added
        return list(db.execute("SELECT mark, entry, since_us FROM watched ORDER BY since_us, mark"))
