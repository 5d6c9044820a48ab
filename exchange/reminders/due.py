"""Go through every patient who has a consent, and list what needs a person, soonest first.

Nobody else's records are opened: patients without a consent have nothing that could come due.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from consent import OnFile, PatientKey
from consent.document import Document
from consent.errors import BadCase
from consent.versions import in_force
from exchange.instants import from_us
from exchange.node.node import Node
from exchange.path.agreeing import all_known_at
from exchange.path.subject import subject_of
from exchange.reminders.kinds import KINDS, Kind
from exchange.reminders.marks import mark_of, marks
from exchange.reminders.occasions import Occasion, Plan, occasions
from exchange.reminders.standing import is_of_age, question_about

Progress = Callable[[int, int], None]
# Told, they are settled until their next day; the others stay on the list until somebody acts.
SETTLED_BY_TELLING = frozenset(("yearly", "own-say"))
# Patients whose keys and consents are read together: more at once is no faster (docs/adr/0023).
_AT_ONCE = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing about one consent. `told` is when it was told to whom it concerns, None where it was not.

    `to` are the references of those it is told to: the patient, or whoever signed for a child.
    """

    patient: str
    consent: str
    version: str
    occasion: Occasion
    to: tuple[str, ...]
    told: datetime | None
    keys: PatientKey = field(repr=False)
    commitment: str = field(repr=False)
    mark: str = field(repr=False)

    @property
    def kind(self) -> Kind:
        return KINDS[self.occasion.kind]

    @property
    def day(self) -> date | None:
        return self.occasion.day


def due(node: Node, *, within_days: int | None = None, progress: Progress | None = None) -> list[Due]:
    """Everything that needs a person within so many days (else the setting), what has no day first.

    Raises ConsentAltered, StoreAltered where the node's files were changed.
    """
    found = [
        one
        for one in everything(node, plan_of(node, within_days), progress)
        if one.told is None or one.occasion.kind not in SETTLED_BY_TELLING
    ]
    return sorted(found, key=lambda one: (one.day or date.min, one.patient, one.consent, one.occasion.kind))


def plan_of(node: Node, within_days: int | None = None) -> Plan:
    """The settings, or so many days ahead."""
    return Plan(
        within_days=node.settings["consent.remind_within_days"] if within_days is None else within_days,
        long_months=node.settings["consent.remind_long_months"],
        every_months=node.settings["consent.remind_every_months"],
    )


def everything(node: Node, plan: Plan, progress: Progress | None = None) -> Iterator[Due]:
    """The same, patient by patient, with what was told already."""
    told = marks(node.log)
    with node.log.reading() as db:
        patients = [str(row[0]) for row in db.execute("SELECT DISTINCT patient FROM consent_version")]
    for start in range(0, len(patients), _AT_ONCE):
        some = patients[start : start + _AT_ONCE]
        # Without a key it was erased: nobody can tell any more who it was.
        keys = [one for one in node.vault.keys_behind_each(some) if one is not None]
        found = node.consents.on_file_of_each(keys, node.office.consent_config.tz_hours)
        for one, on_file in zip(keys, found, strict=True):
            yield from _of_patient(node, plan, one, on_file, told)
        if progress:
            progress(start + len(some), len(patients))


def _of_patient(
    node: Node, plan: Plan, keys: PatientKey, on_file: OnFile, told: Mapping[str, int]
) -> Iterator[Due]:
    office, now = node.office, node.clock()
    config = office.consent_config
    if not any(one.status == "active" for one in on_file.documents):
        return
    reference = next(one.patient for one in on_file.documents)
    subject = subject_of(office.records, reference.removeprefix("Patient/"), office.directory, office.own)
    for document in in_force(on_file.documents, reference, all_known_at(on_file.known, now)):
        try:
            grown = is_of_age(question_about(subject, now.isoformat(), config), config)
            found = list(occasions(document, subject, config, plan, now))
        except BadCase:  # the birth date on record is none: no decision can be made either
            grown, found = True, [Occasion(kind="birth-date")]
        for one in found:
            to = _whom(document, one.kind, grown=grown)
            yield _due(document, subject.id, one, to, keys, on_file, told)


def _due(
    document: Document,
    patient: str,
    occasion: Occasion,
    to: tuple[str, ...],
    keys: PatientKey,
    on_file: OnFile,
    told: Mapping[str, int],
) -> Due:
    mark = mark_of(keys, document.id, occasion.name)
    return Due(
        patient=patient,
        consent=document.id,
        version=document.version,
        occasion=occasion,
        to=to,
        told=from_us(told[mark]) if mark in told else None,
        keys=keys,
        commitment=on_file.commitments[document.id],
        mark=mark,
    )


def _whom(document: Document, kind: str, *, grown: bool) -> tuple[str, ...]:
    """Whoever decides about it now: for a child whoever signed, for an adult the patient and who acts for them."""
    others = sorted(document.signers - {document.patient})
    if kind in ("guardian-lapsed", "refusal-stands") or not others:
        return (document.patient,)
    return (document.patient, *others) if grown or kind == "own-say" else tuple(others)
