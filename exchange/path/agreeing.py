"""Did the patient agree? Puts the request to the consent room and keeps what it answered.

Nothing is decided here: the case is built (docs/reference/consent-case.md says its shape), the registry gives
every version of the patient's consents, and `consent.decide` answers for each item.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from consent import Answer, PatientKey, decide_on_file, role_group
from consent.document import Document
from exchange.directory import Organisation
from exchange.instants import CHINA
from exchange.path.calling import names_of
from exchange.path.legal_duty import legal_basis, under_orders
from exchange.path.office import Office
from exchange.path.request import Actor, Request
from exchange.path.subject import Subject
from exchange.path.verdict import Withheld
from exchange.records import ItemFacts

# Who may declare an emergency, given that their organisation has an emergency service.
MAY_DECLARE = frozenset(("physician", "emergency-physician", "nurse"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The consent room's answer about this request, and the question it was asked.

    `redacted` is what it kept back; `withheld` besides what it gave only by one of the names the asker may go by.
    """

    decision: str
    reason: str
    permitted: frozenset[str]
    withheld: tuple[Withheld, ...]
    redacted: tuple[Withheld, ...]
    subject: str
    custodian: Organisation
    basis: tuple[str, ...]
    rule: str
    commitments: tuple[str, ...]
    question: Mapping[str, object]
    config: Mapping[str, object]
    versions: tuple[tuple[str, int], ...]

    def as_evidence(self) -> dict[str, object]:
        """What is needed to decide this again, bit for bit: the case, the settings, the consent versions it saw."""
        return {
            "case": dict(self.question),
            "config": dict(self.config),
            "versions": [list(one) for one in self.versions],
            "decision": self.decision,
            "reason": self.reason,
            "basis": list(self.basis),
            "rule": self.rule,
            "withheld": [[one.ref, one.reason] for one in self.redacted],
        }


def did_the_patient_agree(
    request: Request,
    office: Office,
    *,
    subject: Subject,
    keys: PatientKey,
    items: Sequence[ItemFacts],
    at: datetime,
) -> Agreement:
    """Ask for every item; with no item at all the request is judged as a whole. Nothing is written."""
    config = under_orders(office.consent_config, request)
    on_file = office.consents.on_file(keys, config.tz_hours)
    known_at = all_known_at(on_file.known, at)
    basis = legal_basis(config, request)
    readings = []
    for name in _names(request.actor, office, on_file.documents):
        case = case_of(request, subject, items=items, at=at, known_at=known_at, asker=name) | basis
        readings.append((decide_on_file(on_file.documents, case, config), case))
    answer, question = min(readings, key=_how_much)
    permitted = frozenset.intersection(*(frozenset(one.permitted) for one, _ in readings))
    redacted = tuple(Withheld(ref=one.ref, reason=one.reason) for one in answer.redacted)
    unsure = (Withheld(ref=ref, reason="NOT_COVERED") for ref in answer.permitted if ref not in permitted)
    return Agreement(
        decision=answer.decision,
        reason=answer.reason,
        permitted=permitted,
        withheld=(*redacted, *unsure),
        redacted=redacted,
        subject=subject.id,
        custodian=subject.custodian,
        basis=answer.basis,
        rule=answer.rule,
        commitments=_commitments(on_file.commitments, answer.basis),
        question=question,
        config=config.as_dict(),
        versions=on_file.versions,
    )


def _names(actor: Actor, office: Office, documents: Sequence[Document]) -> tuple[str, ...]:
    """What consents may mean whoever asks by: one name, as a rule.

    Who permits `Practitioner/7` does not mean another region's person of that id. Who refuses them may: where a rule
    that refuses says their other name itself, it is decided by both: the answer that permits less counts, and of that
    what both permit.
    """
    name, *others = names_of(actor, node=office.desk.node, directory=office.directory)
    return (*(other for other in others if any(_refuses(other, one) for one in documents)), name)


def _refuses(reference: str, document: Document) -> bool:
    rules = document.root.walk() if document.root else ()
    return any(
        one.reference == reference for rule in rules if not rule.permits for one in rule.own.recipients or ()
    )


def _how_much(reading: tuple[Answer, object]) -> tuple[bool, int]:
    answer, _ = reading
    return answer.decision == "permit", len(answer.permitted)


def all_known_at(newest: datetime | None, at: datetime) -> datetime:
    """The instant by which everything up to the `newest` entry about consents was known, `at` or later.

    The ledger's time never goes back. If the clock does, what was revoked an hour "from now" is revoked.
    """
    return max(at, newest) if newest else at


def case_of(
    request: Request,
    subject: Subject,
    *,
    items: Sequence[ItemFacts],
    at: datetime,
    known_at: datetime,
    asker: str = "",
) -> dict[str, object]:
    """The `request` of a consent case (the format is in docs/reference/consent-case.md), with both clocks.

    `asker` is the reference whoever asks goes by here; "" where that is the one at their own node.
    """
    who = request.actor
    own_staff = who.organisation.id == subject.custodian.id
    case: dict[str, object] = {
        "patient": subject.as_case(),
        "at": at.astimezone(CHINA).isoformat(timespec="seconds"),
        "knownAt": known_at.astimezone(CHINA).isoformat(timespec="microseconds"),
        "actor": _actor(who, asker or who.reference),
        "custodian": subject.custodian.reference,
        "purpose": request.purpose,
        "action": "access" if own_staff else "disclose",
    }
    if items:
        case["items"] = [item.as_item() for item in items]
    if request.is_emergency:
        case["emergency"] = {
            "declared": True,
            "authorizedToDeclare": who.organisation.emergency and who.role in MAY_DECLARE,
            "reason": request.emergency_reason or "",
        }
    if request.research is not None:
        case["research"] = request.research.as_case()
    return case


def _commitments(newest: Mapping[str, str], basis: Sequence[str]) -> tuple[str, ...]:
    """Commitments to the newest version of each consent the answer rests on; of all of them when it names none."""
    return tuple(sorted(text for name, text in newest.items() if not basis or name in basis))


def _actor(asker: Actor, reference: str) -> dict[str, object]:
    actor: dict[str, object] = {
        "reference": reference,
        "organization": asker.organisation.reference,
        "memberOf": [*asker.groups, role_group(asker.role)],
        "region": asker.organisation.region,
        "country": "CN",
    }
    return actor | ({"relationship": "next-of-kin"} if asker.role == "next-of-kin" else {})
