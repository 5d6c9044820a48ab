"""What a permit lacks to take effect here, told before it is let in: proof, separate consent, a named recipient.

A consent can be understood perfectly and still permit nothing. The same conditions void a permit when it is decided
by (voids.py, after_permit.py); here they are asked of the paper alone, all of them, each with its place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from consent.config import Config
from consent.document import Document, read_document
from consent.reasons import reason_words
from consent.rules import Rule

# The patient's own requests and those of whoever acts for the patient give nothing to others (PIPL 23).
_FOR_THE_PATIENT = frozenset(("PATRQT", "FAMRQT", "PWATRNY"))
_TO_OTHERS = ("sensitive", "provide-third-party")


@dataclass(frozen=True, slots=True)
class Lack:
    """What is lacking: the reason code a decision would give, the element concerned, and words for both."""

    code: str
    place: str
    en: str
    zh: str


def lacks(resource: Mapping[str, Any], config: Config) -> list[Lack]:
    """Everything that keeps the permits of a computable consent from taking effect under `config`.

    Of a refusal nothing is asked. What only a request can tell - ages, the border, the study - is not told here.
    """
    document = read_document(resource, config.tz_hours)
    permits = [one for one in document.root.walk() if one.permits] if document.root else []
    if not permits:
        return []
    patient = resource.get("patient")
    subject = str(patient.get("reference", "")) if isinstance(patient, Mapping) else ""
    found = [*_of_the_paper(document, subject, config)]
    for rule in permits:
        found += _of_the_rule(document, rule, config)
    return list(dict.fromkeys(found))


def _of_the_paper(document: Document, subject: str, config: Config) -> Iterator[Lack]:
    if document.status != "active":
        yield Lack("NOT_IN_FORCE", "Consent.status", "it is not active", "状态不是 active，不生效")
    if config.evidence_required and not document.has_evidence:
        yield _lack("CONSENT_EVIDENCE_MISSING", "Consent.source[x]")
    others = document.signers - {subject}
    if others and subject not in document.signers and not document.ours.delegation:
        yield _lack("DELEGATION_NOT_PROVEN", "Consent.performer")
    for base, version in document.policies:
        if config.required_policies.get(base, version) != version:
            yield _lack("RECONSENT_REQUIRED", "Consent.policy")


def _of_the_rule(document: Document, rule: Rule, config: Config) -> Iterator[Lack]:
    purposes = rule.whole.purposes
    if purposes and not any(document.serves(one) for one in purposes):
        yield Lack(
            "NOT_COVERED",
            f"Consent.{rule.path}.purpose",
            "the scope of the consent never serves its purposes: research and care do not stand for one another",
            "同意的范围(scope)不适用于这些目的：科研与诊疗互不相通",
        )
    if not _gives_to_others(document, rule):
        return
    if config.named_recipient_required and not any(one.is_named for one in rule.whole.recipients or ()):
        yield _lack("RECIPIENT_NOT_NAMED", f"Consent.{rule.path}.actor")
    for kind in _TO_OTHERS:
        if kind not in document.separate:
            words = reason_words("SEPARATE_CONSENT_REQUIRED")
            yield Lack(
                "SEPARATE_CONSENT_REQUIRED",
                "Consent.category",
                f"{words.en} ({kind} is missing)",
                f"{words.zh}(缺少 {kind})",
            )


def _gives_to_others(document: Document, rule: Rule) -> bool:
    """Whether anybody but the keeper of the record could see it under this rule, on their own account."""
    said = rule.whole
    if said.purposes and all(one in _FOR_THE_PATIENT for one in said.purposes):
        return False
    keepers = document.controllers or frozenset(said.custodians or ())
    return not (said.recipients and all(one.reference in keepers for one in said.recipients))


def _lack(code: str, place: str) -> Lack:
    words = reason_words(code)
    return Lack(code, place, words.en, words.zh)
