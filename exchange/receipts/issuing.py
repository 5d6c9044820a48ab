"""Make a receipt: the record, an entry that carries its digest, and the proofs anybody can check it by.

A receipt tells of a patient, so that one was made is in the ledger too, before it is handed out.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import msgspec

from consent import PatientKey, StoredConsent
from consent.errors import ConsentChanged
from exchange.consenting import version_of, versions_of
from exchange.errors import ExchangeError
from exchange.instants import to_us
from exchange.node.node import Node
from exchange.path.overtaken import Overtaken, not_overtaken
from exchange.receipts import form
from exchange.receipts.form import Opening, Proved, Receipt, Shown
from exchange.receipts.record import event, record_of
from ledger import Entry, Recorded
from ledger.proof import Proof, prove
from ledger.sealing import is_opening, opening

ID_BYTES = 5
# Each means that the patient has said something new in between.
ATTEMPTS = 5
SEALED = "SELECT sealed FROM consent_version WHERE entry = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A receipt, the version it is about, and the entry that tells of it."""

    receipt: Receipt
    version: int
    entry: Recorded


class ConsentHidden(ExchangeError):
    """What the ledger committed to cannot be opened, so no receipt can show it."""

    exit_code = 4

    def __init__(self, entry: str) -> None:
        super().__init__(
            f"the consent of entry {entry} cannot be opened as the ledger has it",
            f"条目 {entry} 的同意无法按账本所记打开",
            hint="run hutong ledger verify and hutong status: the stored consent is not what was recorded",
            hint_zh="请运行 hutong ledger verify 和 hutong status：存储的同意与记录不符",
        )


def issue(node: Node, patient_text: str, consent_id: str, *, version: int | None, by: str) -> Issued:
    """A receipt for one version of a consent, the newest unless said otherwise. `by` is who hands it out.

    Raises UnknownPatient, NoSuchConsent, NoSuchVersion, ConsentHidden, ConsentChanged, CannotAppend; then none
    was made.
    """
    for _ in range(ATTEMPTS):
        with suppress(Overtaken):
            return _issued(node, patient_text, consent_id, version, by)
    raise ConsentChanged


def _issued(node: Node, patient_text: str, consent_id: str, version: int | None, by: str) -> Issued:
    """The same once. Raises Overtaken where the patient said something while it was made."""
    patient = node.records.patient(patient_text)
    keys = node.vault.key_of(patient)
    seen = len(node.consents.versions(keys))
    versions = versions_of(node, patient_text, consent_id)
    about = version_of(versions, version)
    taken_back = _taken_back(versions, about)
    receipt_id = "r-" + node.desk.entropy(ID_BYTES).hex()
    shown = [one for one in (about, taken_back) if one is not None]
    record = record_of(node, patient, versions, about, receipt_id=receipt_id, at=_now(node))
    record["event"] = [event(node.log.find(one.entry), one) for one in shown]
    record["consent"] = {"commitment": about.commitment}
    opened = _opening_of(node, about, keys)
    told = {"receipt": receipt_id, "consent": consent_id, "version": about.version, "by": by}
    # What it says of the state must still be so where its entry stands: not behind a withdrawal.
    entry = node.desk.write(
        _entry(node, about, keys, by),
        told | {"record_sha256": form.digest(record)},
        key=keys.key,
        change=not_overtaken(keys, seen),
    )
    receipt = Receipt(
        format=form.FORMAT,
        code=form.code_of(entry.body.decode()),
        record=record,
        receipt=Proved(proof=_proof(node, entry.id), opening=Opening(**opening(entry.sealed, key=keys.key))),
        consent=Proved(proof=_proof(node, about.entry), opening=opened),
        taken_back=Shown(proof=_proof(node, taken_back.entry)) if taken_back else None,
    )
    return Issued(receipt=receipt, version=about.version, entry=entry)


def _now(node: Node) -> datetime:
    """The time the receipt's entry will have: the ledger's does not go back where the clock did."""
    return max(node.clock(), node.log.read(node.log.size - 1).time)


def _taken_back(versions: Sequence[StoredConsent], about: StoredConsent) -> StoredConsent | None:
    """The later version that took it back, if one did."""
    newest = versions[-1]
    return newest if newest is not about and newest.resource.get("status") == "inactive" else None


def _entry(node: Node, about: StoredConsent, keys: PatientKey, by: str) -> Entry:
    return Entry(
        type="receipt",
        subtype="consent",
        action="R",
        outcome="0",
        region=node.region,
        node=node.id,
        source="consent",
        actor=node.desk.actor_named(by),
        organisation=node.own.id,
        consents=(about.commitment,),
        patient=keys.pseudonym,
        object_class="Consent",
        count=1,
        claimed_us=to_us(node.clock()),
    )


def _opening_of(node: Node, about: StoredConsent, keys: PatientKey) -> Opening:
    """What the consent's entry committed to, and the salt. Raises ConsentHidden."""
    with node.log.reading() as db:
        row = db.execute(SEALED, (about.entry,)).fetchone()
    opened = opening(row[0], key=keys.key) if row else {}
    if not is_opening(opened, about.commitment):
        raise ConsentHidden(about.entry)
    return Opening(**opened)


def _proof(node: Node, entry: str) -> Proof:
    return msgspec.json.decode(prove(node.log, entry), type=Proof)
