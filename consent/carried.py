"""A version of a consent on its way to another machine of the same region: the stored row, still sealed."""

import apsw
import msgspec

from consent.errors import ConsentAltered


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """One version. `patient` and `consent` are pseudonyms, `known_us` is when it came to count, microseconds."""

    patient: str
    consent: str
    version: int
    known_us: int
    commitment: str
    sealed: bytes


def carried(db: apsw.Connection, patient: str, entry: str) -> Carried:
    """The version of this patient (pseudonym) that came with the entry. Raises ConsentAltered where it is gone."""
    row = db.execute(
        "SELECT patient, consent, version, known_us, commitment, CAST(sealed AS BLOB) FROM consent_version"
        " WHERE patient = ? AND entry = ?",
        (patient, entry),
    ).fetchone()
    if row is None:
        raise ConsentAltered(entry)
    return Carried(
        patient=row[0],
        consent=row[1],
        version=row[2],
        known_us=row[3],
        commitment=row[4],
        sealed=bytes(row[5]),
    )
