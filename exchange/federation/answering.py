"""The holder's side: from an opened question to the words of the answer, by the one path.

Whatever goes wrong becomes a refusal that says nothing about the patient, and it is recorded.
"""

import hashlib
import logging
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from consent import PatientKey
from exchange.directory import Organisation
from exchange.errors import UnknownPatient
from exchange.federation.arrivals import arrived
from exchange.federation.card import SKEW, Card
from exchange.federation.discretion import told, told_no, told_yes
from exchange.federation.entitlement import TURNED_AWAY, NotEntitled, organisation_of
from exchange.federation.envelope import MAX_ANSWER_BYTES, Opened
from exchange.federation.errors import Rejected
from exchange.federation.messages import (
    NO_BUNDLE,
    Answer,
    Asker,
    NotAMessage,
    Question,
    Step,
    encode,
    read_question,
    reasons_of,
    salt,
)
from exchange.federation.signing import LIFETIME
from exchange.federation.silence import place_of
from exchange.instants import to_us
from exchange.path.office import Office
from exchange.path.release import Refused, Released, release
from exchange.path.request import Actor, BasedOn, Request
from exchange.path.verdict import Because
from exchange.path.wording import next_step
from exchange.records.errors import AmbiguousPatient
from ledger import Entry, Recorded
from ledger.errors import CannotAppend
from ledger.proof import prove
from ledger.sealing import seal

log = logging.getLogger("hutong.federation")
# Room for the reasons, the receipt and the padding beside the Bundle.
MAX_BUNDLE_BYTES = MAX_ANSWER_BYTES - (1 << 20)


class _TooLarge(Exception):
    """The Bundle does not fit an answer."""


def respond(opened: Opened, office: Office) -> Answer:
    """The answer to a question that just came in. Raises Rejected where it is not taken at all."""
    question = _question_in(opened, office)
    try:
        _record_arrival(opened, question, office)
        return answer(question, opened.peer, office)
    except CannotAppend:
        # No log, no data; and a refusal that cannot be recorded is not given either.
        raise Rejected("cannot-record") from None


def answer(question: Question, peer: Card, office: Office) -> Answer:
    """Put the question to the one path, for the person `peer` vouches for. Raises CannotAppend."""
    try:
        request = _request(question, _actors(question, peer, office))
    except NotEntitled as no:
        return _turned_away(question, replace(TURNED_AWAY[no.code], person=no.person), office)
    organisation = request.actor.organisation
    bundles: list[bytes] = []

    def deliver(bundle: bytes) -> None:
        if len(bundle) > MAX_BUNDLE_BYTES:
            raise _TooLarge
        bundles.append(bundle)

    try:
        match release(request, office, deliver):
            case Released() as released:
                return _permit(question, released, bundles[0], office)
            case Refused() as refused:
                reasons = told_no(refused, request, office)
                return _refusal(question, reasons, refused.entry.id, office)
    except CannotAppend:
        raise
    except _TooLarge:
        return _turned_away(question, TURNED_AWAY["ANSWER_TOO_LARGE"], office, organisation.id)
    except Exception as error:  # noqa: BLE001 - whatever it was, the asker gets a refusal and the log no content
        log.error("a question could not be answered: %s", place_of(error))
        return _turned_away(question, TURNED_AWAY["HOLDER_CANNOT_ANSWER"], office, organisation.id)


def _question_in(opened: Opened, office: Office) -> Question:
    try:
        question = read_question(opened.plain)
    except NotAMessage:
        raise Rejected("not-a-question") from None
    # Who signed must be who asks, and we must be who is asked: nobody can pass a captured question on.
    if (question.asker, question.holder) != (opened.peer.id, office.desk.node):
        raise Rejected("not-for-us")
    now = office.clock()
    if not now - LIFETIME - SKEW <= question.asked_at <= now + SKEW:
        raise Rejected("wrong-time")
    return question


def _record_arrival(opened: Opened, question: Question, office: Office) -> None:
    """Write down who asked; the words under the patient's key, so that erasing the key erases them too."""
    patient = _key_of(question, office)
    words = seal(
        {"question": opened.plain.decode()},
        key=patient.key if patient else office.house_key,
        entropy=office.desk.entropy,
    )
    details = {
        "peer": opened.peer.id,
        "nonce": opened.nonce,
        "signature": dict(opened.signature),
        "patient": patient.pseudonym if patient else "",
        "words": b64encode(words.ciphertext).decode(),
    }
    try:
        arrived(opened, office, details, desk=office.desk)
    except CannotAppend:
        if question.emergency_reason is None:
            raise
        arrived(opened, office, details, desk=office.spool)


