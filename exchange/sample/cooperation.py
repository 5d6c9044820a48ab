"""Between hospitals: referrals, consultations from afar, and appointments that are still to come."""

from collections.abc import Sequence
from datetime import timedelta

from exchange.sample.dice import Dice
from exchange.sample.elements import ICD_10, at, concept, minutes, ref, stamp
from exchange.sample.encounters import Life
from exchange.sample.labels import label_for
from exchange.sample.tables import Chronic

_SMALL = ("community-centre", "township-centre", "village-clinic")
_REFERRAL, _CONSULTATION = "双向转诊", "远程会诊"


def work_together(life: Life, dice: Dice, had: Sequence[Chronic]) -> None:
    """For those with something chronic: an appointment; a referral or a consultation for one in four."""
    if not had:
        return
    diagnosis = dice.one(had)
    _appointment(life, dice, diagnosis)
    if dice.chance(25):
        _ask_the_hospital(life, dice, diagnosis)


def _appointment(life: Life, dice: Dice, diagnosis: Chronic) -> None:
    doctor = life.staff.doctor(dice, life.person.region.hospital)
    start = at(life.today + timedelta(days=dice.number(2, 40)), dice)
    life.chart.add(
        "Appointment",
        label_for(diagnosis.code),
        {
            "status": "booked",
            "description": "门诊预约",
            "start": stamp(start),
            "end": stamp(start + minutes(15)),
            "created": stamp(at(life.today - timedelta(days=1), dice)),
            "participant": [
                {"actor": ref(life.person.reference), "status": "accepted"},
                {"actor": ref(doctor.reference), "status": "accepted"},
            ],
        },
    )


def _ask_the_hospital(life: Life, dice: Dice, diagnosis: Chronic) -> None:
    """A small institution asks the main hospital: see the patient, or look at the record with us."""
    centre = life.person.region.organisation(dice.one(_SMALL))
    asked = life.staff.doctor(dice, life.person.region.hospital)
    what = dice.one((_REFERRAL, _CONSULTATION))
    life.chart.add(
        "ServiceRequest",
        label_for(diagnosis.code),
        {
            "status": dice.one(("active", "completed")),
            "intent": "order",
            "category": [{"text": what}],
            "code": {"text": what},
            "subject": ref(life.person.reference),
            "authoredOn": stamp(at(life.today - timedelta(days=dice.number(3, 90)), dice)),
            "requester": ref(life.staff.doctor(dice, centre).reference),
            "performer": [ref(f"Organization/{life.person.region.hospital}"), ref(asked.reference)],
            "reasonCode": [concept(ICD_10, diagnosis.code, diagnosis.zh)],
        },
    )
