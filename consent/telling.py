"""An answer of the decision point as a sentence to the patient: yes or no, on which words of yours, what now.

允许：您在 2026-01-09 同意昆山市第一人民医院为看病查看您的检查检验报告，不含艾滋病相关信息。
Allowed: on 9 Jan 2026 you allowed Kunshan First People's Hospital to see your test reports for your care,
except HIV information.

Made from the rule that decided (`Answer.rule`), so it cannot say other than what was decided.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from consent.answer import Answer
from consent.document import Document, read_document
from consent.next_steps import next_step, to_the_patient
from consent.phrases import NameOf, Phrases
from consent.rules import Rule
from consent.sentences import exception

_CHINA = 8
_BY_CONSENT = ("CONSENT_PERMIT", "CONSENT_PERMIT_PARTIAL")


def answer_sentence(answer: Answer, consents: Iterable[Mapping[str, Any]], lang: str, name_of: NameOf) -> str:
    """What was decided and why, in "zh" or "en". `consents` are the versions it was decided by, as it saw them."""
    phrases = Phrases(lang, name_of)
    document, rule = _decided_by(answer.rule, consents)
    permits = answer.decision == "permit"
    tell = _permitted if permits else _refused
    said = [tell(answer, document, rule, phrases), _withheld(answer, phrases) if permits else ""]
    if step := next_step(answer.reason, permits=permits):
        said.append(phrases.full(step.zh, step.en))
    return phrases.joined([one for one in said if one])


def _permitted(answer: Answer, document: Document | None, rule: Rule | None, phrases: Phrases) -> str:
    why = to_the_patient(answer.reason)
    if answer.reason not in _BY_CONSENT:
        return phrases.pick(f"允许，不是依据您的同意：{why.zh}。", f"Allowed, not on your consent: {why.en}.")
    if document is None or rule is None:
        return phrases.pick(f"允许：{why.zh}。", f"Allowed: {why.en}.")
    others = len(set(answer.basis)) - 1
    besides = phrases.pick(f"另有 {others} 份同意也允许。", f"{others} more of your consents allow it.")
    told = phrases.pick("允许：", "Allowed: ") + _words(document, rule, phrases) + phrases.pick("。", ".")
    return phrases.joined([told, besides] if others > 0 else [told])


def _refused(answer: Answer, document: Document | None, rule: Rule | None, phrases: Phrases) -> str:
    why = to_the_patient(answer.reason)
    no = phrases.pick("不允许：", "Not allowed: ")
    if document is None or rule is None:
        return no + phrases.pick(f"{why.zh}。", f"{why.en}.")
    told = _words(document, rule, phrases)
    if answer.reason == "CONSENT_DENY":
        return no + told + phrases.pick("。", ".")
    joint = phrases.pick("，但是", ", but ") if rule.permits else phrases.pick("；", "; ")
    return no + told + joint + phrases.pick(f"{why.zh}。", f"{why.en}.")


def _words(document: Document, rule: Rule, phrases: Phrases) -> str:
    """The rule with what it inherits, what is excepted inside it, and the day it was said."""
    on = phrases.on_day(document.signed)
    told = phrases.clause(rule.whole, permits=rule.permits, on=on)
    told += "".join(exception(one, phrases) for one in rule.nested) + phrases.until(rule.whole)
    return told[:1].lower() + told[1:]


def _withheld(answer: Answer, phrases: Phrases) -> str:
    """How many of the things asked for were kept back, and why; never which."""
    reasons = Counter(one.reason for one in answer.redacted)
    if not reasons:
        return ""
    told = [
        phrases.pick(f"{to_the_patient(code).zh} {count} 项", f"{count} because {to_the_patient(code).en}")
        for code, count in sorted(reasons.items())
    ]
    number = len(answer.redacted)
    return phrases.pick(
        f"其中 {number} 项不给看：{'；'.join(told)}。", f"{number} of it not shown: {'; '.join(told)}."
    )


def _decided_by(place: str, consents: Iterable[Mapping[str, Any]]) -> tuple[Document | None, Rule | None]:
    """The consent and the rule at a place like "c-1/2 provision.provision[0]"."""
    name, _, path = place.partition(" ")
    if not name:
        return None, None
    for consent in consents:
        document = read_document(consent, _CHINA)
        if document.name == name:
            rules = document.root.walk() if document.root else ()
            return document, next((one for one in rules if one.path == path), None)
    return None, None
