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
from exchange.path.at_a_glance import in_order
from exchange.path.handover import bundle_of
from exchange.path.judging import is_from_elsewhere, is_settled, judge
from exchange.path.making_safe import make_safe
from exchange.path.office import Office
from exchange.path.overtaken import Overtaken, not_overtaken
from exchange.path.panel import Heard, profile_of, refusal_of, refusals, together, told_once
from exchange.path.recording import Desk
from exchange.path.request import Request
from exchange.path.subject import Subject, subject_of
from exchange.path.verdict import Verdict
from exchange.path.wording import OVERTAKEN, because_consent
from exchange.records import ItemFacts
from exchange.records.errors import AmbiguousPatient
from ledger import Draft, Recorded
from ledger.errors import CannotAppend, LedgerError

Deliver = Callable[[bytes], None]
Items = Callable[[], Sequence[ItemFacts]]
# Somebody without consents, and without a key of their own.
NOBODY = PatientKey(pseudonym="", key=b"")
# So often a question is decided anew because of what was said meanwhile.
MOST_TIMES_DECIDED = 4


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
    patient = _patient_of(request, office)
    if patient is None:
        return _refuse(heard_of_nobody(request, office), office, None)

    def items() -> Sequence[ItemFacts]:
        found = office.records.facts_of(patient)
        return [one for one in found if not request.classes or one.class_ in request.classes]

    keys = office.vault.key_of(patient)
    subject = subject_of(office.records, patient, office.directory, office.own)
    for _ in range(MOST_TIMES_DECIDED):
        heard = _hear(request, office, subject=subject, keys=keys, items=items)
        if not all(one.is_permitted for one in heard):
            return _refuse(heard, office, keys)
        allowed = told_once(together(heard))
        with suppress(Overtaken):
            desk, intents = _record_intents(allowed, office, keys)
            break
    else:
        # Each time something new was said meanwhile: asked for long enough that would keep a thread busy for good.
        return _refuse([Heard(one.request, one.verdict.refused(OVERTAKEN)) for one in heard], office, keys)
    duties = profile_of([one.verdict.duties for one in allowed if one.verdict.duties])
    verdict = allowed[0].verdict
    try:
        safe = make_safe(
            office, patient=patient, refs=verdict.permitted, profile=duties.profile, only=duties.only
        )
        bundle, count = bundle_of(
            in_order(safe.resources) if request.is_emergency else safe.resources,
            request_id=request.id,
            at=office.clock(),
            valid_for=duties.valid_for,
        )
        deliver(bundle)
    except BaseException:
        _record_failure(desk, intents, keys)
        raise
    outcomes = [desk.finished(one, keys, {"report": safe.report}, count=safe.own) for one in intents]
    return Released(
        verdict=verdict, intent=intents[0], outcome=outcomes[0], count=count, others=tuple(intents[1:])
    )


def _patient_of(request: Request, office: Office) -> str | None:
    """The id of the patient; None where nobody knows them. Raises AmbiguousPatient."""
    try:
        return office.records.patient(request.patient)
    except UnknownPatient:
        return None
    except AmbiguousPatient:
        # Told apart from a patient nobody knows, it would tell another region that somebody here has this number.
        if is_from_elsewhere(request, office):
            return None
        raise


def _hear(
    request: Request, office: Office, *, subject: Subject, keys: PatientKey, items: Items
) -> tuple[Heard, ...]:
    """The verdict on each person it is asked for, with what they rest on looked up.

    Where another region's question is refused whatever there is, nothing is looked through: else the time it takes
    would tell how much there is.
    """
    asked = [weighed(one, office, subject=subject, keys=keys) for one in request.each()]

    def heard(seen: Sequence[ItemFacts]) -> tuple[Heard, ...]:
        return tuple(Heard(one, judge(one, office, subject=subject, keys=keys, items=seen)) for one in asked)

    if is_from_elsewhere(request, office):
        unseen = heard(())
        if any(is_settled(one.verdict) for one in unseen):
            return unseen
    return heard(items())


def _record_intents(
    allowed: Sequence[Heard], office: Office, keys: PatientKey
) -> tuple[Desk, list[Recorded]]:
    """All intents, durably, or none; and at which desk. Only an emergency may use the spool when the ledger cannot.

    Raises Overtaken: then none of them is written, and no code is used up.
    """
    drafts = [_intent(one, office, keys, uses_code=place == 0) for place, one in enumerate(allowed)]
    try:
        return office.desk, office.desk.pen.append_many(drafts)
    except CannotAppend:
        if not allowed[0].request.is_emergency:
            raise
        return office.spool, office.spool.pen.append_many(drafts)


def _intent(one: Heard, office: Office, keys: PatientKey, *, uses_code: bool) -> Draft:
    request, verdict = one.request, one.verdict
    first = [not_overtaken(keys, verdict.versions), *(code_used(request) if uses_code else ())]
    change = following(verdict.duties, *first) if verdict.duties else None
    return office.desk.intent(request, verdict, keys, change)


def _record_failure(desk: Desk, intents: Sequence[Recorded], keys: PatientKey) -> None:
    for intent in intents:
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


def heard_of_nobody(request: Request, office: Office) -> list[Heard]:
    """The refusals about a patient nobody knows: judged like one who never agreed, not to be told apart."""
    nobody = Subject(id=request.patient, custodian=office.own)
    heard = _hear(request, office, subject=nobody, keys=NOBODY, items=tuple)
    return [Heard(one.request, _not_found(one.verdict)) for one in heard]


def _not_found(judged: Verdict) -> Verdict:
    verdict = judged.refused(because_consent("NO_CONSENT")) if judged.permit else judged
    return replace(verdict, evidence={**verdict.evidence, "found": False})
