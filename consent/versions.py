"""Which consents count: of every consent the version known then, of every series the newest."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from consent.document import Document, read_document
from consent.errors import BadCase
from consent.fhir import is_object
from consent.when import Moment

# Only these were ever in force; a draft or a consent entered in error replaces nothing.
_WAS_IN_FORCE = ("active", "inactive")


def read_all(consents: Iterable[Mapping[str, Any]], hours_east: int) -> list[Document]:
    """Every consent as the decision sees it, computable or not. Raises BadCase for something that is no Consent."""
    found = []
    for i, consent in enumerate(consents):
        if not is_object(consent) or consent.get("resourceType") != "Consent":
            raise BadCase(f"consents[{i}]", "is not a FHIR Consent", "不是 FHIR Consent")
        found.append(read_document(consent, hours_east))
    return found


def in_force(documents: Iterable[Document], patient: str, known_at: datetime) -> list[Document]:
    """The patient's consents as they were known at `known_at`, by id: one version each, replaced ones gone.

    A consent without `meta.lastUpdated` was always known.
    """
    newest: dict[str, Document] = {}
    for document in documents:
        if document.patient not in ("", patient) or (
            document.known is not None and document.known > known_at
        ):
            continue
        before = newest.get(document.id)
        if before is None or _is_newer(document, before):
            newest[document.id] = document
    if len(newest) < 2:
        return list(newest.values())
    return _not_replaced(sorted(newest.values(), key=lambda one: one.id))


def is_later(one: Document, other: Document) -> bool:
    """Whether `one` was certainly said after `other`. The same day, or no date, is not certain."""
    mine, theirs = _said_at(one), _said_at(other)
    return mine is not None and theirs is not None and mine.first > theirs.last


def _said_at(document: Document) -> Moment | None:
    if document.signed is not None:
        return document.signed
    return Moment(document.known, document.known) if document.known else None


def _is_newer(document: Document, before: Document) -> bool:
    mine, theirs = _rank(document), _rank(before)
    # Two that differ in nothing above: either may be taken, as long as it is always the same one.
    return mine > theirs if mine != theirs else repr(document) > repr(before)


def _rank(document: Document) -> tuple[float, int, bool, bool]:
    """Orders versions of one consent. Of two with the same instant and number the stricter counts."""
    if document.known is not None:
        known = document.known.timestamp()
    else:  # not said is oldest; not readable may be the newest, and blocks
        known = float("inf") if document.problem else float("-inf")
    number = int(document.version) if document.version.isdecimal() else -1
    permits = document.root is not None and document.root.permits
    return (known, number, document.status != "active", not permits)


def _not_replaced(documents: Sequence[Document]) -> list[Document]:
    """Those whose series holds nothing newer."""
    series = [one.series for one in documents]
    # What nobody can decide by takes nothing back: it may have been meant as a permit.
    newer = [
        (other, named)
        for other, named in zip(documents, series, strict=True)
        if named is not None and other.problem is None and other.status in _WAS_IN_FORCE
    ]
    if not newer:
        return list(documents)
    return [
        one
        for one, named in zip(documents, series, strict=True)
        if not any(named == other_named and is_later(other, one) for other, other_named in newer)
    ]
