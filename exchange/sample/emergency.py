"""The worst day: chest pain, stroke and injury, from the ambulance to the centre that treats them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from exchange.sample.dice import Dice
from exchange.sample.elements import at, minutes
from exchange.sample.encounters import Life, Visit
from exchange.sample.imaging import ST_ELEVATION, electrocardiogram, study
from exchange.sample.insurance import bill
from exchange.sample.laboratory import panel, score, signs, vital
from exchange.sample.medication import operate, prescribe
from exchange.sample.notes import note
from exchange.sample.tables import Range


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One kind of emergency. `share`: percent of those under 45, 45-64, 65 and over it happens to.

    `images`: study and the number of its conclusion; `score`: LOINC, name, lowest and highest.
    """

    what: tuple[str, str, str]
    share: tuple[float, float, float]
    panels: tuple[str, ...]
    out: dict[str, Range]
    images: tuple[tuple[str, int], ...]
    medicines: tuple[str, ...]
    procedure: tuple[str, str]
    score: tuple[str, str, int, int]
    plan: str
    ecg: str = ""


CASES = {
    "chest-pain": _Case(
        what=("I21.0", "急性前壁心肌梗死", "突发胸痛2小时,伴大汗"),
        share=(0.2, 2.5, 4),
        panels=("heart", "clotting", "salts", "blood"),
        out={"troponin": (0.8, 22), "ck-mb": (18, 160), "nt-probnp": (200, 2400)},
        images=(("coronary", 1), ("heart-ultrasound", 1)),
        medicines=("aspirin", "clopidogrel", "atorvastatin"),
        procedure=("36.06", "冠状动脉支架植入术"),
        score=("72514-3", "疼痛评分", 6, 10),
        plan="双联抗血小板、急诊冠脉介入",
        ecg=ST_ELEVATION,
    ),
    "stroke": _Case(
        what=("I63.5", "急性脑梗死", "突发左侧肢体无力、言语不清1.5小时"),
        share=(0.2, 2, 5),
        panels=("clotting", "sugar", "salts", "blood"),
        out={"glucose": (5.2, 11.4)},
        images=(("head-ct", 0), ("head-mri", 1)),
        medicines=("alteplase", "clopidogrel", "atorvastatin"),
        procedure=("99.10", "静脉溶栓治疗"),
        score=("72089-6", "NIHSS评分", 4, 18),
        plan="静脉溶栓、监测血压",
    ),
    "trauma": _Case(
        what=("S72.0", "股骨颈骨折", "摔倒后左髋疼痛、不能站立1小时"),
        share=(1, 1.5, 3.5),
        panels=("blood", "clotting", "infection"),
        out={"haemoglobin": (82, 118)},
        images=(("hip-xray", 1), ("head-ct", 0)),
        medicines=("celecoxib", "calcium"),
        procedure=("81.52", "人工股骨头置换术"),
        score=("9269-2", "Glasgow昏迷评分", 13, 15),
        plan="牵引制动、镇痛,择期手术",
    ),
}


def emergencies(life: Life, dice: Dice) -> None:
    """The emergencies the person's story tells of, and those that chance adds for adults."""
    for name, case in CASES.items():
        share = case.share[(life.age >= 45) + (life.age >= 65)]
        if name in life.person.story.events or (life.age >= 18 and dice.chance(share)):
            day = dice.day(life.today - timedelta(days=700), life.today - timedelta(days=20))
            _happens(life, dice.of(name), case, at(day, dice, 1, 12))


def _happens(life: Life, dice: Dice, case: _Case, begun: datetime) -> None:
    """Ambulance, emergency department, then the stay; one diagnosis for all three."""
    ambulance = _ambulance(life, dice, case, begun)
    hospital = life.person.region.hospital
    doctor = life.staff.somebody(dice, hospital, "emergency-physician")
    start = begun + minutes(35)
    visit = life.visit(
        case.what, kind="EMER", organisation=hospital, doctor=doctor, start=start, end=start + minutes(210),
        condition=ambulance.condition,
    )  # fmt: skip
    signs(visit, dice, pressure=(96, 178))
    loinc, zh, low, high = case.score
    score(visit, loinc, zh, dice.number(low, high), start + minutes(6))
    if case.ecg:
        electrocardiogram(visit, dice, case.ecg)
    for name in case.panels:
        panel(visit, name, dice, case.out, start + minutes(18))
    note(visit, "emergency", dice, case.what, case.plan)
    bill(visit, dice)
    _stay(life, dice, case, visit)


def _ambulance(life: Life, dice: Dice, case: _Case, begun: datetime) -> Visit:
    """The emergency centre's own record: pulse and saturation, four times on the way."""
    centre = life.person.region.organisation("emergency-centre")
    visit = life.visit(
        case.what, kind="FLD", organisation=centre, start=begun, end=begun + minutes(30),
        doctor=life.staff.somebody(dice, centre, "emergency-physician"),
    )  # fmt: skip
    for step in range(4):
        taken = begun + minutes(6 * step + 5)
        vital(visit, "8867-4", "心率", dice.measure(70, 128), "/min", taken)
        vital(visit, "2708-6", "血氧饱和度", dice.measure(88, 99), "%", taken)
    return visit


def _stay(life: Life, dice: Dice, case: _Case, before: Visit) -> None:
    start = before.end + minutes(15)
    stay = life.visit(
        case.what, kind="IMP", organisation=before.organisation, start=start,
        end=start + timedelta(days=dice.number(5, 12)), doctor=life.staff.doctor(dice, before.organisation),
        condition=before.condition,
    )  # fmt: skip
    for name, conclusion in case.images:
        study(stay, name, dice, conclusion=conclusion)
    operate(stay, *case.procedure, after_minutes=60)
    for medicine in case.medicines:
        prescribe(stay, medicine)
    for day in range(1, (stay.end - stay.start).days, 2):
        panel(stay, case.panels[0], dice, {}, stay.start + timedelta(days=day))
    note(stay, "discharge", dice, case.what, case.plan)
    bill(stay, dice)
