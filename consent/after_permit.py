"""What must be so even where the patient permits: who is named, the border, passing on, research terms.

The first that fails is the reason. Sources: PIPL 23, 29, 38, 39; Human Genetic Resources Regulation 28.
"""

from consent.case import MECHANISMS, Question
from consent.config import Config
from consent.document import Document
from consent.research import research_obstacle
from consent.rules import Conditions


def after_permit(document: Document, rule: Conditions, question: Question, config: Config) -> str:
    """The first condition this permit does not meet, or ""."""
    return (
        _to_others(document, rule, question, config)
        or _across_the_border(document, question, config)
        or _conditions(rule, question)
        or (research_obstacle(document, rule.uses, question) if question.is_for_research else "")
    )


def _to_others(document: Document, rule: Conditions, question: Question, config: Config) -> str:
    if not question.provides_to_others:
        return ""
    named = any(one.is_named and one.reference in question.parties for one in rule.recipients or ())
    if config.named_recipient_required and not named:
        return "RECIPIENT_NOT_NAMED"
    return "" if document.separate >= {"sensitive", "provide-third-party"} else "SEPARATE_CONSENT_REQUIRED"


def _across_the_border(document: Document, question: Question, config: Config) -> str:
    if not question.is_abroad:
        return ""
    if "cross-border" not in document.separate:
        return "CROSS_BORDER_CONSENT_REQUIRED"
    in_emergency = question.mechanism == "emergency" and config.emergency_export
    return "" if question.mechanism in MECHANISMS or in_emergency else "CROSS_BORDER_MECHANISM_REQUIRED"


def _conditions(rule: Conditions, question: Question) -> str:
    study = question.research
    if question.is_onward and not rule.onward:
        return "ONWARD_SHARING_NOT_PERMITTED"
    if study.genetic_data and question.is_foreign and not _is_filed(study.hgr_filing):
        return "HGR_FILING_REQUIRED"
    if rule.deidentify and not study.deidentified:
        return "DEIDENTIFICATION_REQUIRED"
    return ""


def _is_filed(filing: bool | str | None) -> bool:
    return bool(filing.strip()) if isinstance(filing, str) else bool(filing)
