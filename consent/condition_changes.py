"""What changed in the conditions of one rule: who, where, why, what, how long. Every condition has its words."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from consent.contrasts import limited, replaced
from consent.meaning import ends
from consent.phrases import FLAGS, Phrases
from consent.rules import Conditions, Recipient, Rule
from consent.when import Period
from consent.words import ACTIONS, CLASSES, MEANINGS, PURPOSES, ROLES, SENSITIVITIES, USES, word


@dataclass(frozen=True, slots=True)
class _List:
    """A condition that lists what it means: its name, what it lists, and one of these in words."""

    zh: str
    en: str
    of: Callable[[Conditions], Collection[Any] | None]
    told: Callable[[Phrases, Any], str]


def _coded(table: dict[str, tuple[str, str]]) -> Callable[[Phrases, Any], str]:
    return lambda phrases, code: word(table, code, phrases.lang)


def _data(phrases: Phrases, one: tuple[str, str]) -> str:
    return word(MEANINGS, one[0], phrases.lang).format(phrases.name(one[1]))


_LISTS = (
    _List("为什么看", "What for", lambda said: said.purposes, _coded(PURPOSES)),
    _List("接收方所在地区", "Where they are", lambda said: said.regions, Phrases.region),
    _List("接收方的身份", "What they are", lambda said: said.roles, _coded(ROLES)),
    _List("可以做什么", "What may be done", lambda said: said.actions, _coded(ACTIONS)),
    _List("看哪类记录", "Which kinds", lambda said: said.kinds, _coded(CLASSES)),
    _List("看哪些编码", "Which codes", lambda said: said.codes, lambda _, one: "|".join(filter(None, one))),
    _List("由谁保管的记录", "Held by", lambda said: said.custodians, Phrases.name),
    _List("由谁书写的记录", "Written by", lambda said: said.authors, Phrases.name),
    _List("具体哪些内容", "Exactly what", lambda said: said.data, _data),
    _List("研究范围", "Research use", lambda said: said.uses.terms if said.uses else None, _coded(USES)),
    _List(
        "研究的疾病",
        "Diseases",
        lambda said: said.uses.diseases if said.uses else None,
        lambda _, one: str(one),
    ),
)
_UNSAID = ("没有说明", "nothing said")


def condition_changes(old: Rule, new: Rule, phrases: Phrases) -> Iterator[str]:
    """A sentence for every condition `new` itself says otherwise than `old`. Both permit, or both refuse."""
    yield from _recipients(old, new, phrases)
    about = "" if new.permits else phrases.pick("您不同意的部分，", "In what you do not allow, ")
    for told in _others(old.own, new.own, phrases, permits=new.permits):
        yield about + (told[:1].lower() + told[1:] if about else told)


def _recipients(old: Rule, new: Rule, phrases: Phrases) -> Iterator[str]:
    was, now = (_by_meaning(one.own.recipients or ()) for one in (old, new))
    if not (new.permits and was and now):
        names = ("谁可以看", "Who may see it") if new.permits else ("不同意谁看", "Who may not see it")
        tell = {**was, **now}
        yield from limited(phrases, *names, was, now, lambda one: phrases.recipient(tell[one]))
        return
    told = (
        (old, was.keys() - now.keys(), was, "{}不再可以{}您的{}。", "{} may no longer {} your {}."),
        (new, now.keys() - was.keys(), now, "新增：{}可以{}您的{}。", "New: {} may {} your {}."),
    )
    for rule, some, named, zh, en in told:
        if some:
            who = phrases.list_of(sorted(phrases.recipient(named[one]) for one in some))
            what = phrases.what(rule.own, permits=True)
            yield phrases.pick(zh, en).format(who, phrases.do(rule.own), what)


def _by_meaning(recipients: Collection[Recipient]) -> dict[tuple[str, bool], Recipient]:
    return {(one.reference, one.is_named): one for one in recipients}


def _others(old: Conditions, new: Conditions, phrases: Phrases, *, permits: bool) -> Iterator[str]:
    for one in _LISTS:
        was, now = one.of(old) or (), one.of(new) or ()
        yield from limited(phrases, one.zh, one.en, was, now, partial(one.told, phrases))
    yield from _labels(old, new, phrases, permits=permits)
    yield from _period(old.period, new.period, phrases)
    if ends(old.data_period) != ends(new.data_period):
        spans = [phrases.data_span(one) if one else "" for one in (old.data_period, new.data_period)]
        yield replaced(phrases, "记录的时间", "Records of", *spans)
    flags = (
        ("onward", "能否转给别人", "Passing on", old.onward, new.onward),
        ("deidentify", "是否去掉身份", "Names", old.deidentify, new.deidentify),
    )
    for name, zh, en, *values in flags:
        if values[0] is not values[1]:
            said = [phrases.pick(*(_UNSAID if one is None else FLAGS[name, one])) for one in values]
            yield replaced(phrases, zh, en, *(phrases.pick(f"“{one}”", f'"{one}"') for one in said))


def _labels(old: Conditions, new: Conditions, phrases: Phrases, *, permits: bool) -> Iterator[str]:
    """Topics and levels together: in one rule they mean either."""

    def listed(said: Conditions) -> list[tuple[str, str]]:
        labels = said.labels
        return (
            [("topic", one) for one in labels.sensitivities] + [("level", one) for one in labels.levels]
            if labels
            else []
        )

    def told(one: tuple[str, str]) -> str:
        kind, code = one
        if kind == "level":
            return phrases.level([code], permits=permits)
        topic = word(SENSITIVITIES, code, phrases.lang)
        return phrases.pick(f"{topic}相关信息", f"{topic} information")

    yield from limited(phrases, "按私密标签", "By how private it is", listed(old), listed(new), told)


def _period(old: Period | None, new: Period | None, phrases: Phrases) -> Iterator[str]:
    (was_from, was_until), (now_from, now_until) = ends(old), ends(new)
    before, after = (one.said if one else ("", "") for one in (old, new))
    if was_from != now_from:
        yield replaced(phrases, "开始日期", "First day", phrases.day(before[0]), phrases.day(after[0]))
    if was_until != now_until:
        yield replaced(phrases, "截止日期", "Last day", phrases.day(before[1]), phrases.day(after[1]))
