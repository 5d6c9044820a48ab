"""How a report speaks one language: words, figures, spans of time, people by name."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from exchange.audit.named import people_named
from exchange.audit.report.period import Period
from exchange.counting.naming import Names
from exchange.instants import CHINA
from exchange.node.node import Node

NOT_TOLD = "—"
PSEUDONYM_SHOWN = 8
_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


@dataclass(frozen=True)
class Voice:
    """`lang` is "zh" or "en"."""

    node: Node
    lang: str

    def told(self, en: str, zh: str) -> str:
        """The text in this language."""
        return zh if self.lang == "zh" else en

    def name(self, way: str, key: str) -> str:
        """What a row is called, by the way it was counted."""
        return self._names.of(way, key, self.lang)

    def organisation(self, key: str) -> str:
        """What an organisation is called."""
        return self.name("organisation", key)

    def person(self, pseudonym: str) -> str:
        """Somebody of the registry by name; the beginning of the pseudonym of anybody else."""
        return self._people.get(pseudonym, pseudonym[:PSEUDONYM_SHOWN] or NOT_TOLD)

    def number(self, value: int) -> str:
        """Thousands apart."""
        return f"{value:,}"

    def known(self, value: int | None) -> str:
        """The same; a dash for what nobody knows."""
        return NOT_TOLD if value is None else self.number(value)

    def share(self, part: int, whole: int) -> str:
        """How much of it, in per cent; nothing of nothing."""
        return f"{part / whole:.1%}" if whole else NOT_TOLD

    def change(self, now: int, before: int) -> str:
        """How much more or less it is, in per cent with a sign before it; "" where there was nothing before."""
        if not before:
            return ""
        if now == before:
            return self.told("the same", "持平")
        change = f"{(now - before) / before:+.0%}"
        if change in ("+0%", "-0%"):
            return (
                self.told("under 1% more", "增加不足 1%")
                if now > before
                else self.told("under 1% less", "减少不足 1%")
            )
        return change.replace("-", "\N{MINUS SIGN}")

    def span(self, time: timedelta | None) -> str:
        """Two units of a length of time, cut and not rounded: 1 d 3 h, 3 h 20 min, 5 min."""
        if time is None:
            return NOT_TOLD
        seconds = int(time.total_seconds())
        units = (
            (seconds // _DAY, self.told("d", "天")),
            (seconds % _DAY // _HOUR, self.told("h", "小时")),
            (seconds % _HOUR // _MINUTE, self.told("min", "分")),
        )
        some = [f"{value} {unit}" for value, unit in units if value]
        return " ".join(some[:2]) or self.told("under 1 min", "不到 1 分")

    def time(self, moment: datetime | None) -> str:
        """China's time, to the minute."""
        return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}" if moment else NOT_TOLD

    def month(self, month: str) -> str:
        """A month as it is written in this language."""
        return self.told(month, f"{month[:4]} 年 {int(month[5:])} 月")

    def facts(self, period: Period, made_at: datetime, whom: str) -> tuple[tuple[str, str], ...]:
        """What stands below the title."""
        node = self.node
        last = period.until - timedelta(seconds=1)
        own = node.name_of(node.own.reference, self.lang) or node.own.id
        return (
            (self.told("node", "节点"), f"{own} ({node.id})"),
            (
                self.told("time", "统计时段"),
                self.told(
                    f"{self.time(period.since)} to {self.time(last)}, China",
                    f"{self.time(period.since)} 至 {self.time(last)}（中国时间）",
                ),
            ),
            (self.told("made", "生成时间"), self.time(made_at)),
            (self.told("for", "供何人使用"), whom),
        )

    @cached_property
    def _names(self) -> Names:
        return Names(self.node)

    @cached_property
    def _people(self) -> dict[str, str]:
        return people_named(self.node, self.lang)