def _key_of(question: Question, office: Office) -> PatientKey | None:
    try:
        return office.vault.key_of(office.records.patient(question.patient))
    except (UnknownPatient, AmbiguousPatient):
        return None


def _actors(question: Question, peer: Card, office: Office) -> list[Actor]:
    """Everybody it is asked for, as `peer` vouches for them. Raises NotEntitled."""
    found = []
    for asker in (question.actor, *question.others):
        try:
            organisation = organisation_of(asker, peer, office.directory, office.desk.region)
        except NotEntitled as no:
            raise NotEntitled(no.code, asker.id if question.others else "") from None
        found.append(_actor(asker, peer, office, organisation))
    return found


def _actor(asker: Asker, peer: Card, office: Office, organisation: Organisation) -> Actor:
    actor = Actor(
        id=asker.id,
        name=asker.name,
        role=asker.role,
        organisation=organisation,
        groups=(),
        vouched_by=peer.id,
        on_behalf_of=asker.on_behalf_of,
        on_behalf_of_name=asker.on_behalf_of_name,
        on_behalf_of_role=asker.on_behalf_of_role,
        model=asker.model,
        model_version=asker.model_version,
    )
    # Only our own registry says who belongs to a group that a patient's consent may name.
    return replace(actor, groups=office.directory.groups_of(actor.reference, organisation.reference))


def _request(question: Question, actors: Sequence[Actor]) -> Request:
    case = question.based_on
    return Request(
        id=question.id,
        patient=question.patient,
        purpose=question.purpose,
        actor=actors[0],
        asked_at=question.asked_at,
        classes=question.classes,
        emergency_reason=question.emergency_reason,
        based_on=BasedOn(kind=case.kind, id=case.id) if case else None,
        digest=hashlib.sha256(encode(question)).hexdigest(),
        others=tuple(actors[1:]),
        authn_method=question.authn_method,
        zone=question.zone,
    )


def _permit(question: Question, released: Released, bundle: bytes, office: Office) -> Answer:
    # An intent in the spool has no place in the ledger yet that could be proved.
    receipt = _receipt_of(released.intent, office) if released.intent.index >= 0 else None
    return Answer(
        request=question.id,
        asker=question.asker,
        holder=question.holder,
        permit=True,
        code=told(released.verdict.code),
        reasons=reasons_of(told_yes(released.verdict.reasons)),
        next_step=None,
        bundle=msgspec.Raw(bundle),
        count=released.count,
        entry=receipt.id if receipt else released.intent.id,
        receipt=prove(office.log, receipt.id).decode() if receipt else "",
        salt=salt(office.desk.entropy),
    )


def _receipt_of(intent: Recorded, office: Office) -> Recorded:
    """An entry the other region may be shown: it points at the intent and says no more than the answer does.

    The intent itself would tell how much was kept back, by how many consents, and how much else is on record.
    """
    entry = replace(
        intent.entry,
        subtype="receipt",
        why=told(intent.entry.why),
        phase="",
        intent=intent.id,
        patient="",
        reason="",
        details="",
        consents=(),
        obligations=(),
        count=0,
    )
    return office.desk.write(entry, {"receipt of": intent.id}, key=office.house_key)


def _refusal(question: Question, reasons: tuple[Because, ...], entry: str, office: Office) -> Answer:
    en, zh = next_step(reasons[0].code)
    return Answer(
        request=question.id,
        asker=question.asker,
        holder=question.holder,
        permit=False,
        code=reasons[0].code,
        reasons=reasons_of(reasons),
        next_step=Step(en=en, zh=zh),
        bundle=NO_BUNDLE,
        count=0,
        entry=entry,
        receipt="",
        salt=salt(office.desk.entropy),
    )


def _turned_away(question: Question, reason: Because, office: Office, organisation: str = "") -> Answer:
    """Refuse, and record it, where the path was not walked to its end."""
    desk = office.desk
    entry = Entry(
        type="access",
        subtype="refuse",
        action="R",
        outcome="8",
        region=desk.region,
        node=desk.node,
        source="federation",
        actor=desk.actor_named(question.actor.id, node=question.asker),
        role=question.actor.role,
        # Empty where the peer does not speak for it: what it wrote there is not ours to put into a ledger.
        organisation=organisation,
        purpose=question.purpose,
        break_glass=question.emergency_reason is not None,
        decision="deny",
        why=reason.code,
        object_class=" ".join(question.classes),
        claimed_us=to_us(question.asked_at),
    )
    told = {"request": question.id, "peer": question.asker, "organisation": question.actor.organisation}
    recorded = desk.write(entry, told, key=office.house_key)
    return _refusal(question, (reason,), recorded.id, office)
