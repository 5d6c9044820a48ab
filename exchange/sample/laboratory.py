"""What is measured: the laboratory's panels, and the signs taken at every visit."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from exchange.sample.dice import Dice
from exchange.sample.elements import LOINC, Resource, concept, hl7, minutes, quantity, ref, stamp
from exchange.sample.encounters import Visit
from exchange.sample.labels import label_for
from exchange.sample.tables import Range, Test, laboratory

_LABORATORY, _VITAL, _SURVEY = "laboratory", "vital-signs", "survey"


def panel(visit: Visit, name: str, dice: Dice, out: Mapping[str, Range], at: datetime | None = None) -> str:
    """Measure a panel; tests named in `out` come from that range. Returns the report's reference."""
    ordered = laboratory().panels[name]
    if ordered.private:
        visit = replace(visit, label=visit.label.joined(label_for(ordered.private)))
    taken = at or visit.start + minutes(dice.number(15, 90))
    results = [_result(visit, laboratory().tests[test], dice, out.get(test), taken) for test in ordered.tests]
    return visit.add(
        "DiagnosticReport",
        {
            "status": "final",
            "category": [hl7("v2-0074", "LAB")],
            "code": concept(LOINC, ordered.loinc, ordered.zh),
            "effectiveDateTime": stamp(taken),
            "issued": stamp(taken + minutes(dice.number(40, 600))),
            "performer": [ref(f"Organization/{visit.organisation}")],
            "result": [ref(result) for result in results],
        },
    )


def _result(visit: Visit, test: Test, dice: Dice, out: Range | None, taken: datetime) -> str:
    if test.words:
        first, last = (int(end) for end in out) if out else (0, 0)
        return observe(
            visit,
            _LABORATORY,
            test.loinc,
            test.zh,
            taken,
            {"valueString": test.words[dice.number(first, last)]},
        )
    value = dice.measure(*(out or (test.low, test.high)), test.decimals)
    low, high = quantity(test.low, test.unit), quantity(test.high, test.unit)
    flag = "L" if value < test.low else "H" if value > test.high else "N"
    measured = {
        "valueQuantity": quantity(value, test.unit),
        "interpretation": [hl7("v3-ObservationInterpretation", flag)],
        "referenceRange": [{"low": low, "high": high}],
    }
    return observe(visit, _LABORATORY, test.loinc, test.zh, taken, measured)


def signs(visit: Visit, dice: Dice, *, pressure: Range = (104, 138), fever: bool = False) -> None:
    """Pulse, blood pressure from seven years on, a fever; `pressure` is the range of the systolic."""
    taken = visit.start + minutes(dice.number(2, 12))
    pulse = dice.measure(64, 96) if not fever else dice.measure(84, 118)
    vital(visit, "8867-4", "心率", pulse, "/min", taken)
    if fever:
        vital(visit, "8310-5", "体温", dice.measure(37.8, 39.6, 1), "Cel", taken)
    if visit.person.age(visit.start.date()) >= 7:
        blood_pressure(visit, dice, pressure, taken)


def blood_pressure(visit: Visit, dice: Dice, systolic: Range, taken: datetime) -> str:
    """One measurement of blood pressure, as FHIR wants it: a panel with two components."""
    upper = int(dice.measure(*systolic))
    parts = (("8480-6", "收缩压", upper), ("8462-4", "舒张压", int(upper * 0.5 + dice.measure(8, 24))))
    components = [
        {"code": concept(LOINC, loinc, zh), "valueQuantity": quantity(value, "mm[Hg]")}
        for loinc, zh, value in parts
    ]
    return observe(visit, _VITAL, "85354-9", "血压", taken, {"component": components})


def vital(visit: Visit, loinc: str, zh: str, value: float, unit: str, taken: datetime) -> str:
    """One vital sign."""
    return observe(visit, _VITAL, loinc, zh, taken, {"valueQuantity": quantity(value, unit)})


def score(visit: Visit, loinc: str, zh: str, value: int, taken: datetime) -> str:
    """The total of a questionnaire or a scale."""
    return observe(visit, _SURVEY, loinc, zh, taken, {"valueQuantity": quantity(value, "{score}")})


def observe(
    visit: Visit, category: str, loinc: str, zh: str, taken: datetime, value: Mapping[str, Any]
) -> str:
    """One observation, final, by the doctor of the visit."""
    elements: Resource = {
        "status": "final",
        "category": [hl7("observation-category", category)],
        "code": concept(LOINC, loinc, zh),
        "effectiveDateTime": stamp(taken),
        "performer": [ref(visit.doctor.reference)],
        **value,
    }
    return visit.add("Observation", elements)
