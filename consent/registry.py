"""The registry of consents: every version ever stored, sealed under the patient's key (docs/adr/0004).

The table lies in the ledger's file and is written only inside the transaction of the entry that tells of it
(docs/adr/0001). Whoever has not got the key sees pseudonyms, commitments and ciphertext.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import apsw

from consent.errors import ConsentAltered, ConsentChanged
from consent.keys import PatientKey
from consent.lint import require_computable
from ledger import Change, Recorded
from ledger.sealing import Entropy, Sealed, opens_to, pseudonym, seal, unseal

SCHEMA = """
CREATE TABLE IF NOT EXISTS consent_version(
  patient TEXT NOT NULL,        -- pseudonym
  consent TEXT NOT NULL,        -- pseudonym of the consent's id
  version INTEGER NOT NULL,     -- 1, 2, ...
  known_us INTEGER NOT NULL,    -- time of the ledger entry
  entry TEXT NOT NULL,          -- id of the ledger entry
  commitment TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (patient, consent, version)
) STRICT, WITHOUT ROWID;
"""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = "consent, version, known_us, entry, commitment, sealed"


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
    """Reads consents, and prepares what the ledger writes. `reading` gives a snapshot of its file."""

    SCHEMA = SCHEMA

    def __init__(self, reading: Callable[[], AbstractContextManager[apsw.Connection]]) -> None:
        self._reading = reading

    def versions(self, patient: PatientKey) -> list[StoredConsent]:
        """Every version of every consent of the patient, oldest first. Raises ConsentAltered."""
        with self._reading() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM consent_version WHERE patient = ?"
                " ORDER BY known_us, consent, version",
                (patient.pseudonym,),
            ).fetchall()
        return [_opened(patient, row) for row in rows]

    def newest(self, patient: PatientKey) -> list[StoredConsent]:
        """The newest version of each consent of the patient, oldest first. Raises ConsentAltered."""
        newest = {one.consent_id: one for one in self.versions(patient)}
        return sorted(newest.values(), key=lambda one: (one.known, one.consent_id))

    def storing(self, resource: Mapping[str, Any], patient: PatientKey, *, entropy: Entropy) -> Storing:
        """The next version of the consent in `resource`, sealed. Raises ConsentNotComputable.

        The change raises ConsentChanged where somebody else stored this version in the meantime.
        """
        require_computable(resource)
        consent_id = resource["id"]
        name = _name(patient, consent_id)
        with self._reading() as db:
            before = db.execute(
                "SELECT version FROM consent_version WHERE patient = ? AND consent = ?",
                (patient.pseudonym, name),
            ).fetchall()
        version = 1 + len(before)
        told = {"consent": consent_id, "version": version, "resource": _without_marks(resource)}
        sealed = seal(told, key=patient.key, entropy=entropy)
        return Storing(
            consent_id=consent_id,
            version=version,
            commitment=sealed.commitment,
            change=_inserting(patient, name, version, sealed),
        )


def _inserting(patient: PatientKey, name: str, version: int, sealed: Sealed) -> Change:
    def change(db: apsw.Connection, recorded: Recorded) -> None:
        try:
            db.execute(
                f"INSERT INTO consent_version(patient, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    patient.pseudonym,
                    name,
                    version,
                    recorded.time_us,
                    recorded.id,
                    sealed.commitment,
                    sealed.ciphertext,
                ),
            )
        except apsw.ConstraintError:
            raise ConsentChanged from None

    return change


def _opened(patient: PatientKey, row: tuple[Any, ...]) -> StoredConsent:
    """The version in a row, if it is what the row and its entry say it is: rows cannot be swapped unseen."""
    name, version, known_us, entry, commitment, sealed = row
    if not opens_to(sealed, patient.key, commitment):
        raise ConsentAltered(entry)
    told = unseal(sealed, key=patient.key)
    if told["version"] != version or _name(patient, told["consent"]) != name:
        raise ConsentAltered(entry)
    known = _EPOCH + timedelta(microseconds=known_us)
    resource: dict[str, Any] = told["resource"]
    meta = {**resource.get("meta", {}), "versionId": str(version), "lastUpdated": _instant(known)}
    return StoredConsent(
        consent_id=told["consent"],
        version=version,
        known=known,
        entry=entry,
        commitment=commitment,
        resource={**resource, "meta": meta},
    )


def _without_marks(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Without version and time: those belong to the registry, whoever sent them in."""
    kept = {k: v for k, v in resource.get("meta", {}).items() if k not in ("versionId", "lastUpdated")}
    rest = {name: value for name, value in resource.items() if name != "meta"}
    return {**rest, "meta": kept} if kept else rest


def _name(patient: PatientKey, consent_id: str) -> str:
    return pseudonym(patient.key, f"consent:{consent_id}")


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
