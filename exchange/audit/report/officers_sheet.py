"""The page for the security officer: what happened in the month, in exact figures."""

from collections.abc import Callable, Iterator, Mapping

from exchange.audit.report.closing import entries_section, ledger_section
from exchange.audit.report.counted import WAYS, Counted, Split
from exchange.audit.report.figures import OfficersReport
from exchange.audit.report.follow_up import FollowUp
from exchange.audit.report.sheet import Bar, Bars, Block, Card, Cards, Days, Section, Sheet, Words
from exchange.audit.report.voice import Voice
from exchange.audit.report.wording import NOTHING, WEEKDAYS
from exchange.node.node import Node


def officers_sheet(node: Node, report: OfficersReport, lang: str) -> Sheet:
    """The report in one language."""
    voice = Voice(node, lang)
    return Sheet(
        lang=lang,
        title=voice.told(
            f"Who looked at records: {report.period.month}",
            f"档案查看月报：{voice.month(report.period.month)}",
        ),
        facts=voice.facts(
            report.period,
            report.made_at,
            voice.told(
                "security officer: exact figures and staff by name, not to be passed on",
                "安全负责人：数字未取整，含工作人员姓名，请勿外传",
            ),
        ),
        warning=_warning(voice, report),
        sections=tuple(_Telling(voice, report).sections()),
    )


def _warning(voice: Voice, report: OfficersReport) -> str:
    """Where the month is not a whole one."""
    period, told = report.period, []
    if not period.is_over:
        told.append(
            voice.told(
                f"This month is still running: figures up to {voice.time(period.until)}.",
                f"本月尚未结束：数字截至 {voice.time(period.until)}。",
            )
        )
    if period.begun > period.since:
        told.append(
            voice.told(
                f"The ledger began on {voice.time(period.begun)}; nothing is known of before.",
                f"账本始于 {voice.time(period.begun)}，此前情况无从得知。",
            )
        )
    return voice.told(" ", "").join(told)


