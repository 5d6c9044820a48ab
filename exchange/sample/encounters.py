"""A visit: when, where, to whom and why. Everything else that is written down that day hangs on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from exchange.directory import Person as Worker
from exchange.sample.chart import Chart
from exchange.sample.elements import ICD_10, concept, hl7, hl7_coding, period, ref, stamp
from exchange.sample.identity import INPATIENT
from exchange.sample.labels import Label, label_for
from exchange.sample.people import Person
from exchange.sample.staff import Staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One person whose record is being written in `chart`. `coverage` is the reference of their insurance."""

    chart: Chart
    person: Person
    staff: Staff
    coverage: str
    today: date

    @property
    def age(self) -> int:
        return self.person.age(self.today)

    def visit(
        self,
        what: tuple[str, str, str],
        *,
        kind: str,
        organisation: str,
        doctor: Worker,
        start: datetime,
        end: datetime,
        chronic: bool = False,
        condition: str = "",
    ) -> "Visit":
        """Write an encounter for `what`: ICD-10 code, its name, and what the person complains of.

        `kind` is ActCode AMB, IMP, EMER, FLD, HH or VR. `condition`: the reference of the diagnosis where it
        is in the chart already; otherwise it is written too.
        """
        code, zh, complaint = what
        visit = Visit(
            life=self,
            organisation=organisation,
            doctor=doctor,
            start=start,
            end=end,
            label=label_for(code),
            encounter=self.chart.new("Encounter"),
            condition=condition or self.chart.new("Condition"),
        )
        _meet(visit, kind, complaint)
        if not condition:
            _diagnose(visit, code, zh, chronic=chronic)
        return visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An encounter that is in the chart, with what the records written during it have in common."""

    life: Life
    organisation: str
    doctor: Worker
    start: datetime
    end: datetime
    label: Label
    encounter: str
    condition: str

    @property
    def chart(self) -> Chart:
        return self.life.chart

    @property
    def person(self) -> Person:
        return self.life.person

    @property
    def hospital(self) -> str:
        """The organisation's name."""
        return self.life.staff.name(self.organisation)

    def add(self, kind: str, elements: Mapping[str, Any]) -> str:
        """Write a resource whose subject is the person, under this encounter; returns its reference."""
        about = {"subject": ref(self.person.reference), "encounter": ref(self.encounter)}
        return self.chart.add(kind, self.label, {**elements, **about})


def _meet(visit: Visit, kind: str, complaint: str) -> None:
    number = visit.person.records.get(visit.organisation) if kind == "IMP" else None
    visit.chart.put(
        visit.encounter,
        visit.label,
        {
            "identifier": [{"system": INPATIENT, "value": number}] if number else None,
            "status": "finished",
            "class": hl7_coding("v3-ActCode", kind),
            "subject": ref(visit.person.reference),
            "participant": [{"individual": ref(visit.doctor.reference)}],
            "period": period(visit.start, visit.end),
            "reasonCode": [{"text": complaint}],
            "diagnosis": [{"condition": ref(visit.condition)}],
            "serviceProvider": ref(f"Organization/{visit.organisation}"),
        },
    )


def _diagnose(visit: Visit, code: str, zh: str, *, chronic: bool) -> None:
    visit.chart.put(
        visit.condition,
        visit.label,
        {
            "clinicalStatus": hl7("condition-clinical", "active" if chronic else "resolved"),
            "verificationStatus": hl7("condition-ver-status", "confirmed"),
            "category": [hl7("condition-category", "encounter-diagnosis")],
            "code": concept(ICD_10, code, zh),
            "subject": ref(visit.person.reference),
            "encounter": ref(visit.encounter),
            "onsetDateTime": visit.start.date().isoformat(),
            "recordedDate": stamp(visit.start),
            "recorder": ref(visit.doctor.reference),
        },
    )
