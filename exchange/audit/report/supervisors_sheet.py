"""The page for whoever supervises: rounded figures, small groups together, nobody's name."""

from collections.abc import Iterator

from exchange.audit.report.closing import counts_section, ledger_section
from exchange.audit.report.coarse import SupervisorsReport
from exchange.audit.report.sheet import Bar, Bars, Block, Card, Cards, Section, Sheet, Words
from exchange.audit.report.voice import Voice
from exchange.audit.report.wording import CONSENT_EVENTS, STATES, Pair
from exchange.counting.figures import Figures, Row
from exchange.node.node import Node
from ledger import Recorded

HEADINGS: dict[str, Pair] = {
    "decision": ("Accesses by decision", "按决定"),
    "purpose": ("Accesses by purpose", "按目的"),
    "organisation": ("Accesses by who asked: organisation", "按请求机构"),
    "region": ("Accesses by who asked: region", "按请求机构所在地区"),
    "reason": ("Accesses by reason", "按原因"),
    "emergency": ("Accesses by whether they were emergencies", "按是否紧急"),
    "reviews": ("Review of emergencies, at the month's end", "紧急调阅的复核（截至月末）"),
    "consents": ("Consents", "患者同意"),
}
_OTHER = {"reviews": STATES, "consents": CONSENT_EVENTS}


def supervisors_sheet(node: Node, report: SupervisorsReport, intent: Recorded, lang: str) -> Sheet:
    """The report in one language. `intent` is the entry by which it is on record that it was told."""
    voice = Voice(node, lang)
    month = report.period.month
    return Sheet(
        lang=lang,
        title=voice.told(f"Who looked at records: {month}", f"档案查看月报：{voice.month(month)}"),
        facts=(
            *voice.facts(
                report.period,
                report.made_at,
                voice.told("supervising body: rounded, no person", "监管机构：数字取整，不含任何个人"),
            ),
            (voice.told("on record", "已记账"), intent.id),
        ),
        warning="",
        sections=tuple(_sections(voice, report)),
    )


def _sections(voice: Voice, report: SupervisorsReport) -> Iterator[Section]:
    told, limit = voice.told, report.limit
    yield Section(
        told("In short", "概要"),
        (
            Cards(tuple(_headline(voice, report))),
            Words(
                told(
                    f"Every number is rounded down to a multiple of {limit.step}, so rows do not add up. The smallest"
                    f" rows stand together, as many as it takes to be about {limit.least} patients.",
                    f"数字一律向下取为 {limit.step} 的倍数，各行之和不等于合计。"
                    f"最小的若干行合并列出，合计涉及患者不少于 {limit.least} 人。",
                )
            ),
        ),
    )
    for table, heading in HEADINGS.items():
        yield Section(
            told(*heading), (_table(voice, report, table, report.now[table], report.before[table]),)
        )
    yield ledger_section(voice, report.period, report.ledger)
    yield counts_section(voice, report.period)


def _headline(voice: Voice, report: SupervisorsReport) -> Iterator[Card]:
    told = voice.told
    asked = (
        ("decision", "", told("accesses asked for, at least", "申请查看（至少）")),
        ("decision", "permit", told("allowed, at least", "允许（至少）")),
        ("decision", "deny", told("refused, at least", "拒绝（至少）")),
        ("emergency", "yes", told("emergencies, at least", "紧急调阅（至少）")),
        ("consents", "revoke", told("consents taken back, at least", "收回同意（至少）")),
    )
    for table, key, name in asked:
        now = _row(report.now[table], key)
        if now is None:
            continue  # it stands together with others, in a table below
        last = _number(voice, _row(report.before[table], key))
        yield Card(name, voice.known(now.number), told(f"before: {last}", f"上月：{last}"))


def _table(
    voice: Voice, report: SupervisorsReport, table: str, now: Figures | None, last: Figures | None
) -> Block:
    told = voice.told
    if now is None:
        few = told(
            f"Fewer than {report.limit.least} patients: nothing is told.",
            f"涉及患者不足 {report.limit.least} 人：不公布。",
        )
        return Words(few)
    largest_first = sorted(now.rows, key=lambda one: (-one.number, one.key))
    rows = [(_name(voice, table, one.key), one, _row(last, one.key)) for one in largest_first]
    rows.append((told("all others together", "其余合计"), now.together, None))
    head = (
        "",
        told("number, at least", "数量（至少）"),
        told("patients, at least", "患者（至少）"),
        told("month before", "上月"),
    )
    bars = [
        Bar(
            name,
            (one.number, 0),
            (voice.number(one.number), voice.number(one.patients), _number(voice, then)),
        )
        for name, one, then in rows
    ]
    return Bars(head, tuple(bars))


def _name(voice: Voice, table: str, key: str) -> str:
    return voice.told(*_OTHER[table][key]) if table in _OTHER else voice.name(table, key)


def _row(told: Figures | None, key: str) -> Row | None:
    """The row of that key, the total for ""; None where it does not stand alone."""
    if told is None:
        return None
    return next((one for one in told.rows if one.key == key), None) if key else told.total


def _number(voice: Voice, row: Row | None) -> str:
    return voice.known(row.number if row else None)
