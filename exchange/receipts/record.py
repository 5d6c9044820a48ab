"""The record of one consent version as ISO/IEC TS 27560:2023 structures it, from the consent and the registry.

Field names follow the public guide to that specification (https://w3id.org/dpv/guides/consent-27560).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from consent import StoredConsent
from consent.document import read_document
from consent.words import STATUSES, edition
from exchange.consenting import shortfalls
from exchange.directory import NotInDirectory, region_name
from exchange.instants import CHINA
from exchange.node.node import Node
from exchange.receipts import notice
from exchange.receipts.said import LANGUAGES, said
from ledger import Recorded

SCHEMA = "ISO/IEC TS 27560:2023"
Json = dict[str, Any]


def record_of(
    node: Node,
    patient: str,
    versions: Sequence[StoredConsent],
    version: StoredConsent,
    *,
    receipt_id: str,
    at: datetime,
) -> Json:
    """Everything a receipt tells of `version`, one of all `versions` of that consent, as of `at`."""
    names: dict[str, dict[str, str]] = {}
    told = said(version.resource, _Gathering(node, names))
    controllers = [_party(node, one) for one in _controllers(node, version.resource)]
    recipients = [_party(node, one["reference"]) for one in told.get("recipients", ()) if one["reference"]]
    permits = told.get("decision") == "permit"
    return {
        "schema_version": SCHEMA,
        "record_id": f"{version.consent_id}/{version.version}",
        "receipt_id": receipt_id,
        "issued": _when(at),
        "language": list(LANGUAGES),
        "words": edition(),
        "pii_principal": f"Patient/{patient}",
        "pii_controllers": controllers,
        "recipient_third_parties": recipients,
        "operator": _party(node, node.own.reference) | {"node": node.id},
        "jurisdiction": _jurisdiction(node),
        "lawful_basis": notice.LAWFUL_BASIS if permits else notice.NO_BASIS,
        "processing_method": notice.METHOD,
        "privacy_rights": notice.rights(),
        "withdrawal_method": notice.WITHDRAWAL,
        "notice": notice.notice(told, controllers, recipients) if permits else [],
        "policy": node.office.policy().digest,
        "said": told,
        "names": names,
        "shortfalls": [{"en": en, "zh": zh} for en, zh in _lacking(node, patient, versions, version)],
        "state": _state(versions, version, at),
    }


def event(found: Recorded, version: StoredConsent) -> Json:
    """One thing that happened to the consent, as the ledger has it."""
    happened = "taken back" if version.resource.get("status") == "inactive" else found.entry.subtype
    return {
        "event_type": happened,
        "event_time": _when(found.time),
        "version": version.version,
        "entry": found.id,
        "index": found.index,
    }


class _Gathering(Mapping[str, Mapping[str, str]]):
    """The names the node knows; every one that was asked for is kept in `names`, so that a receipt has it."""

    def __init__(self, node: Node, names: dict[str, dict[str, str]]) -> None:
        self._node, self._names = node, names

    def __getitem__(self, reference: str) -> Mapping[str, str]:
        found = {lang: name for lang in LANGUAGES if (name := self._node.name_of(reference, lang))}
        if not found:
            raise KeyError(reference)
        return self._names.setdefault(reference, found)

    def __iter__(self) -> Any:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _controllers(node: Node, resource: Mapping[str, Any]) -> list[str]:
    """Who answers for the record: whoever the consent names, else whoever runs this node."""
    named = [str(one.get("reference", "")) for one in resource.get("organization", ())]
    return named or [node.own.reference]


def _party(node: Node, reference: str) -> Json:
    """Somebody, with what the registry knows of how to reach them; "" where it knows nothing."""
    told = {lang: node.name_of(reference, lang) or reference for lang in LANGUAGES}
    contact = phone = ""
    try:
        found = node.directory.organisation(reference.removeprefix("Organization/"))
        contact, phone = found.contact, found.phone
    except NotInDirectory:  # a person, a group, or somebody of another region
        pass
    return {"party_id": reference, **told, "party_contact": contact, "party_phone": phone}


def _jurisdiction(node: Node) -> Json:
    country = str(node.settings["consent.home_country"])
    return {"country": country, "region": node.region} | {
        lang: region_name(node.region, lang) for lang in LANGUAGES
    }


def _lacking(
    node: Node, patient: str, versions: Sequence[StoredConsent], version: StoredConsent
) -> Sequence[tuple[str, str]]:
    return shortfalls(node, patient, version) if version is versions[-1] else ()


def _state(versions: Sequence[StoredConsent], version: StoredConsent, at: datetime) -> Json:
    """What became of it, as far as this node knew when the receipt was made."""
    newest = versions[-1]
    status = str(newest.resource.get("status"))
    as_of = {"as_of": _when(at), "version": newest.version, "since": _when(newest.known)}
    since = f"{newest.known.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
    if status == "inactive":
        return as_of | {
            "code": "taken-back",
            "zh": f"已于 {since} 收回，自那时起不再有效。",
            "en": f"It was taken back on {since} and does not count since then.",
        }
    if newest is not version:
        return as_of | {
            "code": "replaced",
            "zh": f"已于 {since} 被第 {newest.version} 版取代。",
            "en": f"Version {newest.version} replaced it on {since}.",
        }
    if status != "active":
        zh, en = STATUSES.get(status, (status, status))
        return as_of | {"code": status, "zh": f"{zh}。", "en": f"It is {en}."}
    return as_of | _in_time(version, at)


def _in_time(version: StoredConsent, at: datetime) -> Json:
    root = read_document(version.resource, 8).root
    period = root.own.period if root else None
    if period is not None and period.is_over(at):
        return {
            "code": "ended",
            "zh": "已到期，不再有效。",
            "en": "It has ended and does not count any more.",
        }
    if period is not None and period.is_ahead(at):
        return {"code": "not-begun", "zh": "尚未开始。", "en": "It has not begun yet."}
    return {"code": "in-force", "zh": "有效。", "en": "It is in force."}


def _when(moment: datetime) -> str:
    return moment.astimezone(CHINA).isoformat(timespec="seconds")
