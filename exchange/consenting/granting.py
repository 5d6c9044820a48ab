"""Granting and revoking: what a patient says becomes a consent version and a ledger entry, both or neither."""

from dataclasses import dataclass, replace
from functools import partial

from consent import StoredConsent, Wish, build_consent, sentence, withdraw
from exchange.audit.story import Look, RecordErased, who_saw
from exchange.consenting.effect import shortfalls
from exchange.consenting.stating import state
from exchange.errors import ExchangeError
from exchange.instants import to_us
from exchange.node.node import Node
from exchange.path.office import Office
from exchange.path.subject import subject_of
from exchange.vocabulary import require_wish
from exchange.withdrawal.disclosures import Disclosure
from ledger import Entry, Recorded

ID_BYTES = 5
# How a consent came about when nothing else is said: the sentence itself is kept as what was shown.
AT_THE_COUNTER = "counter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A new consent: its first version, the entry it came with, and what it does not yet permit, (en, zh).

    `taken_back` is what others had received under earlier consents and this one does not permit any more.
    """

    consent_id: str
    version: int
    entry: Recorded
    resource: dict[str, object]
    warnings: tuple[tuple[str, str], ...]
    taken_back: tuple[Disclosure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """A consent taken back, and who had seen the record under it before: that cannot be called back.

    `received` is what they had received; each of them has a notice waiting in the outbox.
    """

    consent_id: str
    version: int
    entry: Recorded
    already_seen_by: tuple[Look, ...]
    received: tuple[Disclosure, ...]


class NoSuchConsent(ExchangeError):
    """The patient has no consent of this id."""

    exit_code = 6

    def __init__(self) -> None:
        super().__init__(
            "this patient has no such consent",
            "这位患者没有这份同意",
            hint="hutong consent list PATIENT shows their ids",
            hint_zh="hutong consent list 患者 可查看编号",
        )


def grant(node: Node, patient_text: str, wish: Wish, *, by: str) -> Granted:
    """Record what the patient allows or refuses from now on. `by` is whoever types it in.

    Raises UnknownCode, CodeWithoutSystem, UnknownPatient, BadWish, ConsentNotComputable; then nothing was recorded.
    """
    require_wish(wish)
    office = node.office
    patient = office.records.patient(patient_text)
    keys = office.vault.key_of(patient)
    subject = subject_of(office.records, patient, office.directory, office.own)
    consent_id = "c-" + office.desk.entropy(ID_BYTES).hex()
    said = replace(
        wish,
        patient=f"Patient/{patient}",
        custodian=wish.custodian or subject.custodian.reference,
        channel=wish.channel or ("" if wish.evidence else AT_THE_COUNTER),
    )
    resource = build_consent(said, consent_id=consent_id, at=office.clock(), name_of=office.directory.name_of)
    storing = office.consents.storing(resource, keys, entropy=office.desk.entropy)
    entry = consent_entry(
        office, "grant" if not wish.refuse else "refuse", "C", by, storing.commitment, keys.pseudonym
    )
    told = {"consent": consent_id, "version": storing.version, "by": by, **_sentences(node, resource)}
    recorded, taken_back = state(
        node, patient, keys, storing=storing, resource=resource, entry=entry, told=told
    )
    stored = next(one for one in office.consents.newest(keys) if one.consent_id == consent_id)
    return Granted(
        consent_id=consent_id,
        version=storing.version,
        entry=recorded,
        resource=resource,
        warnings=shortfalls(node, patient, stored),
        taken_back=taken_back,
    )


def revoke(node: Node, patient_text: str, consent_id: str, *, by: str, reason: str = "") -> Revoked:
    """Take a consent back; it counts from the moment of the entry, and whoever received data under it is told.

    Raises NoSuchConsent, WithdrawnAlready, CannotAppend; then nothing was recorded.
    """
    office = node.office
    patient = office.records.patient(patient_text)
    keys = office.vault.key_of(patient)
    newest = next((one for one in office.consents.newest(keys) if one.consent_id == consent_id), None)
    if newest is None:
        raise NoSuchConsent
    resource = withdraw(newest.resource, at=office.clock(), by=by, reason=reason)
    storing = office.consents.storing(resource, keys, entropy=office.desk.entropy)
    entry = consent_entry(office, "revoke", "U", by, storing.commitment, keys.pseudonym)
    told = {"consent": consent_id, "version": storing.version, "by": by, "reason": reason}
    recorded, received = state(
        node, patient, keys, storing=storing, resource=resource, entry=entry, told=told
    )
    looks = who_saw(office, patient)
    return Revoked(
        consent_id=consent_id,
        version=storing.version,
        entry=recorded,
        already_seen_by=tuple(look for look in looks if look.permit and consent_id in look.basis),
        received=received,
    )


def consents_of(node: Node, patient_text: str, *, all_versions: bool = False) -> list[StoredConsent]:
    """The patient's consents: the newest version of each, or every version. Raises RecordErased.

    Nothing is written, not even a key.
    """
    patient = node.records.patient(patient_text)
    keys = node.vault.known(patient)
    if keys is None:
        if node.vault.was_erased(patient):
            raise RecordErased
        return []
    return node.consents.versions(keys) if all_versions else node.consents.newest(keys)


def _sentences(node: Node, resource: dict[str, object]) -> dict[str, str]:
    return {lang: sentence(resource, lang, partial(node.name_of, lang=lang)) for lang in ("zh", "en")}


def consent_entry(office: Office, subtype: str, action: str, by: str, commitment: str, patient: str) -> Entry:
    """The entry a consent version comes with; `patient` is the pseudonym."""
    return Entry(
        type="consent",
        subtype=subtype,
        action=action,
        outcome="0",
        region=office.desk.region,
        node=office.desk.node,
        source="consent",
        actor=office.desk.actor_named(by),
        organisation=office.own.id,
        consents=(commitment,),
        patient=patient,
        object_class="Consent",
        count=1,
        claimed_us=to_us(office.clock()),
    )
