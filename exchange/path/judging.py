"""The verdict on a request: what the patient agreed to, what the policy allows, whether we can keep its terms.

Nothing is written and nothing is released here, so the same judgement can be made again later.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from consent import PatientKey
from exchange.path.agreeing import Agreement, did_the_patient_agree
from exchange.path.duties import CannotFulfil, Duties, duties_from
from exchange.path.leaving import Permission, may_leave, policy_question
from exchange.path.office import Office
from exchange.path.request import Request
from exchange.path.subject import Subject
from exchange.path.verdict import Because, Verdict
from exchange.path.wording import EVIDENCE_DOES_NOT_HOLD, because_consent, because_duty
from exchange.records import ItemFacts


def judge(
    request: Request, office: Office, *, subject: Subject, keys: PatientKey, items: Sequence[ItemFacts]
) -> Verdict:
    """Permit or deny `request` for `items`. The first no decides; a permit may still withhold items."""
    now = office.clock()
    agreement = did_the_patient_agree(request, office, subject=subject, keys=keys, items=items, at=now)
    question = policy_question(
        request,
        agreement.custodian,
        consent=(agreement.decision, agreement.reason),
        action="disclose",
        cross_region=request.actor.vouched_by != office.desk.node,
        at=now.isoformat(timespec="seconds"),
    )
    agreed = [item for item in items if item.ref in agreement.permitted]
    heard = _Heard(request, office, agreement, may_leave(office.policy(), question, agreed))
    if agreement.decision != "permit":
        return heard.no(because_consent(agreement.reason))
    if not heard.permission.allow:
        return heard.no(*heard.permission.reasons)
    if request.rests_on_nothing:
        return heard.no(EVIDENCE_DOES_NOT_HOLD)
    try:
        return heard.yes(duties_from(heard.permission.obligations))
    except CannotFulfil as unkept:
        return heard.no(because_duty(unkept.code))


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
        "based_on": ground and {"kind": ground.kind, "id": ground.id, "open": ground.open},
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

    def yes(self, duties: Duties) -> Verdict:
        agreement = self.agreement
        return Verdict(
            permit=True,
            code=agreement.reason,
            reasons=(because_consent(agreement.reason),),
            permitted=self.permission.allowed,
            withheld=(*agreement.withheld, *self.permission.withheld),
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
