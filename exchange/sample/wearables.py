"""What a wristband saw: pulse, steps and sleep, day by day, written by nobody but the device."""

from datetime import timedelta

from exchange.sample.dice import Dice
from exchange.sample.elements import LOINC, at, concept, hl7, quantity, ref, stamp
from exchange.sample.encounters import Life
from exchange.sample.labels import NORMAL

DAYS = 10
_WEARERS_PERCENT = 12
_MODELS = ("手环 A2", "智能手表 S1", "健康手表 H3")


def wear(life: Life, dice: Dice) -> None:
    """Ten days of one adult in eight."""
    if life.age < 18 or not dice.chance(_WEARERS_PERCENT):
        return
    device = life.chart.add(
        "Device",
        NORMAL,
        {
            "status": "active",
            "serialNumber": f"SN{dice.number(10**9, 10**10 - 1)}",
            "deviceName": [{"name": dice.one(_MODELS), "type": "user-friendly-name"}],
            "type": {"text": "可穿戴设备"},
            "patient": ref(life.person.reference),
        },
    )
    for back in range(DAYS, 0, -1):
        morning = at(life.today - timedelta(days=back), dice, 7, 8)
        evening = morning + timedelta(hours=13)
        seen = (
            ("8867-4", "静息心率", "vital-signs", dice.measure(52, 84), "/min", morning),
            ("93832-4", "睡眠时长", "activity", dice.measure(4.5, 9, 1), "h", morning),
            ("41950-7", "24小时步数", "activity", dice.measure(900, 15_000), "/d", evening),
        )
        for loinc, zh, category, value, unit, taken in seen:
            life.chart.add(
                "Observation",
                NORMAL,
                {
                    "status": "final",
                    "category": [hl7("observation-category", category)],
                    "code": concept(LOINC, loinc, zh),
                    "subject": ref(life.person.reference),
                    "effectiveDateTime": stamp(taken),
                    "performer": [ref(life.person.reference)],
                    "valueQuantity": quantity(value, unit),
                    "device": ref(device),
                },
            )
