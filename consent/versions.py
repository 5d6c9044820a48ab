"""Which consents count: of every consent the version known then, of every series the newest."""

from collections.abc import Iterable, Mapping
from typing import Any

from consent.document import Document, read_document
from consent.errors import BadCase
from consent.when import Moment

# Only these were ever in force; a draft or a consent entered in error replaces nothing.
_WAS_IN_FORCE = ("active", "inactive")


def in_force(
    consents: Iterable[Mapping[str, Any]], patient: str, *, known_at: Any, hours_east: int
) -> list[Document]:
    """The patient's consents as they were known at `known_at`, by id: one version each, replaced ones gone.

    Raises BadCase for something that is no Consent. A consent without `meta.lastUpdated` was always known.
    """
    newest: dict[str, Document] = {}
    for i, consent in enumerate(consents):
        if not isinstance(consent, Mapping) or consent.get("resourceType") != "Consent":
            raise BadCase(f"consents[{i}]", "is not a FHIR Consent", "不是 FHIR Consent")
        if not _speaks_for(consent, patient):
            continue
        document = read_document(consent, hours_east)
        if document.known is not None and document.known > known_at:
            continue
        before = newest.get(document.id)
        if before is None or _rank(document) > _rank(before):
            newest[document.id] = document
    standing = sorted(newest.values(), key=lambda one: one.id)
    return [one for one in standing if not any(_replaces(other, one) for other in standing)]


def is_later(one: Document, other: Document) -> bool:
    """Whether `one` was certainly said after `other`. The same day, or no date, is not certain."""
    mine, theirs = _said_at(one), _said_at(other)
    return mine is not None and theirs is not None and mine.first > theirs.last


def _speaks_for(consent: Mapping[str, Any], patient: str) -> bool:
    reference = consent.get("patient")
    return isinstance(reference, Mapping) and reference.get("reference") == patient


def _said_at(document: Document) -> Moment | None:
    if document.signed is not None:
        return document.signed
    return Moment(document.known, document.known) if document.known else None


def _rank(document: Document) -> tuple[Any, ...]:
    """Orders versions of one consent. Of two with the same instant and number the stricter counts."""
    if document.known is not None:
        known = document.known.timestamp()
    else:  # not said is oldest; not readable may be the newest, and blocks
        known = float("inf") if document.problem else float("-inf")
    number = int(document.version) if document.version.isdecimal() else -1
    permits = document.root is not None and document.root.permits
    return (known, number, document.status != "active", not permits, repr(document))


def _replaces(other: Document, one: Document) -> bool:
    return (
        other is not one
        # What nobody can decide by takes nothing back: it may have been meant as a permit.
        and other.problem is None
        and one.series is not None
        and other.series == one.series
        and other.status in _WAS_IN_FORCE
        and is_later(other, one)
    )
