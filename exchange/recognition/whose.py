"""Whose result it is: an id is a patient only together with the node that says so (exchange/elsewhere.py).

Which node gave a Bundle tells its id: it is that of the request, and an answer with another id is not taken. So a
result stands in the ledger under the key its request stands under.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from consent import PatientKey
from exchange.audit.details import details_of
from exchange.audit.search import Filter, search
from exchange.directory import NotInDirectory, contains
from exchange.elsewhere import UNSAID, elsewhere
from exchange.instants import from_us
from exchange.node.node import Node
from exchange.recognition.result import Result
from exchange.requesting import UnknownHolder, holder_of
from ledger import Recorded
from ledger.identity import time_us_of

# A request is on record as soon as it has its id, or is not sent.
WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Whose:
    """The key of the patient, and the node that gave the Bundle: this one, another, or UNSAID."""

    key: PatientKey
    origin: str


def whose(node: Node, result: Result, origin: str = "") -> Whose:
    """Whose result this is. `origin` is a node, region or organisation, for a Bundle no request of ours brought.

    What neither says is kept apart from everybody: an id alone may be that of a patient of ours, and it may not be.
    Raises UnknownHolder, UnknownPatient.
    """
    if found := _on_record(node, result):
        return found
    if origin:
        return _said(node, result.patient, origin)
    return Whose(node.vault.key_of(elsewhere(UNSAID, result.patient)), UNSAID)


def _on_record(node: Node, result: Result) -> Whose | None:
    """As the entry about the request has it that the Bundle answers; None where there is none."""
    asked_us = time_us_of(result.bundle)
    if asked_us is None:
        return None
    try:
        since = from_us(asked_us)
        until = since + WITHIN
    except OverflowError:  # the id is the Bundle's word, and may name a year no calendar has
        return None
    for one in search(node.log, Filter(type="access", since=since, until=until)):
        told = details_of(node.office, one).told
        key = node.vault.key_behind(one.entry.patient)
        if key is not None and (origin := _origin(node, one, told, result)):
            return Whose(key, origin)
    return None


def _origin(node: Node, one: Recorded, told: Mapping[str, Any], result: Result) -> str:
    """The node that answered this request with the Bundle; "" where the entry is about another, or somebody else."""
    if one.entry.subtype == "request" and told.get("request") == result.bundle:
        return str(told["holder"])
    asked = told.get("request")
    ours = {"id": result.bundle, "patient": result.patient}
    is_ours = isinstance(asked, Mapping) and ours.items() <= asked.items()
    return node.id if is_ours and one.entry.subtype == "disclose" else ""


def _said(node: Node, patient: str, origin: str) -> Whose:
    peer = holder_of(node, origin)
    if peer is not None:
        return Whose(node.vault.key_of(elsewhere(peer.id, patient)), peer.id)
    _require_ours(node, origin)
    return Whose(node.vault.key_of(node.records.patient(patient)), node.id)


def _require_ours(node: Node, origin: str) -> None:
    """A registry may list organisations of regions nobody is joined with: what they call a patient is not ours."""
    try:
        organisation = node.directory.organisation(origin)
    except NotInDirectory:
        return  # the node itself, or its region
    if not contains(node.region, organisation.region):
        raise UnknownHolder
