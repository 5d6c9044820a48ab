"""Having a child and being born: antenatal care, delivery, and the newborn's first days."""

from datetime import date, timedelta

from exchange.sample.dice import Dice
from exchange.sample.elements import at, minutes
from exchange.sample.encounters import Life, Visit
from exchange.sample.imaging import study
from exchange.sample.insurance import bill
from exchange.sample.laboratory import blood_pressure, panel, score, signs, vital
from exchange.sample.medication import operate, prescribe
from exchange.sample.notes import note

_WEEKS = (12, 20, 28, 36)  # of the antenatal visits
_TERM = timedelta(weeks=39)
_DELIVERY = ("O80.9", "单胎顺产", "孕39周,规律宫缩3小时")
_BLEEDING = ("O72.1", "产后出血", "孕39周,规律宫缩4小时")
_BIRTH = ("Z38.0", "单胎活产,在医院内出生", "出生")
_BREATHLESS = ("P22.0", "新生儿呼吸窘迫综合征", "生后呼吸困难")


def expect(life: Life, dice: Dice) -> None:
    """The antenatal visits before the day of delivery, if there was one."""
    if life.person.story.delivered is None:
        return
    for week in _WEEKS:
        day = life.person.story.delivered - _TERM + timedelta(weeks=week)
        visit = _in_hospital(life, dice, day, ("Z34.0", "正常初次妊娠监督", f"孕{week}周产检"), kind="AMB")
        taken = visit.start + minutes(5)
        blood_pressure(visit, dice, (98, 132), taken)
        vital(visit, "29463-7", "体重", dice.measure(52, 78, 1), "kg", taken)
        vital(visit, "55283-6", "胎心率", dice.measure(128, 152), "/min", taken)
        vital(visit, "18185-9", "孕周", week, "wk", taken)
        panel(visit, "blood", dice, {})
        panel(visit, "urine", dice, {})
        if week == _WEEKS[0]:
            for name in ("infection", "hepatitis", "syphilis"):
                panel(visit, name, dice, {})
            prescribe(visit, "folic-acid")
        study(visit, "obstetric", dice)
        bill(visit, dice)


def deliver(life: Life, dice: Dice) -> None:
    """The delivery; a critical one bleeds."""
    if life.person.story.delivered is None:
        return
    critical = "critical-delivery" in life.person.story.events
    what = _BLEEDING if critical else _DELIVERY
    stay = _in_hospital(life, dice, life.person.story.delivered, what, days=5 if critical else 3)
    signs(stay, dice)
    for name in ("blood", "clotting", "infection"):
        panel(stay, name, dice, {"haemoglobin": (62, 84)} if critical else {})
    operation = ("74.1", "子宫下段剖宫产术") if critical or dice.chance(35) else ("73.59", "手法助产")
    operate(stay, *operation, after_minutes=240, lasting=50)
    prescribe(stay, "oxytocin")
    if critical:
        operate(stay, "99.04", "红细胞输注", after_minutes=330, lasting=120)
    note(stay, "discharge", dice, what, "缩宫素、输血、宫腔填塞" if critical else "缩宫素促进宫缩")
    bill(stay, dice)


def be_born(life: Life, dice: Dice) -> None:
    """The newborn's first days: weight, length, Apgar score; a critical one cannot breathe."""
    critical = "critical-newborn" in life.person.story.events
    if not critical and "newborn" not in life.person.story.events:
        return
    what = _BREATHLESS if critical else _BIRTH
    stay = _in_hospital(life, dice, life.person.born, what, days=12 if critical else 3)
    birth = stay.start + minutes(5)
    weight, length, first, fifth, oxygen = (
        ((1450, 2300), (40, 46), (3, 5), (6, 8), (78, 90))
        if critical
        else ((2600, 4100), (47, 53), (8, 10), (9, 10), (95, 100))
    )
    vital(stay, "8339-4", "出生体重", dice.measure(*weight), "g", birth)
    vital(stay, "89269-5", "出生身长", dice.measure(*length), "cm", birth)
    vital(stay, "2708-6", "血氧饱和度", dice.measure(*oxygen), "%", birth)
    score(stay, "9272-6", "Apgar评分(1分钟)", dice.number(*first), birth)
    score(stay, "9274-2", "Apgar评分(5分钟)", dice.number(*fifth), birth + minutes(4))
    panel(stay, "blood", dice, {"haemoglobin": (150, 210)})
    panel(stay, "liver", dice, {"bilirubin": (40, 190)})
    if critical:
        study(stay, "newborn-xray", dice, conclusion=1)
        prescribe(stay, "surfactant")
        operate(stay, "96.04", "气管插管术", after_minutes=20, lasting=10)
        operate(stay, "93.90", "无创辅助通气", after_minutes=60, lasting=2880)
    note(stay, "discharge", dice, what, "肺表面活性物质、无创通气" if critical else "常规护理、接种疫苗")


def _in_hospital(
    life: Life, dice: Dice, day: date, what: tuple[str, str, str], *, kind: str = "IMP", days: int = 0
) -> Visit:
    """A visit to, or a stay in, the region's maternal and child hospital; it is over by today."""
    hospital = life.person.region.organisation("maternal-hospital")
    start = at(day, dice)
    end = start + timedelta(days=min(days, (life.today - day).days - 1)) if days else start
    doctor = life.staff.doctor(dice, hospital)
    return life.visit(
        what, kind=kind, organisation=hospital, doctor=doctor, start=start, end=end + minutes(40)
    )