class _Telling:
    """Tells one report in one language."""

    def __init__(self, voice: Voice, report: OfficersReport) -> None:
        self.voice, self.report = voice, report
        self.told, self.number = voice.told, voice.number
        self.allowed, self.refused = self.told("allowed", "允许"), self.told("refused", "拒绝")

    def sections(self) -> Iterator[Section]:
        now, rest = self.report.now, FollowUp(self.voice, self.report)
        yield Section(self.told("In short", "概要"), tuple(self._headline()))
        yield Section(self.told("Accesses by day", "每日查看"), tuple(self._days()))
        headings = {
            "purpose": self.told("Accesses by purpose", "按目的"),
            "organisation": self.told("Accesses by who asked: organisation", "按请求机构"),
            "region": self.told("Accesses by who asked: region", "按请求机构所在地区"),
        }
        for way in WAYS:
            yield Section(headings[way], (self._by(way, now.by[way]),))
        yield Section(self.told("Refusals by reason", "拒绝原因"), (self._refusals(),))
        yield Section(self.told("Emergencies and their review", "紧急调阅及复核"), tuple(rest.reviews()))
        yield Section(self.told("Consents", "患者同意"), (rest.consents(),))
        yield Section(self.told("Extracts handed to research", "交付科研的数据"), (rest.extracts(),))
        yield Section(self.told("What an officer should look at", "值得查看的情形"), tuple(rest.findings()))
        yield ledger_section(self.voice, self.report.period, self.report.ledger)
        yield entries_section(self.voice, self.report.period)

    def _headline(self) -> Iterator[Block]:
        now, last = self.report.now, self.report.before
        figures: tuple[tuple[str, Callable[[Counted], int]], ...] = (
            (self.told("accesses asked for", "申请查看"), lambda one: one.accesses.all),
            (self.allowed, lambda one: one.accesses.allowed),
            (self.refused, lambda one: one.accesses.refused),
            (self.told("patients whose record was seen", "档案被查看的患者"), lambda one: one.patients),
            (self.told("people who looked", "查看人员"), lambda one: one.people),
            (self.told("emergencies", "紧急调阅"), lambda one: one.emergencies),
            (self.told("consents given", "新的同意"), lambda one: one.consents["grant"]),
            (self.told("consents taken back", "收回同意"), lambda one: one.consents["revoke"]),
            (self.told("extracts for research", "科研数据提取"), lambda one: len(one.extracts)),
        )
        cards = [
            Card(name, self.number(of(now)), self._before(of(now), of(last) if last else None))
            for name, of in figures
        ]
        found = self.number(len(self.report.findings))
        cards.append(Card(self.told("findings to look at", "值得查看的情形"), found, ""))
        yield Cards(tuple(cards))
        if last and not self.report.before_is_whole:
            yield Words(
                self.told("The ledger was not yet there for all of the month before.", "账本未覆盖上月全月。")
            )
        if now.asked:
            yield Words(
                self.told(
                    f"Besides, people of this node put {self.number(now.asked)} questions to other regions, where"
                    " they are counted.",
                    f"此外，本节点人员向外地提出请求 {self.number(now.asked)} 次，由外地统计。",
                )
            )

    def _before(self, now: int, last: int | None) -> str:
        if last is None:
            return self.told("before: not known", "上月：无从得知")
        change = self.voice.change(now, last)
        told = self.told(f"before: {self.number(last)}", f"上月：{self.number(last)}")
        return f"{told} ({change})" if change else told

    def _days(self) -> Iterator[Block]:
        now = self.report.now
        if not now.accesses.all:
            yield Words(self.told(*NOTHING))
            return
        busiest, split = max(now.days.items(), key=lambda one: one[1].all)
        yield Days(
            title=self.told("Accesses by day, allowed and refused", "每日查看次数，分允许与拒绝"),
            description=self.told(
                f"{len(now.days)} days, {now.accesses.all:,} accesses, most of them on {busiest}: {split.all:,}."
                " The calendar below has the same figures.",
                f"{len(now.days)} 天共 {now.accesses.all:,} 次，最多的一天为 {busiest}，{split.all:,} 次。"
                "下方日历为同样的数字。",
            ),
            caption=self.told(
                "The same figures, a week a row: day, allowed, refused (dashed).",
                "同样的数字，每行一周：日期、允许、拒绝（虚线）。",
            ),
            names=(self.allowed, self.refused),
            weekdays=tuple(self.told(en, zh) for en, zh in WEEKDAYS),
            days=now.days,
        )

    def _by(self, way: str, groups: Mapping[str, Split]) -> Block:
        if not groups:
            return Words(self.told(*NOTHING))
        last = self.report.before
        head = (
            "",
            self.allowed,
            self.refused,
            self.told("of all", "占比"),
            self.told("month before", "上月"),
        )
        whole = self.report.now.accesses.all
        rows = tuple(
            Bar(
                self.voice.name(way, key),
                (split.allowed, split.refused),
                (
                    self.number(split.allowed),
                    self.number(split.refused),
                    self.voice.share(split.all, whole),
                    self.voice.known(last.by[way].get(key, Split()).all if last else None),
                ),
            )
            for key, split in groups.items()
        )
        both = self.report.now.accesses
        return Bars(
            head,
            rows,
            total=(
                self.told("total", "合计"),
                self.number(both.allowed),
                self.number(both.refused),
                self.voice.share(both.all, whole),
                self.voice.known(last.accesses.all if last else None),
            ),
        )

    def _refusals(self) -> Block:
        now, last = self.report.now, self.report.before
        if not now.refusals:
            return Words(self.told(*NOTHING))
        head = ("", self.refused, self.told("of all refusals", "占拒绝"), self.told("month before", "上月"))
        rows = tuple(
            Bar(
                self.voice.name("reason", why),
                (0, number),
                (
                    self.number(number),
                    self.voice.share(number, now.accesses.refused),
                    self.voice.known(last.refusals.get(why, 0) if last else None),
                ),
            )
            for why, number in now.refusals.items()
        )
        refused = now.accesses.refused
        return Bars(
            head,
            rows,
            total=(
                self.told("total", "合计"),
                self.number(refused),
                self.voice.share(refused, refused),
                self.voice.known(last.accesses.refused if last else None),
            ),
        )
