"""The decision point: one question, all the patient's consents, one answer. No clock, no file, no network.

Order of questions: is enough said; has the patient died; is it the patient; is there a legal duty; did the
patient agree; is it the holder's own care; is it an emergency. Refused unless one of these permits.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from consent.agreement import Agreement, Finding
from consent.answer import Answer, Redacted
from consent.case import Item, Question, ask_about, read_question
from consent.config import Config
from consent.document import Document
from consent.emergency import OVERRIDE, break_glass, still_refused
from consent.obligations import BY_GROUND, precisely, tokens
from consent.other_grounds import (
    has_died,
    has_statutory_duty,
    is_internal_care,
    is_next_of_kin,
    is_own_record,
    may_hide_a_refusal,
)
from consent.reasons import PERMITS, rank
from consent.versions import in_force, read_all


class _Ruling(msgspec.Struct, frozen=True, gc=False):
    """The outcome for one item: a code of PERMITS, or the reason of a refusal."""

    code: str
    finding: Finding

    @property
    def permits(self) -> bool:
        return self.code in PERMITS


# The `patient` of a case, what is on file of them, and the time by which all of that was known.
OnePatient = tuple[Mapping[str, Any], Iterable[Document], datetime]
_RuleOnItem = Callable[[Finding, Question, Config], _Ruling]


def decide(consents: Sequence[Mapping[str, Any]], request: Mapping[str, Any], config: Config) -> Answer:
    """Answer `request` (the published case format) from every version stored of the patient's consents.

    Raises BadCase where the request, or something among the consents, is not what it must be.
    """
    return _decide(_reading(consents, config), read_question(request, config), config)


def decide_on_file(documents: Iterable[Document], request: Mapping[str, Any], config: Config) -> Answer:
    """The same from consents that were read before, as the registry keeps them. Raises BadCase."""
    return _decide(documents, read_question(request, config), config)


def decide_for_each(
    patients: Iterable[OnePatient], request: Mapping[str, Any], config: Config
) -> Iterator[Answer]:
    """The same question about each of many patients, in their order: it is read once. Raises BadCase.

    Each answer is that of `decide_on_file` to `request` with this `patient` and this `knownAt`.
    """
    question = read_question(request, config)
    for patient, documents, known_at in patients:
        yield _decide(documents, ask_about(question, patient, known_at), config)


def _reading(consents: Sequence[Mapping[str, Any]], config: Config) -> Iterator[Document]:
    """Read when they are asked for, and not before: some questions no consent is asked about."""
    yield from read_all(consents, config.tz_hours)


def _decide(documents: Iterable[Document], question: Question, config: Config) -> Answer:
    if not question.is_complete:
        return _all(question, "INCOMPLETE_REQUEST")
    if has_died(question):
        if is_next_of_kin(question):
            return _decide_items(documents, question, config, _rule_for_kin)
        if not question.is_for_research and question.legal_basis is None:
            return _all(question, "DECEASED_CONSENT_LAPSED")
    if is_own_record(question):
        return _all(question, "SUBJECT_ACCESS")
    if question.legal_basis is not None:
        return _all(
            question,
            "STATUTORY_DUTY" if has_statutory_duty(question, config) else "LEGAL_BASIS_NOT_ESTABLISHED",
        )
    return _decide_items(documents, question, config, _rule_for_living)


def _decide_items(
    documents: Iterable[Document], question: Question, config: Config, rule: _RuleOnItem
) -> Answer:
    agreement = Agreement(in_force(documents, question.patient, question.known_at), question, config)
    if not question.items:
        return _without_items(rule(agreement.about(None), question, config), config)
    return _join(question.items, [rule(agreement.about(item), question, config) for item in question.items])


def _rule_for_living(finding: Finding, question: Question, config: Config) -> _Ruling:
    if not finding.reason:
        return _Ruling("CONSENT_PERMIT", finding)
    if is_internal_care(finding, question, config):
        return _Ruling("INTERNAL_CARE", finding)
    return _Ruling(break_glass(finding, question, config), finding)


def _rule_for_kin(finding: Finding, _: Question, __: Config) -> _Ruling:
    """What the patient refused while alive is the arrangement that binds the next of kin (PIPL 49)."""
    if finding.reason == "CONSENT_DENY":
        return _Ruling("DECEASED_PRIOR_ARRANGEMENT", finding)
    if may_hide_a_refusal(finding):
        return _Ruling(finding.reason, finding)
    return _Ruling("DECEASED_NEXT_OF_KIN", finding)


def _join(items: Sequence[Item], rulings: Sequence[_Ruling]) -> Answer:
    """The whole answer is a permit when any item is permitted; every refused item keeps its own reason."""
    pairs = list(zip(items, rulings, strict=True))
    permitted = [ruling for _, ruling in pairs if ruling.permits]
    redacted = tuple(Redacted(item.ref, ruling.code) for item, ruling in pairs if not ruling.permits)
    if not permitted:
        worst = min(rulings, key=lambda one: rank(one.code))
        return Answer(decision="deny", reason=worst.code, redacted=redacted, rule=worst.finding.rule)
    ground = next(code for code in PERMITS if any(one.code == code for one in permitted))
    by_consent = [one.finding for one in permitted if one.code == "CONSENT_PERMIT"]
    return Answer(
        decision="permit",
        reason="CONSENT_PERMIT_PARTIAL" if ground == "CONSENT_PERMIT" and redacted else ground,
        basis=tuple(sorted({name for finding in by_consent for name in finding.basis})),
        permitted=tuple(item.ref for item, ruling in pairs if ruling.permits),
        redacted=redacted,
        obligations=BY_GROUND.get(ground, ()),
        rule=by_consent[0].rule if by_consent else "",
    )


def _without_items(ruling: _Ruling, config: Config) -> Answer:
    """Nothing was shown, so what is refused inside the permit goes along as obligations."""
    finding = ruling.finding
    if not ruling.permits:
        return Answer(decision="deny", reason=ruling.code, rule=finding.rule)
    exceptions, limits = finding.exceptions, finding.limits
    if ruling.code == OVERRIDE:
        exceptions, limits = still_refused(exceptions, config), ()
    by_consent = ruling.code == "CONSENT_PERMIT"
    return Answer(
        decision="permit",
        reason=ruling.code,
        basis=finding.basis if by_consent else (),
        obligations=(*BY_GROUND.get(ruling.code, ()), *tokens("REDACT", exceptions)),
        rule=finding.rule if by_consent else "",
        withhold=tuple(map(precisely, exceptions)),
        only=tuple(map(precisely, limits)),
    )


def _all(question: Question, code: str) -> Answer:
    """The same answer for everything asked for, without a look at the consents."""
    refs = tuple(item.ref for item in question.items)
    if code in PERMITS:
        return Answer(decision="permit", reason=code, permitted=refs, obligations=BY_GROUND.get(code, ()))
    return Answer(decision="deny", reason=code, redacted=tuple(Redacted(ref, code) for ref in refs))
