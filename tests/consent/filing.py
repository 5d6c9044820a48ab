"""A log with the consents of an invented patient in it, and what somebody with the file can do to them."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw

from consent import Config, PatientKey, Registry, Storing, decide_on_file
from consent.registry import SCHEMA
from ledger import Entry, Log, Recorded, Signer
from ledger.sealing import Sealed, pseudonym
from tests.consent.papers import HOSPITAL, Json, ask, deny, paper, permit

Row = tuple[str, str, str, bytes]
START = datetime(2026, 3, 4, 1, 30, tzinfo=UTC)
KEY = bytes(range(32))
LIN = PatientKey(pseudonym(KEY, "patient"), KEY)
BO = PatientKey(pseudonym(bytes(32), "patient"), bytes(32))
CARE = paper(permit(HOSPITAL), "care")
TAKEN_BACK = CARE | {"status": "inactive"}
REFUSAL = paper(deny(), "refusal", date="2026-02-20")
NOTHING_KEPT = "DELETE FROM consent_on_file;"


# Where nothing is kept, each of these would bring back what was taken back, or make a refusal disappear.
ATTACKS = {
    "the version in between is taken out": "DELETE FROM consent_version WHERE version = 2",
    "the newest is put behind": "UPDATE consent_version SET version = -1 WHERE version = 3",
    "the first is put in front": "UPDATE consent_version SET version = 4 WHERE version = 1",
    "the newest is called another consent": "UPDATE consent_version SET consent = 'another' WHERE version = 3",
    "the newest holds what the first held": (
        "UPDATE consent_version SET (commitment, sealed) ="
        " (SELECT commitment, sealed FROM consent_version WHERE version = 1) WHERE version = 3"
    ),
    "the newest became known before the first": "UPDATE consent_version SET known_us = 1 WHERE version = 3",
    "the newest is not what was committed to": (
        "UPDATE consent_version SET commitment = 'é' || substr(commitment, 2) WHERE version = 3"
    ),
}


class Clock:
    """A minute passes with every look."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


def new_log(folder: Path) -> Log:
    """An empty log with the tables of consents."""
    return Log.create(
        folder / "ledger.db",
        signer=Signer("test.example/consent", bytes(32)),
        clock=Clock(),
        entropy=os.urandom,
        tables=(SCHEMA,),
    )


def answer(registry: Registry) -> str:
    return decide_on_file(registry.on_file(LIN, 8).documents, ask(knownAt="2030-01-01"), Config()).reason


def do(log: Log, attack: str, values: Row | None = None) -> None:
    writer = apsw.Connection(str(log.path))
    writer.execute(attack, values)
    writer.close()


def row(log: Log) -> tuple[str, str, str, bytes]:
    """The row of the first patient: pseudonym, reading, entry, sealed text."""
    sql = "SELECT patient, reading, entry, sealed FROM consent_on_file WHERE patient = ?"
    found: tuple[str, str, str, bytes] = log.glance().execute(sql, (LIN.pseudonym,)).get
    return found


def store(log: Log, registry: Registry, resource: Json, patient: PatientKey = LIN) -> Recorded:
    storing: Storing = registry.storing(resource, patient, entropy=os.urandom)
    return log.append(entry_of(storing.commitment, patient), change=storing.change)


def insert(log: Log, name: str, version: int, sealed: Sealed) -> Recorded:
    """A row as somebody else's program would write it."""

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute(
            "INSERT INTO consent_version(patient, consent, version, known_us, entry, commitment, sealed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                LIN.pseudonym,
                name,
                version,
                recorded.time_us,
                recorded.id,
                sealed.commitment,
                sealed.ciphertext,
            ),
        )

    return log.append(entry_of(sealed.commitment, LIN), change=change)


def entry_of(commitment: str, patient: PatientKey) -> Entry:
    return Entry(
        type="consent",
        subtype="grant",
        action="C",
        outcome="0",
        region="330108",
        node="test",
        source="consent",
        patient=patient.pseudonym,
        consents=(commitment,),
    )
