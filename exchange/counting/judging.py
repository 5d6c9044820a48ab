"""Which records of a house may be counted: each patient is asked for by consent, each kind of record by the policy."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import orjson

from exchange.counting.question import Question
from exchange.node.node import Node
from exchange.path.agreeing import did_the_patient_agree
from exchange.path.leaving import may_leave
from exchange.path.release import NOBODY
from exchange.path.subject import Subject, subject_of
from exchange.records import ItemFacts
from policies import Obligation


@dataclass(frozen=True, slots=True)
class Permitted:
    """A patient of the house, and the records about them that may be counted; none where they may not be."""

    patient: str
    items: tuple[ItemFacts, ...]


@dataclass(slots=True)
class Judgement:
    """Judges one patient after the other and keeps what the permits ask for, and a digest of all it decided."""

    node: Node
    question: Question
    obligations: set[Obligation] = field(default_factory=set)
    _decided: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def of(self, patients: Iterable[str]) -> Iterator[Permitted]:
        """Those whose record the house keeps, of the patients with these ids."""
        office = self.node.office
        for patient in patients:
            subject = subject_of(office.records, patient, office.directory, office.own)
            if subject.custodian.id == self.question.custodian.id:
                yield self._judged(subject)

    @property
    def digest(self) -> str:
        """SHA-256 over patient, consent versions, reason and permitted records, in the order they were judged."""
        return self._decided.hexdigest()

    def _judged(self, subject: Subject) -> Permitted:
        office, request = self.node.office, self.question.request
        keys = office.vault.known(subject.id) or NOBODY
        items = office.records.facts_of(subject.id)
        agreement = did_the_patient_agree(
            request,
            office,
            subject=subject,
            keys=keys,
            items=items,
            at=request.asked_at,
        )
        agreed = [item for item in items if item.ref in agreement.permitted]
        allowed: frozenset[str] = frozenset()
        if agreed:
            question = self.question.as_input((agreement.decision, agreement.reason))
            permission = may_leave(self.question.rules, question, agreed)
            allowed = frozenset(permission.allowed)
            self.obligations |= set(permission.obligations)
        told = [subject.id, agreement.versions, agreement.reason, sorted(allowed)]
        self._decided.update(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))
        return Permitted(subject.id, tuple(item for item in agreed if item.ref in allowed))
