"""Bring in consents that were given elsewhere, as FHIR R4: signed forms a hospital has collected.

What no machine can decide by, or is about a patient this node does not hold, is set aside with its reason; the
rest goes in, each with an entry of its own. The same file a second time changes nothing, and no file brings
back a consent that was taken back here.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from consent import ConsentError, PatientKey, StoredConsent, computable, difference
from exchange.consenting.granting import consent_entry
from exchange.consenting.stating import state
from exchange.errors import UnknownPatient
from exchange.node.node import Node
from exchange.records import AmbiguousPatient, Found, Problem, Rejects, read_paths
from exchange.vocabulary import strange_code
from ledger import Recorded

TAKEN_BACK = (
    "it was taken back here; a new consent needs an id of its own · 已在本节点收回，新的同意须另用编号"
)
# By patient and id, every version there is.
Known = dict[str, dict[str, list[StoredConsent]]]


@dataclass(slots=True, kw_only=True)
class ConsentImport:
    """How many consents were new, changed, unchanged, set aside; `reject_file` is where the latter are.

    `changes` says what changed in each: where it stands in the files, and the sentences (place, en, zh).
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    entries: list[Recorded] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    reject_file: Path | None = None


def import_consents(
    node: Node,
    paths: Sequence[str | os.PathLike[str]],
    *,
    by: str,
    stdin: BinaryIO | None = None,
    on_problem: Callable[[Problem], None] | None = None,
) -> ConsentImport:
    """Take in every Consent in `paths` (files, folders, `-`). Raises PathNotFound, CannotAppend."""
    report = ConsentImport()
    known: Known = {}
    with Rejects(node.layout.rejects, node.clock()) as rejects:
        for item in read_paths(paths, stdin=stdin):
            problem = item if isinstance(item, Problem) else _take(node, item, by, known, report)
            if problem:
                rejects.add(problem)
                report.rejected += 1
                if on_problem:
                    on_problem(problem)
        rejects.sync()
        report.reject_file = rejects.path
    return report


def _take(node: Node, found: Found, by: str, known: Known, report: ConsentImport) -> Problem | None:
    """Store one consent, or say why not."""
    if found.type != "Consent":
        return Problem(found.place, "not-a-consent", type=found.type, raw=found.body)
    if why := computable(found.resource):
        return Problem(found.place, "not-computable", why, found.type, found.body)
    if place := strange_code(found.resource):
        return Problem(found.place, "unknown-code", place, found.type, found.body)
    try:
        patient = node.records.patient(str(found.resource["patient"].get("reference", "")))
    except (UnknownPatient, AmbiguousPatient):
        return Problem(found.place, "patient-unknown", type=found.type, raw=found.body)
    # The decision looks for the patient's id and nothing else: a refusal must not be missed for a short name.
    resource = {**found.resource, "patient": {**found.resource["patient"], "reference": f"Patient/{patient}"}}
    keys = node.vault.key_of(patient)
    if patient not in known:
        known[patient] = _by_id(node.consents.versions(keys))
    before = known[patient].get(found.id, [])
    if any(_said(one.resource) == _said(resource) for one in before):
        report.unchanged += 1
        return None
    if before and before[-1].resource.get("status") != "active" and resource.get("status") == "active":
        return Problem(found.place, "not-computable", TAKEN_BACK, found.type, found.body)
    try:
        report.entries.append(_store(node, patient, resource, keys, by, is_new=not before))
    except ConsentError:
        return Problem(found.place, "not-computable", "", found.type, found.body)
    report.new += not before
    report.changed += bool(before)
    if before:
        en, zh = (
            difference(before[-1].resource, resource, lang, partial(node.name_of, lang=lang))
            for lang in ("en", "zh")
        )
        report.changes.append((str(found.place), en, zh))
    known[patient] = _by_id(node.consents.versions(keys))
    return None


def _by_id(versions: Sequence[StoredConsent]) -> dict[str, list[StoredConsent]]:
    found: dict[str, list[StoredConsent]] = {}
    for one in versions:
        found.setdefault(one.consent_id, []).append(one)
    return found


def _store(
    node: Node, patient: str, resource: Mapping[str, Any], keys: PatientKey, by: str, *, is_new: bool
) -> Recorded:
    storing = node.consents.storing(resource, keys, entropy=node.desk.entropy)
    refuses = resource.get("provision", {}).get("type") == "deny"
    subtype = "change" if not is_new else "refuse" if refuses else "grant"
    entry = consent_entry(
        node.office, subtype, "C" if is_new else "U", by, storing.commitment, keys.pseudonym
    )
    told = {"consent": storing.consent_id, "version": storing.version, "by": by, "source": "import"}
    recorded, _ = state(node, patient, keys, storing=storing, resource=resource, entry=entry, told=told)
    return recorded


def _said(resource: Mapping[str, Any]) -> dict[str, Any]:
    """What a consent says, without the marks a registry adds."""
    return {name: value for name, value in resource.items() if name != "meta"}
