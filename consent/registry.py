"""The registry of consents: every version ever stored, sealed under the patient's key (docs/adr/0004).

The table lies in the ledger's file and is written only inside the transaction of the entry that tells of it
(docs/adr/0001). Whoever has not got the key sees pseudonyms, commitments and ciphertext.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

import apsw
import msgspec

from consent import on_file
from consent.carried import Carried
from consent.compiled import Compiled, document_of, is_true_to, read_in_advance
from consent.config import Config
from consent.document import Document
from consent.errors import ConsentAltered, ConsentChanged
from consent.keys import PatientKey
from consent.lint import require_computable
from consent.on_file import OnFile
from ledger import Change, Recorded
from ledger.errors import CannotOpen
from ledger.sealing import Entropy, Unsealing, pseudonym, seal

SCHEMA = f"""
CREATE TABLE IF NOT EXISTS consent_version(
  patient TEXT NOT NULL,        -- pseudonym
  consent TEXT NOT NULL,        -- pseudonym of the consent's id
  version INTEGER NOT NULL,     -- 1, 2, ...
  known_us INTEGER NOT NULL,    -- time of the ledger entry
  entry TEXT NOT NULL,          -- id of the ledger entry
  commitment TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (patient, consent, version)
) STRICT;
{on_file.SCHEMA}"""
_USUAL_HOURS_EAST = Config().tz_hours
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = "consent, version, known_us, entry, commitment, sealed"
# Put in order afterwards: SQLite would copy every row to do it.
_OF_PATIENT = f"SELECT {_COLUMNS} FROM consent_version WHERE patient = ?"
_OLDEST_FIRST = itemgetter(2, 0, 1)
_Row = tuple[str, int, int, str, str, bytes]


class _Told(msgspec.Struct, frozen=True):
    """What is sealed of one version."""

    consent: str
    version: int
    resource: msgspec.Raw
    compiled: Compiled | None = None  # older programs did not read in advance


_TOLD = msgspec.json.Decoder(_Told)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredConsent:
    """One version of one consent, opened. `known` is the time of its ledger entry."""

    consent_id: str
    version: int
    known: datetime
    entry: str
    commitment: str
    resource: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Storing:
    """A version about to be stored. Nothing is written until the ledger runs `change` with its entry."""

    consent_id: str
    version: int
    commitment: str
    change: Change


class Registry:
    """Reads consents, and prepares what the ledger writes. `glance` gives a connection for one statement.

    `hours_east` is the site's: what is stored is read for it in advance.
    """

    SCHEMA = SCHEMA

    def __init__(self, glance: Callable[[], apsw.Connection], *, hours_east: int = _USUAL_HOURS_EAST) -> None:
        self._glance = glance
        self._hours_east = hours_east

    def versions(self, patient: PatientKey) -> list[StoredConsent]:
        """Every version of every consent of the patient, oldest first. Raises ConsentAltered.

        Also where decisions go by something else than these: whoever looks at consents, or replays, sees what counts.
        """
        db = self._glance()
        rows = _rows(db, patient)
        opener = Unsealing(patient.key)
        found = [_opened(patient, opener, row) for row in rows]
        kept = on_file.as_kept(db, patient, self._hours_east)
        # Of another length: a version was stored between the two looks, or was taken out, which shows elsewhere.
        same_length = kept is not None and len(kept.versions) == len(rows)
        if same_length and kept != _read(patient, rows, self._hours_east):
            raise ConsentAltered(rows[-1][3])
        return found

    def on_file(self, patient: PatientKey, hours_east: int) -> OnFile:
        """What the patient's consents say, dates without an offset `hours_east` of UTC. Raises ConsentAltered."""
        db = self._glance()
        kept = on_file.kept(db, patient, hours_east)
        return kept or _read(patient, _rows(db, patient), hours_east)

    def on_file_of_each(self, patients: Sequence[PatientKey], hours_east: int) -> list[OnFile]:
        """The same of each of them, in their order, at half the cost. Raises ConsentAltered where one was changed."""
        db = self._glance()
        kept = on_file.kept_of_each(db, patients, hours_east)
        return [
            one or _read(patient, _rows(db, patient), hours_east)
            for patient, one in zip(patients, kept, strict=True)
        ]

    def newest(self, patient: PatientKey) -> list[StoredConsent]:
        """The newest version of each consent of the patient, oldest first. Raises ConsentAltered."""
        newest = {one.consent_id: one for one in self.versions(patient)}
        return sorted(newest.values(), key=lambda one: (one.known, one.consent_id))

    def storing(self, resource: Mapping[str, Any], patient: PatientKey, *, entropy: Entropy) -> Storing:
        """The next version of the consent in `resource`, sealed. Raises ConsentNotComputable.

        The change raises ConsentChanged where somebody else stored this version in the meantime.
        """
        require_computable(resource)
        consent_id, plain = resource["id"], _without_marks(resource)
        name = _name(patient, consent_id)
        before = self._glance().execute(
            "SELECT version FROM consent_version WHERE patient = ? AND consent = ?",
            (patient.pseudonym, name),
        )
        version = 1 + len(before.fetchall())
        told = {
            "consent": consent_id,
            "version": version,
            "resource": plain,
            "compiled": read_in_advance(plain, self._hours_east),
        }
        sealed = seal(told, key=patient.key, entropy=entropy)

        def change(db: apsw.Connection, recorded: Recorded) -> None:
            row = (name, version, recorded.time_us, recorded.id, sealed.commitment, sealed.ciphertext)
            _insert(db, patient, row)
            keep_on_file(db, patient, entry=recorded.id, hours_east=self._hours_east, entropy=entropy)

        return Storing(consent_id=consent_id, version=version, commitment=sealed.commitment, change=change)

    def arriving(
        self, one: Carried, patient: PatientKey, *, entropy: Entropy
    ) -> tuple[Storing, StoredConsent] | None:
        """A version another machine of the region stored, to be stored here as it is; None where it is here already.

        It counts from when it counted there. Raises ConsentChanged where another one of this number is here, and
        ConsentAltered where it is not what it says.
        """
        row = (one.consent, one.version, one.known_us, "", one.commitment, one.sealed)
        opened = _opened(patient, Unsealing(patient.key), row)
        here = {(there[0], there[1]): there[4] for there in _rows(self._glance(), patient)}
        if (one.consent, one.version) in here:
            if here[one.consent, one.version] != one.commitment:
                raise ConsentChanged
            return None

        def change(db: apsw.Connection, recorded: Recorded) -> None:
            _insert(db, patient, (*row[:3], recorded.id, *row[4:]))
            keep_on_file(db, patient, entry=recorded.id, hours_east=self._hours_east, entropy=entropy)

        storing = Storing(
            consent_id=opened.consent_id, version=one.version, commitment=one.commitment, change=change
        )
        return storing, opened


