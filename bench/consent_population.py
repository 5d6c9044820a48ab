"""Invented patients with the consents people sign, as rows of a real node: ten million of them if need be.

Every row is sealed under its patient's key and written in the transaction of its ledger entry, as the product does
it. It is fast because a form is built and read once, and who signed it is put in afterwards; and because the
entries carry no sealed details of their own.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import apsw
import orjson

from consent import Config, Paper, PatientKey, Wish, build_consent, role_group, withdraw
from consent.compiled import read_in_advance
from consent.registry import keep_on_file
from exchange.instants import CHINA
from ledger import Change, Draft, Entry, Log, Recorded
from ledger.sealing import pseudonym, seal

NOW = datetime(2026, 11, 1, 9, 30, tzinfo=CHINA)
CONFIG = Config()
HOSPITALS = [f"Organization/hospital-{number:02}" for number in range(40)]
DAYS = [NOW - timedelta(days=30 * number + 1) for number in range(24)]
# Of a hundred patients so many have one consent, two, three; of a hundred consents so many were taken back.
SHARES, TAKEN_BACK = (50, 35, 15), 12
VERSIONS_A_PATIENT = 1.65 * (1 + TAKEN_BACK / 100)
NOBODY, NOTHING = "Patient/0000000000", "c-0000000000"
SCAN = Paper(title="form.pdf", content_type="application/pdf", content=b"%PDF")
CONFIRMED = ("sensitive", "third-party")
Row = tuple[int, str, str, int, str, bytes]
INSERT = (
    "INSERT INTO consent_version(patient, consent, version, known_us, entry, commitment, sealed)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class Signed:
    """One version of one consent: which form, at which hospital, on which day, taken back or not."""

    number: int
    form: int
    hospital: int
    day: int
    withdrawn: bool


def name_of(patient: int) -> str:
    """The id of a patient, always of one length."""
    return f"{patient:010}"


def key_of(patient: int) -> bytes:
    """The key the vault is made to hold for this patient."""
    return hashlib.sha256(b"key %d" % patient).digest()


def keys_in_turn(patients: Sequence[int]) -> Callable[[int], bytes]:
    """What a vault that prepares `patients` takes for chance: their keys, each followed by a nonce."""
    source = (part for one in patients for part in (key_of(one), _chance(one)))
    return lambda length: next(source)[:length]


def signed_by(patient: int) -> Iterator[Signed]:
    """Every consent version of a patient, as it was signed."""
    dice = _chance(patient)
    lot = dice[0] * 100 // 256
    consents = 1 if lot < SHARES[0] else 2 if lot < SHARES[0] + SHARES[1] else 3
    for number in range(consents):
        throw = dice[3 * number + 1 : 3 * number + 4]
        one = Signed(number, throw[0] % len(FORMS), throw[1] % len(HOSPITALS), throw[2] % len(DAYS), False)
        yield one
        if throw[2] * 100 // 256 < TAKEN_BACK:
            yield Signed(one.number, one.form, one.hospital, one.day, True)


def rows_of(patient: int) -> list[Row]:
    """The patient's rows: number, pseudonyms of patient and consent, version, commitment, ciphertext."""
    key = key_of(patient)
    whose, rows = pseudonym(key, "patient"), []
    for one in signed_by(patient):
        consent = f"c-{patient % 10**8:08}{one.number:02}"
        mark = (
            (NOBODY.encode(), b"Patient/%b" % name_of(patient).encode()),
            (NOTHING.encode(), consent.encode()),
        )
        resource, compiled = _form(one.form, one.hospital, one.day, withdrawn=one.withdrawn)
        for before, after in mark:
            resource, compiled = resource.replace(before, after), compiled.replace(before, after)
        told = {
            "compiled": orjson.Fragment(compiled),
            "consent": consent,
            "resource": orjson.Fragment(resource),
            "version": 1 + one.withdrawn,
        }
        sealed = seal(told, key=key, entropy=lambda length: _chance(patient)[:length])
        named = pseudonym(key, f"consent:{consent}")
        rows.append((patient, whose, named, 1 + one.withdrawn, sealed.commitment, sealed.ciphertext))
    return rows


def write(log: Log, rows: Sequence[Row], *, entries: int) -> int:
    """Append the rows and their entries in one transaction; how many rows.

    `entries` is one for every row, as the product writes them, or a single one that all of them come with.
    """
    recorded: list[Recorded] = []

    def note(_: apsw.Connection, one: Recorded) -> None:
        recorded.append(one)

    def insert(db: apsw.Connection, one: Recorded) -> None:
        recorded.append(one)
        come_with = recorded if len(recorded) == len(rows) else recorded * len(rows)
        db.executemany(
            INSERT,
            (
                (*row[1:4], entry.time_us, entry.id, *row[4:])
                for row, entry in zip(rows, come_with, strict=True)
            ),
        )
        newest = {row[0]: entry.id for row, entry in zip(rows, come_with, strict=True)}
        for patient, entry_id in newest.items():
            keep_on_file(
                db,
                patient_key(patient),
                entry=entry_id,
                hours_east=CONFIG.tz_hours,
                entropy=os.urandom,
            )

    changes: list[Change] = [note] * (entries - 1) + [insert]
    log.append_many([Draft(entry=_entry(rows[at]), change=change) for at, change in enumerate(changes)])
    return len(rows)


