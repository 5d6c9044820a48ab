"""Turns a wish into a FHIR R4 Consent, the form in which it is kept and decided by; and takes one back.

The consent is valid R4 and says nothing the wish does not say. Who, why, what and how long stand on the root
rule; what is excepted stands on rules inside it.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any

from consent import codes
from consent.errors import WithdrawnAlready
from consent.lint import require_computable
from consent.sentences import sentence
from consent.terms import duo, is_disease
from consent.wish import SEPARATELY, Paper, Wish

NameOf = Callable[[str, str], str | None]
Fhir = dict[str, Any]


def build_consent(wish: Wish, *, consent_id: str, at: datetime, name_of: NameOf | None = None) -> Fhir:
    """The FHIR R4 Consent that says what `wish` says, signed `at`. Raises BadWish, ConsentNotComputable.

    `name_of(reference, lang)` names people and organisations in the text that is kept as shown.
    """
    wish.require_sense()
    grantor = wish.grantor or wish.patient
    consent: Fhir = {
        "resourceType": "Consent",
        "id": consent_id,
        "status": "active",
        "scope": _concept(codes.CONSENT_SCOPE, wish.scope or _scope_of(wish)),
        "category": [
            _concept("http://loinc.org", "59284-0"),
            *(_concept(codes.SEPARATE_CONSENT, SEPARATELY[one]) for one in wish.confirmed),
        ],
        "patient": {"reference": wish.patient},
        "dateTime": at.isoformat(),
        "performer": [{"reference": grantor}],
    }
    if wish.custodian:
        consent["organization"] = [{"reference": wish.custodian}]
    if wish.policy:
        consent["policy"] = [{"uri": wish.policy}]
    else:
        consent["policyRule"] = _concept(codes.ACT_CODE, "OPTOUT" if wish.refuse else "OPTIN")
    if extensions := _extensions(wish):
        consent["extension"] = extensions
    if wish.proof:
        consent["contained"] = [_document("proof", wish.proof)]
    consent["provision"] = _provision(wish)
    require_computable(consent)
    if wish.evidence:
        consent["sourceAttachment"] = _attachment(wish.evidence)
    elif wish.channel:
        consent["sourceAttachment"] = _as_shown(consent, name_of)
    return consent


def withdraw(
    resource: Mapping[str, Any], *, at: datetime, by: str, reason: str = "", channel: str = ""
) -> Fhir:
    """The version that takes the consent back: inactive, with who, when, why, how. Raises WithdrawnAlready.

    What it permitted before stays as it was: the old version is kept.
    """
    if resource.get("status") != "active":
        raise WithdrawnAlready(str(resource.get("status")))
    taken_back: Fhir = deepcopy(dict(resource))
    parts: list[Fhir] = [
        {"url": "at", "valueDateTime": at.isoformat()},
        {"url": "by", "valueReference": {"reference": by}},
    ]
    said = (("reason", reason), ("channel", channel))
    parts += [{"url": name, "valueString": text} for name, text in said if text]
    kept = taken_back.get("extension", [])
    taken_back["extension"] = [*kept, {"url": f"{codes.EXTENSION}withdrawal", "extension": parts}]
    taken_back["status"] = "inactive"
    return taken_back


def _scope_of(wish: Wish) -> str:
    research = wish.purposes and all(codes.is_a(one, "HRESCH") for one in wish.purposes)
    return "research" if research or wish.study or wish.uses else "patient-privacy"


def _provision(wish: Wish) -> Fhir:
    rule: Fhir = {"type": "deny" if wish.refuse else "permit"}
    extensions = [_extension("recipient-region", valueCode=one) for one in wish.regions]
    extensions += [_extension("recipient-role", valueCode=one) for one in wish.roles]
    if wish.onward:
        extensions.append(_extension("onward-sharing", valueBoolean=True))
    if wish.deidentify:
        extensions.append(_extension("deidentify-required", valueBoolean=True))
    parts: Fhir = {
        "extension": extensions,
        "period": _period(wish.starts, wish.ends),
        "actor": _recipients(wish.recipients),
        "action": [_concept(codes.CONSENT_ACTION, one) for one in wish.actions],
        "securityLabel": _labels(wish),
        "purpose": [_coding(codes.ACT_REASON, one) for one in wish.purposes],
        "class": _classes(wish.classes),
        "code": [_data_code(one) for one in wish.codes] + [_use(one) for one in wish.uses],
        "dataPeriod": _period(wish.data_since, wish.data_until),
        "provision": _exceptions(wish),
    }
    return rule | {name: value for name, value in parts.items() if value}


def _exceptions(wish: Wish) -> list[Fhir]:
    """Refusals inside a permit, one for each kind of thing excepted."""
    topics = [_coding(codes.ACT_CODE, one) for one in wish.except_sensitivities]
    excepted: list[Fhir] = [
        {"actor": _recipients(wish.except_recipients)},
        {"class": _classes(wish.except_classes)},
        {"code": [_data_code(one) for one in wish.except_codes]},
        {"securityLabel": topics},
        {"securityLabel": _above(wish)},
    ]
    return [{"type": "deny", **one} for one in excepted if all(one.values())]


def _labels(wish: Wish) -> list[Fhir]:
    """Labels in one element mean any of them: a ceiling beside sensitivities is an exception (`_above`)."""
    topics = [_coding(codes.ACT_CODE, one) for one in wish.sensitivities]
    if wish.confidentiality and not (topics and not wish.refuse):
        topics.append(_coding(codes.CONFIDENTIALITY, wish.confidentiality))
    return topics


def _above(wish: Wish) -> list[Fhir]:
    """The level above the ceiling of a permit that names sensitivities; refusing it covers all above."""
    if wish.refuse or not wish.sensitivities or wish.confidentiality not in tuple(codes.LEVELS[:-1]):
        return []
    return [_coding(codes.CONFIDENTIALITY, codes.LEVELS[codes.LEVELS.index(wish.confidentiality) + 1])]


def _extensions(wish: Wish) -> list[Fhir]:
    found = []
    if wish.study:
        study = wish.study if "/" in wish.study else f"ResearchStudy/{wish.study}"
        found.append(_extension("research-study", valueReference={"reference": study}))
    found += [_extension("geographic-limit", valueCode=one) for one in wish.places]
    if wish.proof:
        found.append(_extension("delegation-evidence", valueReference={"reference": "#proof"}))
    if wish.channel:
        found.append(_extension("channel", valueString=wish.channel))
    return found


def _recipients(references: Sequence[str]) -> list[Fhir]:
    role = _concept(codes.PARTICIPATION, "IRCP")
    return [{"role": role, "reference": {"reference": one}} for one in references]


def _classes(names: Sequence[str]) -> list[Fhir]:
    return [_coding(codes.RESOURCE_TYPES, one) for one in names]


def _data_code(text: str) -> Fhir:
    system, _, code = text.rpartition("|")
    return {"coding": [{"system": system, "code": code} if system else {"code": code}]}


def _use(text: str) -> Fhir:
    """A term of research use (DUO:0000007), or the disease beside it (MONDO:0005148)."""
    if duo("", text) or not is_disease("", text):
        return _concept(codes.DUO, text)
    return _concept(codes.MONDO, text)


def _period(start: str, end: str) -> Fhir:
    return {name: text for name, text in (("start", start), ("end", end)) if text}


def _as_shown(consent: Fhir, name_of: NameOf | None) -> Fhir:
    """The words the patient agreed to, in both languages, as the record of what was shown."""

    def named(lang: str) -> str:
        return sentence(consent, lang, lambda one: name_of(one, lang) if name_of else None)

    content = f"{named('zh')}\n{named('en')}\n".encode()
    paper = Paper(
        title="所示内容 / what was shown", content_type="text/plain; charset=utf-8", content=content
    )
    return {**_attachment(paper), "data": base64.b64encode(content).decode()}


def _attachment(paper: Paper) -> Fhir:
    # FHIR defines Attachment.hash as SHA-1: it finds the file again, the ledger's commitment protects it.
    digest = hashlib.sha1(paper.content, usedforsecurity=False).digest()
    return {
        "contentType": paper.content_type,
        "size": len(paper.content),
        "hash": base64.b64encode(digest).decode(),
        "title": paper.title,
    }


def _document(name: str, paper: Paper) -> Fhir:
    return {
        "resourceType": "DocumentReference",
        "id": name,
        "status": "current",
        "content": [{"attachment": _attachment(paper)}],
    }


def _extension(name: str, **value: object) -> Fhir:
    return {"url": f"{codes.EXTENSION}{name}", **value}


def _coding(system: str, code: str) -> Fhir:
    return {"system": system, "code": code}


def _concept(system: str, code: str) -> Fhir:
    return {"coding": [_coding(system, code)]}
