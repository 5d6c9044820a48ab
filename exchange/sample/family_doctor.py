"""The family doctor's team: the contract, the visits at home, the follow-up the health authority asks for."""

from collections.abc import Sequence
from datetime import timedelta

from exchange.sample.dice import Dice
from exchange.sample.elements import at, hl7, minutes, ref
from exchange.sample.encounters import Life
from exchange.sample.labels import NORMAL
from exchange.sample.laboratory import blood_pressure, observe, vital
from exchange.sample.tables import Chronic

# What national public-health work follows up: high blood pressure and diabetes.
_FOLLOWED_UP = ("I10", "E11.9")
_QUARTERS = (4, 2, 1)  # ago; one is always missed
_LIVING = (
    ("72166-2", "吸烟状况", ("从不吸烟", "已戒烟", "每日吸烟")),
    ("11331-6", "饮酒情况", ("从不饮酒", "偶尔饮酒", "经常饮酒")),
)


def sign_up(life: Life, dice: Dice, had: Sequence[Chronic]) -> None:
    """Most of those over 60 or followed up have signed with a team; so have some of the others."""
    followed = [one for one in had if one.code in _FOLLOWED_UP]
    if not dice.chance(75 if followed or life.age >= 60 else 15):
        return
    centre = life.person.region.organisation(dice.one(("community-centre", "township-centre")))
    doctor = life.staff.somebody(dice, centre, "family-doctor")
    nurse = life.staff.somebody(dice, centre, "nurse")
    since = max(life.today - timedelta(days=dice.number(30, 330)), life.person.born)
    until = since + timedelta(days=365)
    contract = {"start": since.isoformat(), "end": until.isoformat()}
    team = life.chart.add(
        "CareTeam",
        NORMAL,
        {
            "status": "active",
            "name": f"{life.staff.name(centre)}家庭医生团队",
            "subject": ref(life.person.reference),
            "period": contract,
            "participant": [{"member": ref(doctor.reference)}, {"member": ref(nurse.reference)}],
            "managingOrganization": [ref(f"Organization/{centre}")],
        },
    )
    life.chart.add(
        "EpisodeOfCare",
        NORMAL,
        {
            "status": "active",
            "type": [{"text": "家庭医生签约服务"}],
            "patient": ref(life.person.reference),
            "managingOrganization": ref(f"Organization/{centre}"),
            "period": contract,
            "careManager": ref(doctor.reference),
            "team": [ref(team)],
        },
    )
    for one in followed:
        _follow_up(life, dice.of(one.code), one, centre)


def _follow_up(life: Life, dice: Dice, diagnosis: Chronic, centre: str) -> None:
    """Visits at home in the year: pressure, weight, sugar from the finger, and once how one lives."""
    doctor = life.staff.somebody(dice, centre, "family-doctor")
    condition = ""
    for quarter in _QUARTERS:
        start = at(life.today - timedelta(days=85 * quarter - dice.number(0, 20)), dice)
        visit = life.visit(
            (diagnosis.code, diagnosis.zh, f"{diagnosis.zh}随访"), kind="HH", organisation=centre,
            doctor=doctor, start=start, end=start + minutes(30), chronic=True, condition=condition,
        )  # fmt: skip
        condition = visit.condition
        taken = start + minutes(10)
        blood_pressure(visit, dice, (118, 168), taken)
        vital(visit, "29463-7", "体重", dice.measure(48, 92, 1), "kg", taken)
        if diagnosis.code == "E11.9":
            vital(visit, "2339-0", "指尖血糖", dice.measure(5.2, 14.8, 1), "mmol/L", taken)
        if quarter == _QUARTERS[0]:
            for loinc, zh, words in _LIVING:
                value = {"valueCodeableConcept": {"text": dice.one(words)}}
                observe(visit, "social-history", loinc, zh, taken, value)
        if dice.chance(25):
            life.chart.add(
                "Flag",
                NORMAL,
                {
                    "status": "active",
                    "category": [hl7("flag-category", "clinical")],
                    "code": {"text": "血压或血糖控制不满意,两周内复诊"},
                    "subject": ref(life.person.reference),
                    "period": {"start": start.date().isoformat()},
                    "author": ref(doctor.reference),
                },
            )
