"""Entries as rows of a spreadsheet: RFC 4180, UTF-8, and no cell a spreadsheet would run."""

import csv
from collections.abc import Callable, Mapping
from datetime import datetime
from io import StringIO

from exchange.audit import words
from exchange.audit.export.event import Event
from exchange.instants import CHINA

# How spreadsheets know that a file is UTF-8.
MARK = "\ufeff"
# What a spreadsheet takes for the beginning of a formula, also in the width of Chinese (OWASP, CSV injection).
_FORMULA = frozenset("=+-@＝＋－＠")
_BEGINS = frozenset("\t\r\n")


def _time(moment: datetime | None) -> str:
    return moment.astimezone(CHINA).isoformat() if moment else ""


COLUMNS: Mapping[str, Callable[[Event], object]] = {
    "index": lambda one: one.found.index,
    "entry": lambda one: one.found.id,
    "time": lambda one: _time(one.found.time),
    "claimed": lambda one: _time(one.claimed),
    "kind": lambda one: one.code,
    "what_zh": lambda one: one.what("zh"),
    "what_en": lambda one: one.what("en"),
    "phase": lambda one: one.entry.phase,
    "action": lambda one: one.entry.action,
    "outcome": lambda one: one.entry.outcome,
    "decision": lambda one: one.entry.decision,
    "why": lambda one: one.entry.why,
    "why_zh": lambda one: one.because("zh"),
    "why_en": lambda one: one.because("en"),
    "actor": lambda one: one.entry.actor,
    "actor_id": lambda one: one.people.actor.id,
    "actor_name": lambda one: one.people.actor.name,
    "role": lambda one: one.entry.role,
    "on_behalf_of": lambda one: one.entry.on_behalf_of,
    "organisation": lambda one: one.entry.organisation,
    "organisation_zh": lambda one: one.organisation.get("zh", ""),
    "organisation_en": lambda one: one.organisation.get("en", ""),
    "purpose": lambda one: one.entry.purpose,
    "purpose_zh": lambda one: words.purpose(one.entry.purpose, "zh"),
    "purpose_en": lambda one: words.purpose(one.entry.purpose, "en"),
    "break_glass": lambda one: "yes" if one.entry.break_glass else "no",
    "patient": lambda one: one.entry.patient,
    "patient_id": lambda one: one.people.patient.id,
    "patient_name": lambda one: one.people.patient.name,
    "classes": lambda one: one.entry.object_class,
    "count": lambda one: one.entry.count,
    "obligations": lambda one: " ".join(one.entry.obligations),
    "consents": lambda one: " ".join(one.entry.consents),
    "policy": lambda one: one.entry.policy,
    "intent": lambda one: one.entry.intent,
    "source": lambda one: one.entry.source,
    "region": lambda one: one.entry.region,
    "node": lambda one: one.entry.node,
    "leaf": lambda one: one.leaf,
}


def head() -> bytes:
    """The names of the columns."""
    return _line(list(COLUMNS))


def row(event: Event) -> bytes:
    """One entry."""
    return _line([harmless(str(of(event))) for of in COLUMNS.values()])


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would take for a formula."""
    # Which blanks and unseen signs a spreadsheet passes over differs: all of them.
    seen = next((sign for sign in cell if sign.isprintable() and not sign.isspace()), "")
    return f"'{cell}" if seen in _FORMULA or cell[:1] in _BEGINS else cell


def _line(cells: list[str]) -> bytes:
    text = StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()
