"""What makes a permit void: no proof of signing, the wrong signer, outdated terms. Never a refusal.

Refusals need no proof: whoever cannot show a signature is still heard when saying no.
"""

from datetime import date

from consent.case import Question
from consent.config import Config
from consent.document import Document
from consent.when import Moment, age, local, seen_in

_RELATIVES = ("RelatedPerson/", "Patient/")


def void(document: Document, question: Question, config: Config) -> str:
    """The reason the permits of this consent do not count, or "" when they do."""
    if document.signed is not None and document.signed.first > question.at:
        return "CONSENT_NOT_YET_VALID"
    if reason := _wrong_signer(document, question, config):
        return reason
    if config.evidence_required and not document.has_evidence:
        return "CONSENT_EVIDENCE_MISSING"
    if any(config.required_policies.get(base, version) != version for base, version in document.policies):
        return "RECONSENT_REQUIRED"
    return ""


def _wrong_signer(document: Document, question: Question, config: Config) -> str:
    """PIPL 31 (children), Civil Code 18 and 23 (a guardian's word ends at 18), delegation by an adult."""
    self_signed = not document.signers or question.patient in document.signers
    others = document.signers - {question.patient}
    if question.born is None:
        # IHE PCF's infant example is signed by a mother who is herself a patient and gives no birth date.
        proven = self_signed or document.ours.delegation or all(one.startswith("Patient/") for one in others)
        return "" if proven else "DELEGATION_NOT_PROVEN"
    signed_on = _day_signed(document, question, config)
    youngest = age(question.born.last.date(), signed_on)
    if self_signed and youngest >= config.guardian_required_under:
        return ""
    if not others:
        return "GUARDIAN_CONSENT_REQUIRED"
    if youngest >= config.guardian_lapse_age:
        return "" if document.ours.delegation else "DELEGATION_NOT_PROVEN"
    if not (document.ours.delegation or any(one.startswith(_RELATIVES) for one in others)):
        # The hospital's word, or a doctor's, is no guardian's; an authority that is one shows a paper (Civil Code 32).
        return "GUARDIAN_CONSENT_REQUIRED"
    oldest_today = age(question.born.first.date(), question.today)
    return "GUARDIAN_CONSENT_LAPSED" if oldest_today >= config.guardian_lapse_age else ""


def _day_signed(document: Document, question: Question, config: Config) -> date:
    """The local day of signing; where none is given, the day the registry learned of it, or today."""
    moment = document.signed or (Moment(document.known, document.known) if document.known else None)
    return seen_in(local(config.tz_hours), moment.first).date() if moment else question.today
