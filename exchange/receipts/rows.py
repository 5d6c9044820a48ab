"""The lines of a receipt page: a name and what stands beside it, both in Chinese and English."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consent.phrases import Phrases

Both = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One line; `value` is None where nobody here knows."""

    name: Both
    value: Both | None


def facts(record: Mapping[str, Any]) -> Iterator[Row]:
    """What the consent says, one thing a line; what it does not speak of is left out."""
    said = record["said"]
    lists = (
        ("谁可以看" if said.get("decision") == "permit" else "不让谁看", "who", "recipients"),
        ("其中的身份", "of these, only", "recipient_roles"),
        ("所在地区", "in", "recipient_regions"),
        ("为什么看", "what for", "purposes"),
        ("看什么", "what", "pii_types"),
        ("特别私密的信息", "extra-private information", "sensitive_pii"),
        ("私密程度", "privacy level", "confidentiality"),
        ("例外", "except", "exceptions"),
        ("已单独确认", "confirmed separately", "confirmed_separately"),
        ("限于研究项目", "only for the study", "studies"),
        ("签署人", "signed by", "signed_by"),
    )
    for zh, en, name in lists:
        if found := said.get(name):
            yield _row(zh, en, _joined(found))
    yield from _times(said)
    yield from _papers(record)
    yield _row("由谁负责", "who is responsible", _joined(record["pii_controllers"]))
    law = record["jurisdiction"]
    yield _row("适用法域", "jurisdiction", {one: f"{law['country']} · {law[one]}" for one in ("zh", "en")})
    yield _row("依据", "lawful basis", record["lawful_basis"])


def rights(record: Mapping[str, Any]) -> Iterator[Row]:
    """How to take the consent back, and the patient's other rights."""
    yield _row("收回的办法", "how to take it back", record["withdrawal_method"])
    for one in record["privacy_rights"]:
        yield _row(_article_zh(one["article"]), one["article"], one)


def notices(record: Mapping[str, Any]) -> Iterator[Row]:
    """What the law wants told, item by item."""
    for one in record["notice"]:
        zh, en = f"{one['zh']}（{_article_zh(one['article'])}）", f"{one['en']} ({one['article']})"
        yield _row(zh, en, one["answer"])


def _article_zh(article: str) -> str:
    """PIPL 15, as it is called in Chinese."""
    return f"个保法第 {article.removeprefix('PIPL ')} 条"


def _times(said: Mapping[str, Any]) -> Iterator[Row]:
    for zh, en, name in (("看多久", "how long", "period"), ("哪段时间的记录", "records of", "pii_period")):
        span = said.get(name, {"start": "", "end": ""})
        if span["start"] or span["end"]:
            yield _row(zh, en, {lang: _span(span, lang) for lang in ("zh", "en")})
    if days := said["retention_days"]:
        yield _row("最多保存", "kept for at most", _plain(f"{days} 天", f"{days} days"))


def _span(span: Mapping[str, str], lang: str) -> str:
    phrases = Phrases(lang, lambda _: None)
    start, end = phrases.day(span["start"]), phrases.day(span["end"])
    text = phrases.pick(f"从 {start} 起", f"from {start}") if start else ""
    return " ".join(filter(None, (text, phrases.pick(f"到 {end} 为止", f"until {end}") if end else "")))


def _papers(record: Mapping[str, Any]) -> Iterator[Row]:
    """How and when it was said, and what of that is kept."""
    said = record["said"]
    if said["signed"]:
        yield _row("签署时间", "signed on", said["signed_on"])
    if channel := said["collection_method"]:
        yield _row("以何种方式", "how it was said", channel)
    if evidence := _evidence(said["evidence"]):
        yield _row("签署依据", "what was signed", _plain(evidence, evidence))
    if terms := "; ".join(said["terms"]):
        yield _row("条款", "terms", _plain(terms, terms))
    for one in record["event"]:
        told = f"{one['event_time']} ({one['entry']})"
        yield _row(f"账本：第 {one['version']} 版", f"ledger: version {one['version']}", _plain(told, told))


def _evidence(said: Mapping[str, Any]) -> str:
    digest = f"SHA-1 {said['hash']}" if said.get("hash") else ""
    return " · ".join(
        filter(None, (said.get("title"), said.get("reference"), said.get("contentType"), digest))
    )


def _joined(some: Sequence[Both]) -> Both:
    return {"zh": "、".join(one["zh"] for one in some), "en": ", ".join(one["en"] for one in some)}


def _plain(zh: str, en: str) -> Both:
    return {"zh": zh, "en": en}


def _row(zh: str, en: str, value: Both | None) -> Row:
    return Row({"zh": zh, "en": en}, value)