def question(patient: int, turn: int) -> dict[str, Any]:
    """What a doctor asks about the patient: mostly where they agreed to it, sometimes elsewhere or for research."""
    dice = hashlib.sha256(b"ask %d %d" % (patient, turn)).digest()
    signed = list(signed_by(patient))
    hospital = signed[dice[0] % len(signed)].hospital if dice[1] < 180 else dice[2] % len(HOSPITALS)
    at = NOW + timedelta(seconds=turn)
    case: dict[str, Any] = {
        "patient": {"reference": f"Patient/{name_of(patient)}", "birthDate": f"{1940 + dice[3] % 60}-05-17"},
        "at": at.isoformat(timespec="seconds"),
        "actor": {
            "reference": f"Practitioner/dr-{dice[4]}",
            "organization": HOSPITALS[hospital],
            "memberOf": ["Group/county", role_group("physician")],
            "region": "320583",
            "country": "CN",
        },
        "custodian": "Organization/keeper",
        "purpose": ("TREAT", "TREAT", "TREAT", "TREAT", "COC", "COC", "HRESCH", "BTG")[dice[5] % 8],
        "action": "disclose",
    }
    if case["purpose"] == "HRESCH":
        case["research"] = {"study": "ResearchStudy/asthma", "use": ["HMB"], "irbApproved": True}
    if case["purpose"] == "BTG":
        case["emergency"] = {"declared": True, "authorizedToDeclare": True, "reason": "unconscious"}
    return case


def patients_for(versions: int) -> int:
    """How many patients have about so many consent versions."""
    return max(1, round(versions / VERSIONS_A_PATIENT))


def chunk(patients: range) -> list[Row]:
    """The rows of some patients, for another process to make."""
    return [row for one in patients for row in rows_of(one)]


def patient_key(patient: int) -> PatientKey:
    """The key as the vault gives it."""
    key = key_of(patient)
    return PatientKey(pseudonym(key, "patient"), key)


FORMS: Sequence[Callable[[str, str], Wish]] = (
    lambda here, _: Wish(recipients=(here,), purposes=("TREAT",), confirmed=CONFIRMED, ends="2030-12-31"),
    lambda here, day: Wish(
        recipients=(here,),
        purposes=("TREAT",),
        confirmed=CONFIRMED,
        starts=day,
        except_sensitivities=("PSY",),
    ),
    lambda here, day: Wish(
        recipients=(here,),
        purposes=("TREAT", "COC"),
        confirmed=CONFIRMED,
        starts=day,
        ends="2028",
        except_sensitivities=("HIV", "ETH"),
    ),
    lambda here, _: Wish(
        recipients=(here,),
        purposes=("HRESCH",),
        uses=("DUO:0000006",),
        study="ResearchStudy/asthma",
        confirmed=CONFIRMED,
        deidentify=True,
    ),
    lambda here, _: Wish(refuse=True, recipients=(here,), purposes=("TREAT",)),
    lambda here, day: Wish(recipients=(here,), purposes=("HPAYMT",), confirmed=CONFIRMED, starts=day),
)


@cache
def _form(form: int, hospital: int, day: int, *, withdrawn: bool) -> tuple[bytes, bytes]:
    """Resource and compiled form of a consent nobody has signed yet, as JSON with its keys in order."""
    at = DAYS[day]
    wish = replace(FORMS[form](HOSPITALS[hospital], at.date().isoformat()), patient=NOBODY, evidence=SCAN)
    resource = build_consent(wish, consent_id=NOTHING, at=at)
    if withdrawn:
        resource = withdraw(resource, at=at + timedelta(days=1), by=NOBODY)
    compiled = read_in_advance(resource, CONFIG.tz_hours)
    return orjson.dumps(resource, option=orjson.OPT_SORT_KEYS), orjson.dumps(
        compiled, option=orjson.OPT_SORT_KEYS
    )


def _entry(row: Row) -> Entry:
    return Entry(
        type="consent",
        subtype="grant" if row[3] == 1 else "revoke",
        action="C" if row[3] == 1 else "U",
        outcome="0",
        region="320583",
        node="bench",
        source="consent",
        organisation="keeper",
        consents=(row[4],),
        patient=row[1],
        object_class="Consent",
        count=1,
    )


def lot(drawn: bytes) -> int:
    """A number that looks like chance and is the same for the same draw."""
    return int.from_bytes(hashlib.sha256(drawn).digest()[:8])


def _chance(patient: int) -> bytes:
    """32 bytes that look like chance and are the same for the same patient."""
    return hashlib.sha256(b"chance %d" % patient).digest()
