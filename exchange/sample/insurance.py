"""Who pays: the insurance somebody has, and the bill of a visit."""

from datetime import date

from exchange.sample.chart import Chart
from exchange.sample.dice import Dice
from exchange.sample.elements import hl7, minutes, money, period, ref, stamp
from exchange.sample.encounters import Visit
from exchange.sample.labels import NORMAL
from exchange.sample.people import Person

_SCHEMES = ("城镇职工基本医疗保险", "城乡居民基本医疗保险", "商业补充医疗保险")
_ADJUDICATED = ("submitted", "benefit")


def insure(chart: Chart, person: Person, dice: Dice, today: date) -> str:
    """The person's insurance: by the employer for those of working age, mostly. Returns the Coverage."""
    employed = 22 <= person.age(today) < 62 and dice.chance(75)
    first = date(today.year, 1, 1)
    scheme = _SCHEMES[0] if employed else _SCHEMES[2] if dice.chance(6) else _SCHEMES[1]
    return chart.add(
        "Coverage",
        NORMAL,
        {
            "status": "active",
            "type": {"text": scheme},
            "subscriberId": person.card or person.archive,
            "beneficiary": ref(person.reference),
            "relationship": hl7("subscriber-relationship", "self"),
            "period": {"start": max(first, person.born).isoformat(), "end": f"{today.year}-12-31"},
            "payor": [ref(f"Organization/{person.region.organisation('insurer')}")],
        },
    )


def bill(visit: Visit, dice: Dice) -> str:
    """What the visit cost and who bears it: settled, or (in the last three weeks) only claimed."""
    stay = (visit.end - visit.start).days
    total = dice.number(8_000, 60_000) / 100 + stay * dice.number(60_000, 180_000) / 100
    covered = total * dice.number(45, 85) / 100
    settled = (visit.life.today - visit.end.date()).days > 21
    kind = "institutional" if stay else "professional"
    elements = {
        "status": "active",
        "type": hl7("claim-type", kind),
        "use": "claim",
        "patient": ref(visit.person.reference),
        "billablePeriod": period(visit.start, visit.end),
        "created": stamp(visit.end + minutes(25)),
        "provider": ref(f"Organization/{visit.organisation}"),
    }
    insurer = ref(f"Organization/{visit.person.region.organisation('insurer')}")
    item = {
        "sequence": 1,
        "productOrService": {"text": "住院费用" if stay else "门诊费用"},
        "encounter": [ref(visit.encounter)],
        "net": money(total),
    }
    if not settled:
        claimed = {
            **elements,
            "priority": hl7("processpriority", "normal"),
            "insurance": [{"sequence": 1, "focal": True, "coverage": ref(visit.life.coverage)}],
            "item": [item],
            "total": money(total),
        }
        return visit.chart.add("Claim", visit.label, claimed)
    totals = [
        {"category": hl7("adjudication", name), "amount": money(amount)}
        for name, amount in zip(_ADJUDICATED, (total, covered), strict=True)
    ]
    paid = {
        **elements,
        "insurer": insurer,
        "outcome": "complete",
        "insurance": [{"focal": True, "coverage": ref(visit.life.coverage)}],
        "item": [item],
        "total": totals,
        "payment": {"date": visit.end.date().isoformat(), "amount": money(covered)},
    }
    return visit.chart.add("ExplanationOfBenefit", visit.label, paid)
