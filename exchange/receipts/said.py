"""What a consent says, in the fields of a receipt; made from the rules that decide, and from the names given.

The same again gives the same again: this is how a receipt is checked against the consent it is about.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from consent import sentence
from consent.codes import EXTENSION
from consent.document import read_document
from consent.phrases import Phrases
from consent.rules import Rule
from consent.sentences import exception
from consent.words import CLASSES, LEVELS, PURPOSES, ROLES, SENSITIVITIES, SEPARATE, word

Names = Mapping[str, Mapping[str, str]]
Json = dict[str, Any]
LANGUAGES = ("zh", "en")
WORDS = frozenset(LANGUAGES)
_CHINA = 8
_EVERYTHING = {"code": "", "zh": "全部健康档案", "en": "the whole record"}
_THE_PATIENT = {"zh": "患者本人", "en": "the patient"}
_CHANNELS = {"counter": ("窗口办理", "at the counter"), "paper form": ("纸质表格", "on a paper form")}
_ANYBODY = {"reference": "", "zh": "任何人", "en": "anyone"}


def said(resource: Mapping[str, Any], names: Names) -> Json:
    """The fields that follow from the consent alone; each with its codes, and words in both languages."""
    document = read_document(resource, _CHINA)
    told: Json = {
        "sentence": {one: sentence(resource, one, _naming(names, one)) for one in LANGUAGES},
        "status": document.status,
        "scope": document.scope,
        "signed": str(resource.get("dateTime", "")),
        "signed_on": {one: Phrases(one, _naming(names, one)).moment(document.signed) for one in LANGUAGES},
        "signed_by": [_signer(one, resource, names) for one in sorted(document.signers)],
        "collection_method": _channel(resource),
        "evidence": _evidence(resource),
        "terms": ["|".join(filter(None, one)) for one in document.policies],
        "confirmed_separately": _coded(sorted(document.separate), SEPARATE),
        "studies": [_named(one, names) for one in document.ours.studies],
        "retention_days": document.ours.retention_days,
    }
    return told | (_rule(document.root, names) if document.root else {})


def without_words(value: Any) -> Any:
    """The same without what is said in words: what is left does not change when the words are chosen better."""
    if isinstance(value, dict):
        return {name: without_words(inner) for name, inner in value.items() if name not in WORDS}
    return [without_words(one) for one in value] if isinstance(value, list) else value


def _rule(root: Rule, names: Names) -> Json:
    own = root.own
    labels = own.labels
    period = own.period.said if own.period else ("", "")
    since, until = own.data_period.said if own.data_period else ("", "")
    return {
        "decision": "permit" if root.permits else "deny",
        "purposes": _coded(own.purposes or (), PURPOSES),
        "pii_types": _coded(own.kinds or (), CLASSES) or [_EVERYTHING],
        "sensitive_pii": _coded(labels.sensitivities if labels else (), SENSITIVITIES),
        "confidentiality": _coded(labels.levels if labels else (), LEVELS),
        "recipients": [_named(one.reference, names) for one in own.recipients or ()] or [_ANYBODY],
        "recipient_roles": _coded(own.roles or (), ROLES),
        "recipient_regions": [_named(f"Region/{one}", names) for one in own.regions or ()],
        "period": {"start": period[0], "end": period[1]},
        "pii_period": {"start": since, "end": until},
        "passed_on": own.onward,
        "deidentified": own.deidentify,
        "exceptions": list(_exceptions(root, names)),
    }


def _exceptions(root: Rule, names: Names) -> Iterator[Json]:
    for rule in root.nested:
        told = {}
        for lang in LANGUAGES:
            text = exception(rule, Phrases(lang, _naming(names, lang)))
            told[lang] = text.removeprefix("，").removeprefix(", ")
        yield {"path": rule.path, **told}


def _naming(names: Names, lang: str) -> Any:
    return lambda reference: names.get(reference, {}).get(lang)


def _named(reference: str, names: Names) -> Json:
    known = names.get(reference, {})
    return {"reference": reference} | {lang: known.get(lang, reference) for lang in LANGUAGES}


def _signer(reference: str, resource: Mapping[str, Any], names: Names) -> Json:
    patient = resource.get("patient", {}).get("reference")
    return {"reference": reference, **_THE_PATIENT} if reference == patient else _named(reference, names)


def _coded(codes: Iterable[str], table: dict[str, tuple[str, str]]) -> list[Json]:
    return [{"code": one} | {lang: word(table, one, lang) for lang in LANGUAGES} for one in codes]


def _channel(resource: Mapping[str, Any]) -> Json | None:
    """How it was said, as our own consents note it; None where that is not on record."""
    for one in resource.get("extension", ()):
        if one.get("url") == f"{EXTENSION}channel":
            code = str(one.get("valueString", ""))
            zh, en = _CHANNELS.get(code, (code, code))
            return {"code": code, "zh": zh, "en": en}
    return None


def _evidence(resource: Mapping[str, Any]) -> Json:
    """What was signed: its name and digest, never its content."""
    attachment = resource.get("sourceAttachment")
    if isinstance(attachment, Mapping):
        return {
            name: attachment[name] for name in ("title", "contentType", "hash", "size") if name in attachment
        }
    reference = resource.get("sourceReference")
    return {"reference": str(reference.get("reference", ""))} if isinstance(reference, Mapping) else {}
