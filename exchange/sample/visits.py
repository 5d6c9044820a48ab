"""Ordinary illness: what people have for years, what they catch, and what takes them to a ward."""

from collections.abc import Sequence
from datetime import date, timedelta

from exchange.sample.dice import Dice
from exchange.sample.elements import at, minutes
from exchange.sample.encounters import Life, Visit
from exchange.sample.imaging import electrocardiogram, pathology, study
from exchange.sample.insurance import bill
from exchange.sample.laboratory import panel, score, signs
from exchange.sample.medication import operate, prescribe
from exchange.sample.notes import note
from exchange.sample.tables import Acute, Chronic, Diagnosis, Stay, diagnoses, medicines

_LOOKING_BACK = timedelta(days=2 * 365)
_VISITS = 3
_QUARTER = 91
_NOTE_PERCENT = 60
_CHINESE_MEDICINE, _ONLINE = "tcm-hospital", "internet-hospital"


def chronic_illness(life: Life, dice: Dice) -> list[Chronic]:
    """The chronic diagnoses of the person, each with its visits every quarter or so; returns them.

    Where the story names any, they are all there are.
    """
    told = life.person.story.diagnoses
    had = [
        one
        for one in diagnoses().chronic
        if (one.code in told if told else dice.of(one.code).chance(one.share_at(life.age)))
    ]
    for one in had:
        _quarterly(life, dice.of(f"visits/{one.code}"), one)
    return had


def _quarterly(life: Life, dice: Dice, diagnosis: Chronic) -> None:
    day = max(life.today - _LOOKING_BACK, life.person.born) + timedelta(days=dice.number(60, 380))
    taken = dice.some(diagnosis.medicines, dice.number(1, 2))
    organisation = _where(life, diagnosis)
    condition, visits = "", 0
    while day < life.today and visits < _VISITS:
        where = organisation if visits == 0 else _again(life, dice, organisation)
        visit = _outpatient(life, dice, diagnosis, day, where, chronic=True, condition=condition)
        signs(visit, dice, pressure=(126, 172) if diagnosis.code == "I10" else (108, 144))
        if visits % 2 == 0:
            _examine(visit, dice, diagnosis, always=not condition)
        if diagnosis.score:
            score(visit, "44261-6", "PHQ-9总分", dice.number(3, 21), visit.start + minutes(14))
        for name in taken:
            prescribe(visit, name, pharmacy=_pharmacy(life, dice))
        if where.endswith(_CHINESE_MEDICINE):
            prescribe(visit, "herbs")
        _write_up(visit, dice, diagnosis, taken, always=not condition)
        condition, visits = visit.condition, visits + 1
        day += timedelta(days=_QUARTER + dice.number(-15, 30))


def acute_illness(life: Life, dice: Dice) -> None:
    """Up to three visits in two years for what goes round; the old and the very young come more often."""
    fitting = [one for one in diagnoses().acute if one.concerns(life.person.sex, life.age)]
    often = life.age < 6 or life.age >= 60
    for _ in range(dice.number(1, 3) if often else dice.number(0, 2)):
        diagnosis: Acute = dice.weighted(fitting, [one.weight for one in fitting])
        day = dice.day(max(life.today - _LOOKING_BACK, life.person.born), life.today - timedelta(days=1))
        visit = _outpatient(life, dice, diagnosis, day, _where(life, diagnosis))
        signs(visit, dice, fever=diagnosis.code.startswith(("J06", "J11", "J20")))
        _examine(visit, dice, diagnosis, always=dice.chance(60))
        for name in diagnosis.medicines:
            prescribe(visit, name)
        _write_up(visit, dice, diagnosis, diagnosis.medicines)


