"""How a consent stands by itself, whoever asks: the rules that decide are asked, none is repeated here."""

from collections.abc import Sequence

from consent.case import Question, read_question
from consent.config import Config
from consent.document import Document
from consent.matching import counts
from consent.rules import Rule
from consent.voids import void
from consent.when import age
from exchange.path.subject import Subject


def question_about(subject: Subject, at: str, config: Config) -> Question:
    """The question how consents of this patient stand `at` (a FHIR dateTime). Raises BadCase."""
    return read_question({"patient": subject.as_case(), "at": at}, config)


def is_of_age(question: Question, config: Config) -> bool:
    """Whether nobody can be the patient's guardian for their age any more; also where the birth date is not known."""
    born = question.born
    return born is None or age(born.first.date(), question.today) >= config.guardian_lapse_age


def permitting(document: Document) -> Sequence[Rule]:
    """Its rules that permit something at some time."""
    return [one for one in document.root.walk() if one.permits] if document.root else ()


def obstacle(document: Document, question: Question, config: Config) -> str:
    """Why nothing that an active consent permits counts then: the decision's reason. "" where something counts.

    Also "" for a consent that only refuses: a refusal needs no proof and no guardian.
    """
    if document.problem is not None:
        return "NON_COMPUTABLE_CONSENT"
    permits = permitting(document)
    if not permits:
        return ""
    if any(counts(one, question) for one in permits):
        return void(document, question, config)
    ahead = any(one.whole.period is not None and one.whole.period.is_ahead(question.at) for one in permits)
    return "CONSENT_NOT_YET_VALID" if ahead else "CONSENT_EXPIRED"