def keep_on_file(
    db: apsw.Connection, patient: PatientKey, *, entry: str, hours_east: int, entropy: Entropy
) -> None:
    """Keep what the patient's versions say for deciding; `entry` is that of the newest. Inside its transaction."""
    try:
        found = _read(patient, _rows(db, patient), hours_east)
    except ConsentAltered:
        # What the patient says now is recorded all the same; the next decision is told what is wrong.
        on_file.forget(db, patient)
    else:
        on_file.keep(db, patient, found, entry=entry, hours_east=hours_east, entropy=entropy)


def _insert(db: apsw.Connection, patient: PatientKey, row: _Row) -> None:
    try:
        db.execute(
            f"INSERT INTO consent_version(patient, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (patient.pseudonym, *row),
        )
    except apsw.ConstraintError:
        raise ConsentChanged from None


def _rows(db: apsw.Connection, patient: PatientKey) -> list[_Row]:
    """Every version of the patient, oldest first."""
    return sorted(db.execute(_OF_PATIENT, (patient.pseudonym,)), key=_OLDEST_FIRST)


def _read(patient: PatientKey, rows: Sequence[_Row], hours_east: int) -> OnFile:
    """What the versions say, dates without an offset `hours_east` of UTC. Raises ConsentAltered.

    Of each consent only the newest is opened: by now all are known, so no older one can count.
    """
    opener = Unsealing(patient.key)
    ids, documents, commitments = {}, [], {}
    for row in _newest(rows):
        told = _told(patient, opener, row)
        ids[row[0]] = told.consent
        documents.append(_document(told, row, hours_east))
        commitments[told.consent] = row[4]
    return OnFile(
        documents=tuple(documents),
        versions=tuple((ids[row[0]], row[1]) for row in rows),
        commitments=commitments,
        known=_time(rows[-1][2]) if rows else None,
    )


def _newest(rows: Sequence[_Row]) -> Collection[_Row]:
    """The newest version of each consent. Raises ConsentAltered where one was taken out or put in front."""
    newest: dict[str, _Row] = {}
    for row in rows:
        before = newest.get(row[0])
        if row[1] != (before[1] + 1 if before else 1):
            raise ConsentAltered(row[3])
        newest[row[0]] = row
    return newest.values()


def _told(patient: PatientKey, opener: Unsealing, row: _Row) -> _Told:
    """What is sealed in a row, if it is what the row and its entry say it is: rows cannot be swapped unseen."""
    name, version, _, entry, commitment, sealed = row
    try:
        told = _TOLD.decode(opener.text(sealed, commitment))
    except (CannotOpen, msgspec.DecodeError):
        raise ConsentAltered(entry) from None
    if told.version != version or _name(patient, told.consent) != name:
        raise ConsentAltered(entry)
    return told


def _document(told: _Told, row: _Row, hours_east: int) -> Document:
    said = document_of(told.compiled, told.resource, hours_east)
    return msgspec.structs.replace(said, version=str(row[1]), known=_time(row[2]))


def _opened(patient: PatientKey, opener: Unsealing, row: _Row) -> StoredConsent:
    """The version in a row with its resource; what was read from it in advance must be what is read from it now."""
    told = _told(patient, opener, row)
    resource: dict[str, Any] = msgspec.json.decode(told.resource)
    if told.compiled is not None and not is_true_to(told.compiled, resource):
        raise ConsentAltered(row[3])
    known = _time(row[2])
    meta = {**resource.get("meta", {}), "versionId": str(row[1]), "lastUpdated": _instant(known)}
    return StoredConsent(
        consent_id=told.consent,
        version=row[1],
        known=known,
        entry=row[3],
        commitment=row[4],
        resource={**resource, "meta": meta},
    )


def _without_marks(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Without version and time: those belong to the registry, whoever sent them in."""
    meta = resource.get("meta")
    said = meta if isinstance(meta, Mapping) else {}
    kept = {name: value for name, value in said.items() if name not in ("versionId", "lastUpdated")}
    rest = {name: value for name, value in resource.items() if name != "meta"}
    return {**rest, "meta": kept} if kept else rest


def _name(patient: PatientKey, consent_id: str) -> str:
    return pseudonym(patient.key, f"consent:{consent_id}")


def _time(known_us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=known_us)


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
