"""Grounds that are not consent: one's own record, a legal duty, the holder's own care, the next of kin.

They have reasons of their own, so that the audit never calls them consent.
Sources: PIPL 13(3), 45, 49.
"""

from consent.agreement import Finding
from consent.case import Question
from consent.codes import is_a
from consent.config import Config

_MAY_HIDE_A_REFUSAL = frozenset(("UNLABELED_DATA", "NON_COMPUTABLE_CONSENT"))


def has_died(question: Question) -> bool:
    """Whether the patient had died by the time asked; the day of death counts from its first minute."""
    return question.died is not None and question.died.first <= question.at


def is_next_of_kin(question: Question) -> bool:
    """Whether a near relative asks as such."""
    return question.is_next_of_kin and is_a(question.purpose, "FAMRQT")


def is_own_record(question: Question) -> bool:
    """Whether the patient asks for the patient's own record."""
    return question.actor == question.patient and is_a(question.purpose, "PATRQT")


def has_statutory_duty(question: Question, config: Config) -> bool:
    """Whether the organisation is on the site's list for this purpose or one above it."""
    authorities = config.statutory_authorities
    listed = any(question.organisation in authorities.get(purpose, ()) for purpose in question.purposes)
    return listed and question.legal_basis == "statutory-duty"


def may_hide_a_refusal(finding: Finding) -> bool:
    """Whether it cannot be told if the patient refused."""
    return finding.reason in _MAY_HIDE_A_REFUSAL


def is_internal_care(finding: Finding, question: Question, config: Config) -> bool:
    """Whether the holder's own staff treat their own patient; break-glass is never routine."""
    own_care = config.internal_care and not question.is_third_party and question.is_for_care
    may_be_refused = finding.reason == "CONSENT_DENY" or may_hide_a_refusal(finding)
    return own_care and question.purpose != "BTG" and not may_be_refused
