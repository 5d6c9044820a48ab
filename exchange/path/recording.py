"""The ledger entries of the path: what was asked, what was decided, what left.

An entry holds pseudonyms, codes and commitments. Names, references and the whole question go into its
details, sealed under the patient's key, so that the decision can be explained and replayed later by
whoever holds that key, and by nobody after erasure.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from consent import PatientKey
from exchange.instants import to_us
from exchange.path.request import Request
from exchange.path.verdict import Verdict
from ledger import Change, Draft, Entry, Recorded
from ledger.sealing import Entropy, commit, pseudonym, seal

# A first byte no UTF-8 text begins with: the salt can never come out as a pseudonym made with the same key.
_REASON_LABEL = b"\xffreason 1:"


def reason_commitment(reason: str, *, request_id: str, key: bytes) -> str:
    """What an entry says of the reason for breaking the glass.

    Whoever holds the key the entry's details are sealed under can make it again, and nobody after erasure.
    """
    salt = hmac.digest(key, _REASON_LABEL + request_id.encode(), hashlib.sha256)
    return commit(reason, salt=salt)


class Pen(Protocol):
    """Where entries are written: the ledger, or in an emergency the spool. Durable when `append` returns."""

    def append(self, entry: Entry, *, sealed: bytes = b"", change: Change | None = None) -> Recorded: ...

    def append_many(self, drafts: Sequence[Draft]) -> list[Recorded]:
        """All of `drafts`, one after the other, or none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every entry of this node has in common, and the pen."""

    pen: Pen
    region: str
    node: str
    actor_key: bytes
    entropy: Entropy

    def with_pen(self, pen: Pen) -> "Desk":
        """The same desk, writing somewhere else."""
        return replace(self, pen=pen)

    def actor(self, request: Request) -> str:
        """The keyed pseudonym of the person who asks."""
        return self.actor_named(request.actor.id, node=request.actor.vouched_by)

    def actor_named(self, person: str, *, node: str = "") -> str:
        """The pseudonym of a person by the id `node` knows them by; this node where none is named."""
        return pseudonym(self.actor_key, f"{node or self.node}/{person}")

    def write(
        self,
        entry: Entry,
        details: Mapping[str, object],
        *,
        key: bytes,
        change: Change | None = None,
    ) -> Recorded:
        """Seal `details` under `key` and append, durably, with `change` in the same transaction."""
        draft = self.draft(entry, details, key=key, change=change)
        return self.pen.append(draft.entry, sealed=draft.sealed, change=draft.change)

    def draft(
        self,
        entry: Entry,
        details: Mapping[str, object],
        *,
        key: bytes,
        change: Change | None = None,
    ) -> Draft:
        """The same, for whoever appends several entries together."""
        sealed = seal(details, key=key, entropy=self.entropy)
        return Draft(entry=replace(entry, details=sealed.commitment), sealed=sealed.ciphertext, change=change)

    def started(
        self, request: Request, verdict: Verdict, patient: PatientKey, change: Change | None
    ) -> Recorded:
        """Before anything is released: who will get what, and why it is allowed."""
        return self.pen.append_many([self.intent(request, verdict, patient, change)])[0]

    def intent(self, request: Request, verdict: Verdict, patient: PatientKey, change: Change | None) -> Draft:
        """The same, for whoever writes the intents of several people together."""
        entry = replace(
            self._base(request, patient.pseudonym, patient.key),
            subtype="disclose",
            outcome="0",
            decision="permit",
            why=verdict.code,
            policy=verdict.policy_digest,
            obligations=verdict.duties.codes if verdict.duties else (),
            consents=verdict.consents,
            count=len(verdict.permitted),
            phase="intent",
        )
        if (ground := request.based_on) and ground.kind == "code" and ground.open:
            entry = replace(entry, reason=ground.id)
        return self.draft(entry, verdict.evidence, key=patient.key, change=change)

    def finished(
        self, intent: Recorded, patient: PatientKey, told: Mapping[str, object], *, count: int
    ) -> Recorded:
        """After the hand-over: what left."""
        entry = replace(intent.entry, phase="outcome", intent=intent.id, count=count, details="")
        return self.write(entry, told, key=patient.key)

    def failed(self, intent: Recorded, patient: PatientKey, why: str) -> Recorded:
        """The hand-over did not happen after all."""
        entry = replace(
            intent.entry, phase="outcome", intent=intent.id, count=0, outcome="8", why=why, details=""
        )
        return self.write(entry, {"failed": why}, key=patient.key)

    def refused(
        self,
        request: Request,
        verdict: Verdict,
        patient: PatientKey | None,
        house_key: bytes,
        change: Change | None = None,
    ) -> Recorded:
        """A refusal is an answer and is recorded like one."""
        key = patient.key if patient else house_key
        entry = replace(
            self._base(request, patient.pseudonym if patient else "", key),
            subtype="refuse",
            outcome="8",
            decision="deny",
            why=verdict.code,
            policy=verdict.policy_digest,
            consents=verdict.consents,
        )
        if (ground := request.based_on) and ground.door and request.rests_on_nothing:
            # A wrong code: where it is counted, so that the count can be made again.
            entry = replace(entry, reason=ground.door)
        return self.write(entry, verdict.evidence, key=key, change=change)

    def asking(self, request: Request, patient: PatientKey, holder: str) -> Recorded:
        """On the asking side: this question is about to be sent to `holder`."""
        entry = replace(
            self._base(request, patient.pseudonym, patient.key),
            subtype="request",
            outcome="0",
            phase="intent",
        )
        told = {"asked": request.patient, "holder": holder, "request": request.id}
        said = {"authn_method": request.authn_method, "zone": request.zone}
        return self.write(entry, told | {name: text for name, text in said.items() if text}, key=patient.key)

    def answered(
        self,
        asked: Recorded,
        patient: PatientKey,
        *,
        permitted: bool,
        why: str,
        count: int,
        told: Mapping[str, object],
    ) -> Recorded:
        """On the asking side: what came back."""
        entry = replace(
            asked.entry,
            subtype="receive" if permitted else "refuse",
            action="C" if permitted else "R",
            outcome="0" if permitted else "8",
            decision="permit" if permitted else "deny",
            why=why,
            count=count,
            phase="outcome",
            intent=asked.id,
            details="",
        )
        return self.write(entry, told, key=patient.key)

    def _base(self, request: Request, patient: str, key: bytes) -> Entry:
        asker, reason = request.actor, ""
        if request.emergency_reason:
            reason = reason_commitment(request.emergency_reason, request_id=request.id, key=key)
        behind = asker.on_behalf_of and self.actor_named(asker.on_behalf_of, node=asker.vouched_by)
        return Entry(
            type="access",
            subtype="request",
            action="R",
            outcome="0",
            region=self.region,
            node=self.node,
            source="exchange",
            actor=self.actor(request),
            role=asker.role,
            organisation=asker.organisation.id,
            on_behalf_of=behind,
            purpose=request.purpose,
            break_glass=request.is_emergency,
            reason=reason,
            patient=patient,
            object_class=" ".join(request.classes),
            claimed_us=to_us(request.asked_at),
        )
