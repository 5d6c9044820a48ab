"""The one path a record leaves by, from the question to the outcome. Read it top to bottom.

    who is asking -> did the patient agree -> may it leave -> intent recorded, durably
    -> made safe -> handed over -> outcome recorded

Everything is refused by default, and a refusal is an answer with a reason that is recorded too.
If the ledger cannot write, nothing leaves; an emergency may use the spool instead (design, property 1).
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from consent import PatientKey
from exchange.aftermath import following
from exchange.errors import ExchangeError, UnknownPatient
from exchange.path.duties import Duties
from exchange.path.handover import bundle_of
from exchange.path.judging import judge
from exchange.path.making_safe import make_safe
from exchange.path.office import Office
from exchange.path.overtaken import Overtaken, not_overtaken
from exchange.path.recording import Desk
from exchange.path.request import Request
from exchange.path.subject import Subject, subject_of
from exchange.path.verdict import Verdict
from exchange.path.wording import because_consent
from ledger import Recorded
from ledger.errors import CannotAppend, LedgerError

Deliver = Callable[[bytes], None]
# Somebody without consents, and without a key of their own.
NOBODY = PatientKey(pseudonym="", key=b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """The record left. `intent` and `outcome` are its ledger entries; `count` resources were handed over."""

    verdict: Verdict
    intent: Recorded
    outcome: Recorded
    count: int


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
        verdict = judge(request, office, subject=subject, keys=keys, items=items)
        if not verdict.permit or verdict.duties is None:
            entry = office.desk.refused(request, verdict, keys, office.house_key)
            return Refused(verdict=verdict, entry=entry)
        with suppress(Overtaken):
            desk, intent = _record_intent(request, office, verdict, verdict.duties, keys)
            break
    try:
        safe = make_safe(office, patient=patient, refs=verdict.permitted, profile=verdict.duties.profile)
        bundle, count = bundle_of(
            safe.resources, request_id=request.id, at=office.clock(), valid_for=verdict.duties.valid_for
        )
        deliver(bundle)
    except BaseException:
        # Where even this cannot be written, the intent stands without an outcome, and is told like that.
        with suppress(LedgerError, ExchangeError):
            desk.failed(intent, keys, "HANDOVER_FAILED")
        raise
    outcome = desk.finished(intent, keys, {"report": safe.report}, count=safe.own)
    return Released(verdict=verdict, intent=intent, outcome=outcome, count=count)


def _record_intent(
    request: Request, office: Office, verdict: Verdict, duties: Duties, keys: PatientKey
) -> tuple[Desk, Recorded]:
    """Write the intent, durably, and say at which desk. Only an emergency may use the spool when the ledger cannot."""
    change = following(duties, not_overtaken(keys, verdict.versions))
    try:
        return office.desk, office.desk.started(request, verdict, keys, change)
    except CannotAppend:
        if not request.is_emergency:
            raise
        return office.spool, office.spool.started(request, verdict, keys, None)


def _refuse_unknown(request: Request, office: Office) -> Refused:
    """A patient nobody knows is judged like one who never agreed: the answer must not tell them apart."""
    nobody = Subject(id=request.patient, custodian=office.own)
    judged = judge(request, office, subject=nobody, keys=NOBODY, items=())
    why = (because_consent("NO_CONSENT"),) if judged.permit else judged.reasons
    verdict = replace(
        judged,
        permit=False,
        code=why[0].code,
        reasons=why,
        duties=None,
        evidence={**judged.evidence, "found": False},
    )
    return Refused(verdict=verdict, entry=office.desk.refused(request, verdict, None, office.house_key))