def stay_in_hospital(life: Life, dice: Dice) -> None:
    """A stay on a ward: for one adult in twelve, one in four from 65 on."""
    if life.age < 5 or not dice.chance(25 if life.age >= 65 else 8):
        return
    fitting = [one for one in diagnoses().inpatient if one.concerns(life.person.sex, life.age)]
    diagnosis: Stay = dice.weighted(fitting, [one.weight for one in fitting])
    start = at(dice.day(life.today - _LOOKING_BACK, life.today - timedelta(days=30)), dice)
    hospital = life.person.region.hospital
    stay = life.visit(
        (diagnosis.code, diagnosis.zh, diagnosis.complaint), kind="IMP", organisation=hospital, start=start,
        doctor=life.staff.doctor(dice, hospital), end=start + timedelta(days=dice.number(*diagnosis.days)),
    )  # fmt: skip
    signs(stay, dice, fever=diagnosis.code == "J18.9")
    _examine(stay, dice, diagnosis, always=True)
    if diagnosis.procedure:
        operate(stay, *diagnosis.procedure)
    if diagnosis.pathology:
        pathology(stay, dice, diagnosis.pathology)
    for name in diagnosis.medicines:
        prescribe(stay, name)
    plan = "、".join(medicines()[name].zh for name in diagnosis.medicines)
    note(stay, "discharge", dice, (diagnosis.code, diagnosis.zh, diagnosis.complaint), plan)
    bill(stay, dice)


def treated_elsewhere(life: Life, dice: Dice, organisation: str, had: Chronic) -> None:
    """One visit for a chronic diagnosis in another region, written in that region's chart."""
    day = life.today - timedelta(days=dice.number(60, 200))
    visit = _outpatient(life, dice, had, day, organisation, chronic=True)
    signs(visit, dice)
    _examine(visit, dice, had, always=True)
    study(visit, "chest-ct", dice)
    note(visit, "outpatient", dice, (had.code, had.zh, had.complaint), "")


def _outpatient(
    life: Life, dice: Dice, diagnosis: Diagnosis, day: date, organisation: str, *, chronic: bool = False,
    condition: str = "",
) -> Visit:  # fmt: skip
    start = at(day, dice)
    kind = "VR" if organisation.endswith(_ONLINE) else "AMB"
    return life.visit(
        (diagnosis.code, diagnosis.zh, diagnosis.complaint), kind=kind, organisation=organisation,
        start=start, end=start + minutes(dice.number(25, 160)), doctor=life.staff.doctor(dice, organisation),
        chronic=chronic, condition=condition,
    )  # fmt: skip


def _where(life: Life, diagnosis: Diagnosis) -> str:
    """HIV is followed up by the centre for disease control, addiction and psychosis by the main hospital."""
    region = life.person.region
    if diagnosis.code.startswith(("B24", "F11")):
        return region.organisation("cdc")
    if diagnosis.code.startswith(("F", "A5", "R91", "E04")):
        return region.hospital
    return life.person.home


def _again(life: Life, dice: Dice, organisation: str) -> str:
    """Where one goes the next time: a third of those who go to the main hospital see it online."""
    online = organisation == life.person.region.hospital and dice.chance(33)
    return life.person.region.organisation(_ONLINE) if online else organisation


def _pharmacy(life: Life, dice: Dice) -> str:
    """A quarter of repeat prescriptions go to a pharmacy outside."""
    return life.person.region.organisation("pharmacy") if dice.chance(25) else ""


def _examine(visit: Visit, dice: Dice, diagnosis: Diagnosis, *, always: bool) -> None:
    for name in diagnosis.panels:
        panel(visit, name, dice, diagnosis.out)
    if diagnosis.imaging and always:
        study(visit, diagnosis.imaging, dice)
    if diagnosis.ecg and always:
        electrocardiogram(visit, dice)


def _write_up(
    visit: Visit,
    dice: Dice,
    diagnosis: Diagnosis,
    taken: Sequence[str],
    *,
    always: bool = False,
) -> None:
    if always or dice.chance(_NOTE_PERCENT):
        plan = "、".join(medicines()[name].zh for name in taken)
        note(visit, "outpatient", dice, (diagnosis.code, diagnosis.zh, diagnosis.complaint), plan)
    bill(visit, dice)
