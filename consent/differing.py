"""What changed between two versions of a consent, said in words made from the rules that decide.

昆山市第一人民医院不再可以查看您的检查检验报告。截止日期由 2026-01-09 改为 2027-01-09。
Kunshan First People's Hospital may no longer see your test reports. Last day: 9 Jan 2026 before, now 9 Jan 2027.

Two versions that decide everything alike say that nothing changed, however differently they are written.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from consent.condition_changes import condition_changes
from consent.contrasts import gained, replaced
from consent.document import Document, read_document
from consent.meaning import exceptions_changed, meaning, span
from consent.phrases import NameOf, Phrases
from consent.rules import Rule
from consent.sentences import clause, exception
from consent.words import EVERY_SCOPE, SEPARATE, STATUSES, word

# Dates are compared with one another, so where those without an offset are local does not matter.
_CHINA = 8
_NOTHING = (
    "内容没有变化，只有登记信息不同。",
    "Nothing changed in what it says; only what is noted about it differs.",
)


def difference(old: Mapping[str, Any], new: Mapping[str, Any], lang: str, name_of: NameOf) -> str:
    """What `new` says otherwise than `old`, in "zh" or "en"; that nothing changed, where both decide alike.

    `name_of(reference)` names people, organisations, groups and `Region/320583`, as for a sentence.
    """
    phrases = Phrases(lang, name_of)
    return phrases.joined(changes(old, new, lang, name_of)) or phrases.pick(*_NOTHING)


def changes(old: Mapping[str, Any], new: Mapping[str, Any], lang: str, name_of: NameOf) -> list[str]:
    """The same, a sentence for each change; none where nothing changed in what it says."""
    phrases = Phrases(lang, name_of)
    before, after = read_document(old, _CHINA), read_document(new, _CHINA)
    if before.problem is not None and (problem := after.problem) is not None:
        return [
            phrases.pick(
                f"两个版本都无法确切理解（{problem.place} {problem.zh}），都不会据此放行，也无从比较。",
                f"Neither version can be understood with certainty ({problem.place} {problem.en});"
                " nothing is released on either, and they cannot be compared.",
            )
        ]
    if before.problem is not None or after.problem is not None:
        return [*_readable(before, after, phrases)]
    return [*_of_the_whole(before, after, phrases), *_of_the_rules(before, after, phrases)]


def _of_the_whole(before: Document, after: Document, phrases: Phrases) -> Iterator[str]:
    yield from _status(before, after, phrases)
    if before.scope != after.scope:
        scopes = (word(EVERY_SCOPE, one.scope, phrases.lang) for one in (before, after))
        yield replaced(
            phrases, "适用范围", "Scope", *(phrases.pick(f"“{one}”", f'"{one}"') for one in scopes)
        )
    signed = [one.signed for one in (before, after)]
    if span(signed[0]) != span(signed[1]):
        yield replaced(phrases, "签署时间", "Signed on", *map(phrases.moment, signed))
    yield from _lists(before, after, phrases)
    kept = [one.ours.retention_days for one in (before, after)]
    if kept[0] != kept[1]:
        days = (one and phrases.pick(f"{one} 天", f"{one} days") for one in kept)
        yield replaced(phrases, "保存期限", "Kept for", *days)
    yield from _proofs(before, after, phrases)


def _readable(before: Document, after: Document, phrases: Phrases) -> Iterator[str]:
    """One of the two can be decided by and the other cannot; the rest says nothing beside that."""
    yield from _status(before, after, phrases)
    if (problem := after.problem) is not None:
        yield phrases.pick(
            f"原来可以理解，现在无法确切理解（{problem.place} {problem.zh}），不会据此放行。",
            f"It could be understood and now cannot be ({problem.place} {problem.en}); nothing is released on it.",
        )
    else:
        yield phrases.pick(
            "原来无法确切理解，现在可以。现在：", "It could not be understood. It says now: "
        ) + _whole(after.root, phrases)


def _status(before: Document, after: Document, phrases: Phrases) -> Iterator[str]:
    if (before.status, after.status) == ("active", "inactive"):
        yield phrases.pick("这份同意已收回，不再有效。", "It was taken back and no longer counts.")
    elif before.status != after.status:
        states = (word(STATUSES, one.status, phrases.lang) for one in (before, after))
        yield replaced(phrases, "状态", "State", *(phrases.pick(f"“{one}”", f'"{one}"') for one in states))


def _lists(before: Document, after: Document, phrases: Phrases) -> Iterator[str]:
    """Everything of which a consent as a whole may name several."""

    def confirmed(one: str) -> str:
        return word(SEPARATE, one, phrases.lang)

    def terms(one: tuple[str, str]) -> str:
        return "|".join(filter(None, one))

    was, now = before.ours, after.ours
    yield from gained(phrases, "签署人", "Signed by", before.signers, after.signers, phrases.name)
    yield from gained(phrases, "单独确认", "Confirmed separately", before.separate, after.separate, confirmed)
    yield from gained(phrases, "条款", "Terms", before.policies, after.policies, terms)
    yield from gained(phrases, "保管机构", "Kept by", before.controllers, after.controllers, phrases.name)
    yield from gained(phrases, "限于的研究项目", "Studies meant", was.studies, now.studies, phrases.name)
    yield from gained(phrases, "限于的研究地区", "Research in", was.places, now.places, phrases.region)


def _proofs(before: Document, after: Document, phrases: Phrases) -> Iterator[str]:
    pairs = (
        ("签署依据", "Proof of signing", before.has_evidence, after.has_evidence),
        (
            "可以替患者做主的证明",
            "Proof that the signer may decide",
            *(bool(one.ours.delegation) for one in (before, after)),
        ),
    )
    for zh, en, was, now in pairs:
        if was != now:
            yield phrases.pick(
                f"{zh}：{'原来没有，现在有了' if now else '原来有，现在没有'}。",
                f"{en}: {'none before, there now' if now else 'there before, none now'}.",
            )


def _of_the_rules(before: Document, after: Document, phrases: Phrases) -> Iterator[str]:
    was, now = before.root, after.root
    if meaning(was) == meaning(now):
        return
    if was is None or now is None or was.permits is not now.permits:
        yield phrases.pick("原来：", "It said: ") + _whole(was, phrases)
        yield phrases.pick("现在：", "It says now: ") + _whole(now, phrases)
        return
    yield from condition_changes(was, now, phrases)
    gone, come = exceptions_changed(was, now)
    for rules, zh, en in (
        (gone, "不再有这项例外", "No exception any more"),
        (come, "新增例外", "New exception"),
    ):
        for rule in rules:
            told = _alone(exception(rule, phrases))
            yield phrases.pick(f"{zh}：{told}。", f"{en}: {told}.")


def _whole(rule: Rule | None, phrases: Phrases) -> str:
    if rule is None:
        return phrases.pick("没有关于查看记录的约定。", "nothing about who may see your record.")
    return clause(rule, phrases)


def _alone(told: str) -> str:
    """An exception without the words that tie it to the rule around it."""
    for tie in ("，", ", ", "但", "except ", "but "):
        told = told.removeprefix(tie)
    return told
