"""What is prescribed and done: prescriptions, operations, vaccinations, allergies."""

from datetime import date, timedelta

from exchange.sample.dice import Dice
from exchange.sample.elements import ATC, CVX, ICD_9_CM, concept, hl7, minutes, period, quantity, ref, stamp
from exchange.sample.encounters import Life, Visit
from exchange.sample.labels import NORMAL
from exchange.sample.tables import medicines


def prescribe(visit: Visit, name: str, *, pharmacy: str = "") -> str:
    """A prescription; `pharmacy` is the organisation outside the hospital that hands it over (处方流转)."""
    medicine = medicines()[name]
    what = concept(ATC, medicine.atc, medicine.zh) if medicine.atc else {"text": medicine.zh}
    supply = {
        "expectedSupplyDuration": quantity(medicine.days, "d"),
        **({"performer": ref(f"Organization/{pharmacy}")} if pharmacy else {}),
    }
    return visit.add(
        "MedicationRequest",
        {
            "status": "completed",
            "intent": "order",
            "medicationCodeableConcept": what,
            "authoredOn": stamp(visit.start + minutes(12)),
            "requester": ref(visit.doctor.reference),
            "reasonReference": [ref(visit.condition)],
            "dosageInstruction": [{"text": medicine.dose}],
            "dispenseRequest": supply,
        },
    )


def operate(visit: Visit, code: str, zh: str, *, after_minutes: int = 1500, lasting: int = 80) -> str:
    """An operation (ICD-9-CM), so many minutes after admission."""
    begun = visit.start + minutes(after_minutes)
    return visit.add(
        "Procedure",
        {
            "status": "completed",
            "code": concept(ICD_9_CM, code, zh),
            "performedPeriod": period(begun, begun + minutes(lasting)),
            "performer": [{"actor": ref(visit.doctor.reference)}],
            "reasonReference": [ref(visit.condition)],
        },
    )


# Age in months, CVX code and name: the national programme, shortened to one line a vaccine and dose.
_PROGRAMME = (
    (0, "08", "乙肝疫苗(第1剂)"),
    (0, "19", "卡介苗"),
    (1, "08", "乙肝疫苗(第2剂)"),
    (2, "10", "脊灰灭活疫苗(第1剂)"),
    (3, "20", "百白破疫苗(第1剂)"),
    (4, "20", "百白破疫苗(第2剂)"),
    (5, "20", "百白破疫苗(第3剂)"),
    (6, "08", "乙肝疫苗(第3剂)"),
    (8, "03", "麻腮风疫苗(第1剂)"),
    (8, "134", "乙脑疫苗(第1剂)"),
    (18, "83", "甲肝疫苗"),
    (18, "03", "麻腮风疫苗(第2剂)"),
    (24, "134", "乙脑疫苗(第2剂)"),
    (72, "20", "白破疫苗"),
)


def vaccinate(life: Life, dice: Dice) -> None:
    """A child's vaccinations as the programme has them; for a third of those over 60 influenza."""
    person, today = life.person, life.today
    nurse = life.staff.somebody(dice, person.region.organisation("community-centre"), "nurse")
    if life.age < 14:
        given = [
            (person.born + timedelta(days=round(months * 30.5) + dice.number(0, 9)), code, zh)
            for months, code, zh in _PROGRAMME
        ]
    elif life.age >= 60 and dice.chance(35):
        given = [
            (date(year, 10, dice.number(9, 30)), "88", "流感疫苗")
            for year in (today.year - 2, today.year - 1)
        ]
    else:
        given = []
    for day, code, zh in given:
        if person.born <= day <= today:
            life.chart.add(
                "Immunization",
                NORMAL,
                {
                    "status": "completed",
                    "vaccineCode": concept(CVX, code, zh),
                    "patient": ref(person.reference),
                    "occurrenceDateTime": day.isoformat(),
                    "primarySource": True,
                    "lotNumber": f"{day:%Y%m}{dice.number(100, 999)}",
                    "performer": [{"actor": ref(nurse.reference)}],
                },
            )


_ALLERGENS = (
    ("medication", "青霉素类", "皮疹"),
    ("medication", "头孢菌素类", "荨麻疹"),
    ("medication", "磺胺类", "药物热"),
    ("food", "虾蟹", "口唇肿胀"),
    ("food", "花生", "荨麻疹"),
    ("environment", "尘螨", "喷嚏、流涕"),
)


def allergies(life: Life, dice: Dice) -> None:
    """One person in eight is allergic to something."""
    if not dice.chance(12):
        return
    category, substance, reaction = dice.one(_ALLERGENS)
    person, today = life.person, life.today
    life.chart.add(
        "AllergyIntolerance",
        NORMAL,
        {
            "clinicalStatus": hl7("allergyintolerance-clinical", "active"),
            "verificationStatus": hl7("allergyintolerance-verification", "confirmed"),
            "type": "allergy",
            "category": [category],
            "criticality": "high" if category == "medication" else "low",
            "code": {"text": f"{substance}过敏"},
            "patient": ref(person.reference),
            "recordedDate": dice.day(max(person.born, today - timedelta(days=900)), today).isoformat(),
            "recorder": ref(life.staff.doctor(dice, person.home).reference),
            "reaction": [{"manifestation": [{"text": reaction}]}],
        },
    )
