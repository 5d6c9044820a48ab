"""Open cases: a referral, a consultation, a visit of this very patient that names the asker's organisation.

FHIR R4 ServiceRequest, Encounter and Appointment as this node holds them; SNOMED CT 3457005 (patient referral) and
11429006 (consultation), or the words for them, tell which order is which. Any other order is no case.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from consent.when import moment, period
from exchange.evidence.parties import Parties
from exchange.path.request import Actor

HOURS_EAST = 8
CASES = {"referral": "ServiceRequest", "consultation": "ServiceRequest"}
VISITS = ("Encounter", "Appointment")
_CODES = {"referral": "3457005", "consultation": "11429006"}
_WORDS = {"referral": ("转诊", "referral"), "consultation": ("会诊", "consultation")}
_UNDER_WAY = {
    "ServiceRequest": ("active",),
    "Encounter": ("arrived", "triaged", "in-progress", "onleave"),
    "Appointment": ("booked", "arrived", "checked-in"),
}
Resource = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Form:
    """Where a kind of record says who takes part, and when."""

    parties: Callable[[Resource], Iterator[object]]
    lasts: Callable[[Resource, datetime], bool]


def is_open_case(kind: str, case: Resource, actor: Actor, parties: Parties, at: datetime) -> bool:
    """Whether `case`, a record about the patient, is a `kind` under way at `at` that names the actor's organisation."""
    type_ = str(case.get("resourceType"))
    form = _FORMS.get(type_)
    if form is None or case.get("status") not in _UNDER_WAY[type_]:
        return False
    if type_ == "ServiceRequest" and not _is_kind(kind, case):
        return False
    return form.lasts(case, at) and parties.name_organisation(actor, form.parties(case))


def within(value: object, at: datetime) -> bool:
    """Whether a FHIR Period holds `at`. One that cannot be read holds nothing."""
    try:
        return period(value, HOURS_EAST).holds(at)
    except ValueError:
        return False


def listed(value: object) -> Iterator[Any]:
    """What stands in an element that should be a list of objects."""
    yield from (one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else ()


def _is_kind(kind: str, order: Resource) -> bool:
    concepts = [*listed(order.get("category")), *listed([order.get("code")])]
    codes = {str(coding.get("code")) for one in concepts for coding in listed(one.get("coding"))}
    texts = [str(one.get("text", "")) for one in concepts]
    texts += [str(coding.get("display", "")) for one in concepts for coding in listed(one.get("coding"))]
    said = any(word in text.lower() for word in _WORDS[kind] for text in texts)
    return said or _CODES[kind] in codes


def _order_parties(order: Resource) -> Iterator[object]:
    yield order.get("requester")
    yield from listed(order.get("performer"))


def _order_lasts(order: Resource, at: datetime) -> bool:
    """An order without a period lasts as long as it is active; one for a point in time, to the end of its day."""
    if "occurrencePeriod" in order:
        return within(order["occurrencePeriod"], at)
    if "occurrenceDateTime" in order:
        return _that_day(order["occurrenceDateTime"], at)
    return "occurrenceTiming" not in order


def _encounter_parties(visit: Resource) -> Iterator[object]:
    yield visit.get("serviceProvider")
    yield from (one.get("individual") for one in listed(visit.get("participant")))


def _encounter_lasts(visit: Resource, at: datetime) -> bool:
    return "period" not in visit or within(visit["period"], at)


def _appointment_parties(visit: Resource) -> Iterator[object]:
    yield from (one.get("actor") for one in listed(visit.get("participant")))


def _appointment_lasts(visit: Resource, at: datetime) -> bool:
    """All day long: who comes at ten is prepared for at eight."""
    return _that_day(visit.get("start"), at)


def _that_day(text: object, at: datetime) -> bool:
    try:
        first = moment(str(text), HOURS_EAST).first
    except ValueError:
        return False
    zone = moment("2000-01-01", HOURS_EAST).first.tzinfo
    midnight = first.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight <= at < midnight + timedelta(days=1)


_FORMS = {
    "ServiceRequest": _Form(_order_parties, _order_lasts),
    "Encounter": _Form(_encounter_parties, _encounter_lasts),
    "Appointment": _Form(_appointment_parties, _appointment_lasts),
}
