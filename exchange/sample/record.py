"""One person's whole record, chapter by chapter."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from exchange.sample.chart import Chart
from exchange.sample.cooperation import work_together
from exchange.sample.dice import Dice
from exchange.sample.emergency import emergencies
from exchange.sample.encounters import Life
from exchange.sample.family_doctor import sign_up
from exchange.sample.insurance import insure
from exchange.sample.maternity import be_born, deliver, expect
from exchange.sample.medication import allergies, vaccinate
from exchange.sample.people import Person
from exchange.sample.registration import register
from exchange.sample.staff import Staff
from exchange.sample.visits import acute_illness, chronic_illness, stay_in_hospital, treated_elsewhere
from exchange.sample.wearables import wear


def write_record(
    charts: Mapping[str, Chart],
    hospitals: Mapping[str, str],
    person: Person,
    staff: Staff,
    dice: Dice,
    today: date,
) -> None:
    """Write all about `person` in the chart of their region, and what happened away in the other's.

    `charts` and `hospitals` (the main hospital's id) by the region's prefix. Every chapter has its own dice.
    """
    chart = charts[person.region.prefix]
    register(chart, person, today)
    coverage = insure(chart, person, dice.of("insurance"), today)
    life = Life(chart=chart, person=person, staff=staff, coverage=coverage, today=today)
    be_born(life, dice.of("birth"))
    vaccinate(life, dice.of("vaccination"))
    allergies(life, dice.of("allergy"))
    had = chronic_illness(life, dice.of("chronic"))
    sign_up(life, dice.of("family-doctor"), had)
    work_together(life, dice.of("cooperation"), had)
    acute_illness(life, dice.of("acute"))
    expect(life, dice.of("antenatal"))
    deliver(life, dice.of("delivery"))
    stay_in_hospital(life, dice.of("stay"))
    emergencies(life, dice.of("emergency"))
    wear(life, dice.of("wearable"))
    if away := person.story.away:
        elsewhere = replace(life, chart=charts[away])
        # The same person: their resource is the same to the byte, so a node that holds both folders has one.
        register(elsewhere.chart, person, today)
        treated_elsewhere(elsewhere, dice.of("away"), hospitals[away], had[0])
