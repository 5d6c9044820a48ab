"""The sentence a patient reads, made from the same rules that decide. Nothing a rule says is left out of it.

您同意昆山市第一人民医院为看病查看您的检查检验报告，不含艾滋病相关信息，到 2026-01-09 为止。
You allow Kunshan First People's Hospital to see your test reports for your care, except HIV information,
until 9 Jan 2026.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from consent.document import Document, read_document
from consent.phrases import NameOf, Phrases
from consent.rules import Rule
from consent.words import SCOPES, SEPARATE, STATUSES, word

# Dates in the sentence stand as they were written, so where they are local does not matter.
_ANYWHERE = 8


def sentence(resource: Mapping[str, Any], lang: str, name_of: NameOf, *, today: date | None = None) -> str:
    """What the consent says, in "zh" or "en"; with `today` also whether it has ended.

    `name_of(reference)` names people, organisations, groups and `Region/320583`; what it does not know is
    shown as it stands in the consent.
    """
    document = read_document(resource, _ANYWHERE)
    phrases = Phrases(lang, name_of)
    patient = resource.get("patient")
    subject = str(patient.get("reference", "")) if isinstance(patient, Mapping) else ""
    parts = [_state(document, phrases, today), _body(document, phrases), *_beside(document, phrases, subject)]
    return phrases.joined([part for part in parts if part])


def _body(document: Document, phrases: Phrases) -> str:
    if (problem := document.problem) is not None:
        return phrases.pick(
            f"这份同意书无法确切理解（{problem.place} {problem.zh}），不会据此放行。",
            f"This consent cannot be understood with certainty ({problem.place} {problem.en});"
            " nothing is released on it.",
        )
    if document.root is None:
        return phrases.pick("这里没有关于查看记录的约定。", "It says nothing about who may see your record.")
    return clause(document.root, phrases)


def clause(root: Rule, phrases: Phrases) -> str:
    """A whole tree of rules as one sentence."""
    told = phrases.clause(root.own, permits=root.permits)
    exceptions = "".join(exception(one, phrases) for one in root.nested)
    return told + exceptions + phrases.until(root.own) + phrases.pick("。", ".")


def exception(rule: Rule, phrases: Phrases) -> str:
    """A rule inside another, with all inside it; it goes on where the outer rule stopped: ", except ..."."""
    inner = phrases.until(rule.own) + "".join(exception(one, phrases) for one in rule.nested)
    return phrases.exception(rule.own, permits=rule.permits) + phrases.aside(inner)


def _state(document: Document, phrases: Phrases, today: date | None) -> str:
    if document.status != "active":
        said = word(STATUSES, document.status, phrases.lang)
        return phrases.pick(f"【{said}】", f"[{said}]")
    period = document.root.own.period if document.root else None
    if today is None or period is None or period.end is None or period.end.last.date() >= today:
        return ""
    return phrases.pick("【已到期】", "[ended]")


def _beside(document: Document, phrases: Phrases, patient: str) -> list[str]:
    """What stands on the consent as a whole: what was confirmed separately, for which study, who signed."""
    found = []
    if document.scope in SCOPES:
        said = word(SCOPES, document.scope, phrases.lang)
        found.append(phrases.pick(f"{said}。", f"It is {said}."))
    if document.separate:
        said = phrases.list_of([word(SEPARATE, one, phrases.lang) for one in sorted(document.separate)])
        found.append(phrases.pick(f"已单独确认：{said}。", f"Confirmed separately: {said}."))
    if document.ours.studies:
        said = phrases.names(document.ours.studies)
        found.append(phrases.pick(f"限于研究项目{said}。", f"Only for the study {said}."))
    if document.ours.places:
        said = phrases.list_of([phrases.region(one) for one in document.ours.places])
        found.append(phrases.pick(f"限于在{said}开展的研究。", f"Only for research in {said}."))
    if document.ours.retention_days:
        days = document.ours.retention_days
        found.append(phrases.pick(f"最多保存 {days} 天。", f"Kept for {days} days at most."))
    if others := sorted(document.signers - {patient}):
        said = phrases.names(others)
        found.append(phrases.pick(f"由{said}替您做主。", f"{said} decided for you."))
    return found
