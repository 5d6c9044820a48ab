"""The one path a record leaves by, from the question to the outcome. Read it top to bottom.

    who is asking -> did the patient agree -> may it leave -> intent recorded, durably
    -> made safe -> handed over -> outcome recorded

Everything is refused by default, and a refusal is an answer with a reason that is recorded too.
If the ledger cannot write, nothing leaves; an emergency may use the spool instead (design, property 1).
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from consent import PatientKey
from exchange.aftermath import following
from exchange.errors import ExchangeError, UnknownPatient
from exchange.evidence.weighing import code_missed, code_used, weighed
from exchange.path.handover import bundle_of
from exchange.path.judging import judge
from exchange.path.making_safe import make_safe
from exchange.path.office import Office
from exchange.path.overtaken import Overtaken, not_overtaken
from exchange.path.panel import Heard, profile_of, refusal_of, refusals, together
from exchange.path.recording import Desk
from exchange.path.request import Request
from exchange.path.subject import Subject, subject_of
from exchange.path.verdict import Verdict
from exchange.path.wording import because_consent
from exchange.records import ItemFacts
from ledger import Recorded
from ledger.errors import CannotAppend, LedgerError

Deliver = Callable[[bytes], None]
# Somebody without consents, and without a key of their own.
NOBODY = PatientKey(pseudonym="", key=b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """The record left. `intent` and `outcome` are its ledger entries; `count` resources were handed over.

    `others` are the intents of those it was also asked for.
    """

    verdict: Verdict
    intent: Recorded
    outcome: Recorded
    count: int
    others: tuple[Recorded, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing left. The reasons are the verdict's; `entry` is where it is recorded."""

    verdict: Verdict
    entry: Recorded


def release(request: Request, office: Office, deliver: Deliver) -> Released | Refused:
    """Answer `request`; a permitted record goes through `deliver` exactly once, after the intent is durable."""
    try:
        patient = office.records.patient(request.patient)
    except UnknownPatient:
        return _refuse_unknown(request, office)
    items = [
        i for i in office.records.facts_of(patient) if not request.classes or i.class_ in request.classes
    ]
    keys = office.vault.key_of(patient)
    subject = subject_of(office.records, patient, office.directory, office.own)
    while True:
        heard = _hear(request, office, subject=subject, keys=keys, items=items)
        if not all(one.is_permitted for one in heard):
            return _refuse(heard, office, keys)
        allowed = together(heard)
        with suppress(Overtaken):
            written = _record_intents(allowed, office, keys)
            break
    duties = profile_of([one.verdict.duties for one in allowed if one.verdict.duties])
    verdict = allowed[0].verdict
    try:
        safe = make_safe(
            office, patient=patient, refs=verdict.permitted, profile=duties.profile, only=duties.only
        )
        bundle, count = bundle_of(
            safe.resources, request_id=request.id, at=office.clock(), valid_for=duties.valid_for
        )
        deliver(bundle)
    except BaseException:
        _record_failure(written, keys)
        raise
    outcomes = [
        desk.finished(intent, keys, {"report": safe.report}, count=safe.own) for desk, intent in written
    ]
    intents = tuple(intent for _, intent in written)
    return Released(verdict=verdict, intent=intents[0], outcome=outcomes[0], count=count, others=intents[1:])


def _hear(
    request: Request, office: Office, *, subject: Subject, keys: PatientKey, items: Sequence[ItemFacts]
) -> tuple[Heard, ...]:
    """The verdict on each person it is asked for, with what they rest on looked up."""
    asked = [weighed(one, office, subject=subject, keys=keys) for one in request.each()]
    return tuple(Heard(one, judge(one, office, subject=subject, keys=keys, items=items)) for one in asked)


def _record_intents(
    allowed: Sequence[Heard], office: Office, keys: PatientKey
) -> list[tuple[Desk, Recorded]]:
    """Every intent, each durable; where one cannot be written, those before it are told to have come to nothing."""
    written: list[tuple[Desk, Recorded]] = []
    try:
        for place, one in enumerate(allowed):
            written.append(_record_intent(one, office, keys, uses_code=place == 0))
    except BaseException:
        _record_failure(written, keys)
        raise
    return written


def _record_intent(one: Heard, office: Office, keys: PatientKey, *, uses_code: bool) -> tuple[Desk, Recorded]:
    """Write the intent, durably, and say at which desk. Only an emergency may use the spool when the ledger cannot."""
    request, verdict = one.request, one.verdict
    first = [not_overtaken(keys, verdict.versions), *(code_used(request) if uses_code else ())]
    change = following(verdict.duties, *first) if verdict.duties else None
    try:
        return office.desk, office.desk.started(request, verdict, keys, change)
    except CannotAppend:
        if not request.is_emergency:
            raise
        return office.spool, office.spool.started(request, verdict, keys, None)


def _record_failure(written: Sequence[tuple[Desk, Recorded]], keys: PatientKey) -> None:
    for desk, intent in written:
        # Where even this cannot be written, the intent stands without an outcome, and is told like that.
        with suppress(LedgerError, ExchangeError):
            desk.failed(intent, keys, "HANDOVER_FAILED")


def _refuse(heard: Sequence[Heard], office: Office, keys: PatientKey | None) -> Refused:
    """Record the refusal of each, and answer with the reasons of those who may not see it."""
    entries = [
        office.desk.refused(one.request, one.verdict, keys, office.house_key, code_missed(one.request))
        for one in refusals(heard)
    ]
    return Refused(verdict=refusal_of(heard), entry=entries[0])


def _refuse_unknown(request: Request, office: Office) -> Refused:
    """A patient nobody knows is judged like one who never agreed: the answer must not tell them apart."""
    nobody = Subject(id=request.patient, custodian=office.own)
    heard = _hear(request, office, subject=nobody, keys=NOBODY, items=())
    return _refuse([Heard(one.request, _not_found(one.verdict)) for one in heard], office, None)


def _not_found(judged: Verdict) -> Verdict:
    why = (because_consent("NO_CONSENT"),) if judged.permit else judged.reasons
    return replace(
        judged,
        permit=False,
        code=why[0].code,
        reasons=why,
        duties=None,
        evidence={**judged.evidence, "found": False},
    )
