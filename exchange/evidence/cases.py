"""Open cases: a referral, a consultation, a visit of this very patient that names the asker's organisation.

FHIR R4 ServiceRequest, Encounter and Appointment as this node holds them; SNOMED CT 3457005 (patient referral) and
11429006 (consultation), or exactly the words for them, tell which order is which. Any other order is no case, nor is a
proposal, a plan, or an order that something be not done.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from exchange.evidence.parties import Parties
from exchange.evidence.periods import began_within, not_outside, that_day, within
from exchange.path.request import Actor
from exchange.records.references import target_of

CASES = {"referral": "ServiceRequest", "consultation": "ServiceRequest"}
VISITS = ("Encounter", "Appointment")
# A visit nobody closed is no visit for ever; China's hospitals settle a stay anew long before.
LONGEST_VISIT = timedelta(days=90)
_SNOMED = "http://snomed.info/sct"
_CODES = {"referral": "3457005", "consultation": "11429006"}
# The whole text: "无需转诊" and "self-referral declined" hold the word and say the contrary.
_WORDS = {
    "referral": frozenset(("转诊", "双向转诊", "上转", "下转", "转诊申请", "referral", "patient referral")),
    "consultation": frozenset(("会诊", "远程会诊", "急诊会诊", "多学科会诊", "会诊申请", "consultation")),
}
# R4 request-intent: "order" and what is below it.
_ORDERED = frozenset(("order", "original-order", "reflex-order", "filler-order", "instance-order"))
_UNDER_WAY = {
    "ServiceRequest": ("active",),
    "Encounter": ("arrived", "triaged", "in-progress", "onleave"),
    "Appointment": ("booked", "arrived", "checked-in"),
}
Resource = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Form:
    """Where a kind of record says who takes part, and when."""

    parties: Callable[[str, Resource, datetime], Iterator[object]]
    lasts: Callable[[Resource, datetime], bool]


def is_open_case(kind: str, case: Resource, actor: Actor, parties: Parties, at: datetime) -> bool:
    """Whether `case`, a record about the patient, is a `kind` under way at `at` that names the actor's organisation."""
    type_ = str(case.get("resourceType"))
    form = _FORMS.get(type_)
    if form is None or case.get("status") not in _UNDER_WAY[type_]:
        return False
    if type_ == "ServiceRequest" and not _is_kind(kind, case):
        return False
    return form.lasts(case, at) and parties.name_organisation(actor, form.parties(kind, case, at))


def listed(value: object) -> Iterator[Any]:
    """What stands in an element that should be a list of objects."""
    yield from (one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else ()


def _is_kind(kind: str, order: Resource) -> bool:
    if order.get("intent") not in _ORDERED or order.get("doNotPerform", False) is not False:
        return False
    concepts = [*listed(order.get("category")), *listed([order.get("code")])]
    codings = [coding for one in concepts for coding in listed(one.get("coding"))]
    texts = [one.get("text") for one in concepts] + [one.get("display") for one in codings]
    said = any(str(text).strip().lower() in _WORDS[kind] for text in texts)
    return said or any((one.get("system"), one.get("code")) == (_SNOMED, _CODES[kind]) for one in codings)


def _order_parties(kind: str, order: Resource, _: datetime) -> Iterator[object]:
    """To whom it was written. At a consultation both sides look; whoever refers a patient away need not."""
    if kind == "consultation":
        yield order.get("requester")
    yield from listed(order.get("performer"))


def _order_lasts(order: Resource, at: datetime) -> bool:
    """An order without a period lasts as long as it is active; one for a point in time, to the end of its day."""
    if "occurrencePeriod" in order:
        return within(order["occurrencePeriod"], at)
    if "occurrenceDateTime" in order:
        return that_day(order["occurrenceDateTime"], at)
    return "occurrenceTiming" not in order


def _encounter_parties(_: str, visit: Resource, at: datetime) -> Iterator[object]:
    yield visit.get("serviceProvider")
    yield from (one.get("individual") for one in _taking_part(visit, at))


def _encounter_lasts(visit: Resource, at: datetime) -> bool:
    """From its beginning, which it must say, to its end; while nobody has said that, for LONGEST_VISIT."""
    lasts = visit.get("period")
    if not within(lasts, at) or not isinstance(lasts, Mapping):
        return False
    return "end" in lasts or began_within(lasts.get("start"), LONGEST_VISIT, at)


def _appointment_parties(_: str, visit: Resource, at: datetime) -> Iterator[object]:
    yield from (one.get("actor") for one in _taking_part(visit, at) if one.get("status") == "accepted")


def _appointment_lasts(visit: Resource, at: datetime) -> bool:
    """All day long, as who comes at ten is prepared for at eight; unless the patient does not come."""
    return that_day(visit.get("start"), at) and not any(map(_stays_away, listed(visit.get("participant"))))


def _stays_away(participant: Resource) -> bool:
    target = target_of(participant.get("actor"))
    return target is not None and target.type == "Patient" and participant.get("status") == "declined"


def _taking_part(visit: Resource, at: datetime) -> Iterator[Resource]:
    yield from (one for one in listed(visit.get("participant")) if not_outside(one, "period", at))


_FORMS = {
    "ServiceRequest": _Form(_order_parties, _order_lasts),
    "Encounter": _Form(_encounter_parties, _encounter_lasts),
    "Appointment": _Form(_appointment_parties, _appointment_lasts),
}
