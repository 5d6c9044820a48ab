"""What is on file of a patient, in one sealed row: all a decision needs, read in one go.

The versions are the truth, and this is what was read from them. It is written in the transaction of every version
(docs/adr/0021). It is not used where it was read by other rules, for another time zone, or where it does not list as
many versions as there are: the versions are then read instead, slower and with the same answer.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

import apsw
import msgspec

from consent.compiled import FORM
from consent.document import Document
from consent.errors import ConsentAltered
from consent.keys import PatientKey
from ledger.errors import CannotOpen
from ledger.sealing import Entropy, hide, reveal

SCHEMA = """
CREATE TABLE IF NOT EXISTS consent_on_file(
  patient TEXT PRIMARY KEY,     -- pseudonym
  reading TEXT NOT NULL,        -- by which rules the consents were read, and for which time zone
  entry TEXT NOT NULL,          -- id of the ledger entry of the newest version
  sealed BLOB NOT NULL
) STRICT;
"""
_KEPT = (
    "SELECT entry, sealed, (SELECT count(*) FROM consent_version WHERE patient = ?1)"
    " FROM consent_on_file WHERE patient = ?1 AND reading = ?2"
)
# The same of many patients: `asked` is a JSON array of their pseudonyms.
_KEPT_OF_EACH = (
    "SELECT patient, entry, sealed,"
    " (SELECT count(*) FROM consent_version WHERE patient = consent_on_file.patient)"
    " FROM json_each(?1) AS asked CROSS JOIN consent_on_file ON patient = asked.value AND reading = ?2"
)
_Row = tuple[str, bytes, int]


class OnFile(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a decision needs of a patient's consents. `versions`: id and number of every version, oldest first.

    `documents` and `commitments` (by id) are those of the newest version of each consent; `known` is the time of
    the newest entry, None where there is none.
    """

    documents: tuple[Document, ...]
    versions: tuple[tuple[str, int], ...]
    commitments: Mapping[str, str]
    known: datetime | None


def keep(
    db: apsw.Connection, patient: PatientKey, found: OnFile, *, entry: str, hours_east: int, entropy: Entropy
) -> None:
    """Keep `found`, read for a site `hours_east` of UTC; `entry` is that of the newest version in it."""
    about = _about(patient, _reading(hours_east), entry)
    # Dates as text: MessagePack's own would lose the zone they were written in.
    text = msgspec.msgpack.encode(msgspec.to_builtins(found))
    sealed = hide(text, about=about, key=patient.key, entropy=entropy)
    db.execute(
        "INSERT OR REPLACE INTO consent_on_file(patient, reading, entry, sealed) VALUES (?, ?, ?, ?)",
        (patient.pseudonym, _reading(hours_east), entry, sealed),
    )


def forget(db: apsw.Connection, patient: PatientKey) -> None:
    """Keep nothing: the versions will be read, and they say what is wrong with them."""
    db.execute("DELETE FROM consent_on_file WHERE patient = ?", (patient.pseudonym,))


def kept(db: apsw.Connection, patient: PatientKey, hours_east: int) -> OnFile | None:
    """What may decide; None where it may not. Raises ConsentAltered where it was changed or a version is gone."""
    return _deciding(_row(db, patient, hours_east), patient, hours_east)


def kept_of_each(db: apsw.Connection, patients: Sequence[PatientKey], hours_east: int) -> list[OnFile | None]:
    """The same of each of them, in their order, by one statement: all of one moment. Raises ConsentAltered."""
    rows = _row_of_each(db, patients, hours_east)
    return [_deciding(rows.get(one.pseudonym), one, hours_east) for one in patients]


def as_kept(db: apsw.Connection, patient: PatientKey, hours_east: int) -> OnFile | None:
    """What is kept, whatever the versions say now. Raises ConsentAltered where it was changed."""
    row = _row(db, patient, hours_east)
    return row and _opened(row, patient, hours_east)


def _row(db: apsw.Connection, patient: PatientKey, hours_east: int) -> _Row | None:
    """Entry, sealed text, and how many versions there are: one statement, so all of one moment."""
    try:
        found: _Row | None = db.execute(_KEPT, (patient.pseudonym, _reading(hours_east))).get
    except apsw.SQLError:  # a ledger of an older program, on a disk where nothing can be added to it
        return None
    return found


def _row_of_each(db: apsw.Connection, patients: Sequence[PatientKey], hours_east: int) -> Mapping[str, _Row]:
    """The same of each patient who has one, by pseudonym."""
    asked = msgspec.json.encode([one.pseudonym for one in patients]).decode()
    try:
        return {row[0]: row[1:] for row in db.execute(_KEPT_OF_EACH, (asked, _reading(hours_east)))}
    except apsw.SQLError:  # as above
        return {}


def _deciding(row: _Row | None, patient: PatientKey, hours_east: int) -> OnFile | None:
    if row is None:
        return None
    found = _opened(row, patient, hours_east)
    if len(found.versions) > row[2]:
        raise ConsentAltered(row[0])
    # Fewer: an older program has stored something since, or somebody put an earlier row back.
    return found if len(found.versions) == row[2] else None


def _opened(row: _Row, patient: PatientKey, hours_east: int) -> OnFile:
    entry, sealed, _ = row
    try:
        return _FOUND(reveal(sealed, about=_about(patient, _reading(hours_east), entry), key=patient.key))
    except (CannotOpen, msgspec.DecodeError):
        raise ConsentAltered(entry) from None


@cache
def _reading(hours_east: int) -> str:
    return f"form {FORM}, UTC{hours_east:+}"


def _about(patient: PatientKey, reading: str, entry: str) -> str:
    """What the seal vouches for beside the text: no row can pass for another one."""
    return f"on file, {patient.pseudonym}, {reading}, {entry}"


_FOUND = msgspec.msgpack.Decoder(OnFile).decode
