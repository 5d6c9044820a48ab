"""The research consent forms a region's hospitals have collected: most people sign, some refuse, some were not asked.

Only where the region has a research institute, and only for adults. The file is what
`hutong consent import` takes: FHIR R4 Consents, one a line.
"""

from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

from consent import Wish, build_consent
from exchange.directory import Directory, parse_directory, starter
from exchange.sample.dice import Dice
from exchange.sample.places import Region

ADULT = 18
SIGNED, REFUSED = 70.0, 10.0  # in a hundred; nobody asked the rest
TERM = "2030-12-31"


def research_forms(
    patients: list[dict[str, Any]], region: Region, dice: Dice, today: date
) -> list[dict[str, Any]]:
    """One Consent for each of `patients` who signed or refused, in their order."""
    return [
        form
        for patient in patients
        if (form := _form(patient, region, dice.of(str(patient["id"])), today)) is not None
    ]


def _form(patient: dict[str, Any], region: Region, dice: Dice, today: date) -> dict[str, Any] | None:
    born = date.fromisoformat(patient["birthDate"])
    if today.year - born.year - ((today.month, today.day) < (born.month, born.day)) < ADULT:
        return None
    answer = dice.weighted(("signed", "refused", "not-asked"), (SIGNED, REFUSED, 100 - SIGNED - REFUSED))
    if answer == "not-asked":
        return None
    wish = Wish(
        patient=f"Patient/{patient['id']}",
        refuse=answer == "refused",
        recipients=() if answer == "refused" else (f"Organization/{region.prefix}-research-institute",),
        purposes=("HRESCH",),
        ends="" if answer == "refused" else TERM,
        confirmed=() if answer == "refused" else ("sensitive", "third-party", "research-broad"),
        uses=() if answer == "refused" else ("DUO:0000006",),
        deidentify=answer != "refused",
        channel="paper form",
        custodian=patient["managingOrganization"]["reference"],
    )
    signed = datetime.combine(dice.day(date(today.year - 1, 1, 1), today), time(2), UTC)
    return build_consent(wish, consent_id=f"form-{patient['id']}", at=signed, name_of=_directory().name_of)


@cache
def _directory() -> Directory:
    return parse_directory(starter(), "starter.toml")
