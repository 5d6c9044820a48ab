"""The verdict on a request: what the patient agreed to, what the policy allows, whether we can keep its terms.

Nothing is written and nothing is released here, so the same judgement can be made again later.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from consent import PatientKey
from exchange.path.agreeing import Agreement, did_the_patient_agree
from exchange.path.duties import CannotFulfil, Duties, duties_from
from exchange.path.leaving import Permission, may_leave, policy_question
from exchange.path.office import Office
from exchange.path.request import Request
from exchange.path.subject import Subject
from exchange.path.verdict import Because, Verdict, Withheld
from exchange.path.wording import CODE_KEPT_BACK, EVIDENCE_DOES_NOT_HOLD, because_consent, because_duty
from exchange.records import ItemFacts

# Among the sealed evidence: [item, reason code] of what another region was not even told of.
KEPT_BACK = "kept_back"

# Refusals by consent that no item changes: any at all, and any where the patient has said nothing.
_WHATEVER_THERE_IS = frozenset(("DECEASED_CONSENT_LAPSED", "INCOMPLETE_REQUEST"))
_OF_THE_SILENT = frozenset(("NO_CONSENT", "BREAK_GLASS_NOT_AUTHORIZED", "BREAK_GLASS_REASON_REQUIRED"))


def judge(
    request: Request, office: Office, *, subject: Subject, keys: PatientKey, items: Sequence[ItemFacts]
) -> Verdict:
    """Permit or deny `request` for `items`. The first no decides; a permit may still withhold items.

    Another region is refused nothing because of what is in the record (docs/adr/0022): where none of the items may
    leave, it is answered as if there were none.
    """
    heard = _hear(request, office, subject=subject, keys=keys, items=items)
    verdict = heard.verdict()
    if verdict.permit or not items or not is_from_elsewhere(request, office):
        return verdict
    unseen = _hear(request, office, subject=subject, keys=keys, items=()).verdict()
    return _keeping_back(unseen, heard.reasons_for(items, verdict.code))


def is_from_elsewhere(request: Request, office: Office) -> bool:
    """Whether another region's node asks: what is not released to it must not be told to it either."""
    return request.actor.vouched_by != office.desk.node


def is_settled(verdict: Verdict) -> bool:
    """Whether a verdict with nothing seen would be a refusal for the same reason whatever was seen."""
    return verdict.code in _WHATEVER_THERE_IS or (verdict.versions == 0 and verdict.code in _OF_THE_SILENT)


def _keeping_back(verdict: Verdict, reasons: Mapping[str, str]) -> Verdict:
    """The verdict with nothing seen. Why each item stayed is sealed beside the case, which has no items."""
    kept = [Withheld(ref=ref, reason=reason) for ref, reason in reasons.items()]
    return replace(
        verdict,
        withheld=tuple(kept) if verdict.permit else (),
        evidence={**verdict.evidence, KEPT_BACK: [[one.ref, one.reason] for one in kept]},
    )


def _hear(
    request: Request, office: Office, *, subject: Subject, keys: PatientKey, items: Sequence[ItemFacts]
) -> "_Heard":
    now = office.clock()
    agreement = did_the_patient_agree(request, office, subject=subject, keys=keys, items=items, at=now)
    question = policy_question(
        request,
        agreement.custodian,
        consent=(agreement.decision, agreement.reason),
        action="disclose",
        cross_region=is_from_elsewhere(request, office),
        at=now.isoformat(timespec="seconds"),
    )
    agreed = [item for item in items if item.ref in agreement.permitted]
    return _Heard(request, office, agreement, may_leave(office.policy(), question, agreed), agreed)


def request_facts(request: Request, patient: str) -> dict[str, object]:
    """The request as it is kept, sealed, for whoever has to explain it. Its `id` is that of the decision."""
    actor, ground = request.actor, request.based_on
    return {
        "id": request.id,
        "digest": request.digest,
        "patient": patient,
        "purpose": request.purpose,
        "classes": list(request.classes),
        "asked_at": request.asked_at.isoformat(),
        "emergency_reason": request.emergency_reason,
        "based_on": ground and ground.as_kept(),
        "authn_method": request.authn_method,
        "zone": request.zone,
        "actor": {
            "id": actor.id,
            "name": actor.name,
            "role": actor.role,
            "organisation": actor.organisation.id,
            "vouched_by": actor.vouched_by,
            "on_behalf_of": actor.on_behalf_of,
            "on_behalf_of_name": actor.on_behalf_of_name,
            "on_behalf_of_role": actor.on_behalf_of_role,
            "model": actor.model,
            "model_version": actor.model_version,
        },
    }


@dataclass(frozen=True, slots=True)
class _Heard:
    """Both answers, ready to be made a verdict."""

    request: Request
    office: Office
    agreement: Agreement
    permission: Permission
    agreed: Sequence[ItemFacts]

    def verdict(self) -> Verdict:
        if self.agreement.decision != "permit":
            return self.no(because_consent(self.agreement.reason))
        if not self.permission.allow:
            return self.no(*self.permission.reasons)
        if self.request.rests_on_nothing:
            return self.no(EVIDENCE_DOES_NOT_HOLD)
        try:
            duties = duties_from(self.permission.obligations)
        except CannotFulfil as unkept:
            return self.no(because_duty(unkept.code))
        allowed = self.permission.allowed
        kept = {item.ref for item in self.agreed if not duties.let_go(item.class_, item.codes)}
        return self.no(CODE_KEPT_BACK) if allowed and kept.issuperset(allowed) else self.yes(duties, kept)

    def reasons_for(self, items: Sequence[ItemFacts], otherwise: str) -> Mapping[str, str]:
        """Why each of the items stays: the reason consent or policy gave for it, or `otherwise`."""
        own = {one.ref: one.reason for one in (*self.agreement.withheld, *self.permission.withheld)}
        return {item.ref: own.get(item.ref, otherwise) for item in items}

    def yes(self, duties: Duties, kept: Set[str]) -> Verdict:
        """The permit; `kept` are items whose codes the duties do not let go."""
        agreement, allowed = self.agreement, self.permission.allowed
        coded = [Withheld(ref=ref, reason=CODE_KEPT_BACK.code) for ref in allowed if ref in kept]
        return Verdict(
            permit=True,
            code=agreement.reason,
            reasons=(because_consent(agreement.reason),),
            permitted=tuple(ref for ref in allowed if ref not in kept),
            withheld=(*agreement.withheld, *self.permission.withheld, *coded),
            duties=duties,
            consents=agreement.commitments,
            versions=len(agreement.versions),
            policy_digest=self.office.policy().digest,
            evidence=self._evidence(because_consent(agreement.reason)),
        )

    def no(self, *reasons: Because) -> Verdict:
        return Verdict(
            permit=False,
            code=reasons[0].code,
            reasons=reasons,
            permitted=(),
            withheld=(),
            duties=None,
            consents=self.agreement.commitments,
            versions=len(self.agreement.versions),
            policy_digest=self.office.policy().digest,
            evidence=self._evidence(reasons[0]),
        )

    def _evidence(self, first: Because) -> dict[str, object]:
        asked = zip(self.permission.questions, self.permission.answers, strict=True)
        return {
            "request": request_facts(self.request, self.agreement.subject),
            "because": {"zh": first.zh, "en": first.en, "law": first.law},
            "consent": self.agreement.as_evidence(),
            "policy": [{"input": question, "output": answer} for question, answer in asked],
        }
