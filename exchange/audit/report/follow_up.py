"""What an officer follows up, one by one: reviews, consents, extracts, findings."""

from collections.abc import Iterator, Sequence

from exchange.audit.report.counted import CONSENTS
from exchange.audit.report.figures import Late, OfficersReport
from exchange.audit.report.sheet import Block, Table, Words
from exchange.audit.report.voice import Voice
from exchange.audit.report.wording import CONSENT_EVENTS, NOTHING, STATES
from exchange.audit.words import FOUND

# So many are listed one by one, the oldest first.
MOST_LISTED = 20


class FollowUp:
    """Tells them of one report in one language."""

    def __init__(self, voice: Voice, report: OfficersReport) -> None:
        self.voice, self.report = voice, report
        self.told, self.number = voice.told, voice.number

    def reviews(self) -> Iterator[Block]:
        """How many were reviewed in time, how long it took, and who is late."""
        reviews = self.report.reviews
        if not reviews.all:
            yield Words(self.told(*NOTHING))
            return
        rows = tuple(
            (self.told(*STATES[state]), self.number(number)) for state, number in reviews.states.items()
        )
        at = (
            self.told("at the month's end", "截至月末")
            if self.report.period.is_over
            else self.told("now", "目前")
        )
        yield Table((at, self.told("reviews", "复核")), rows, right=(1,))
        if reviews.longest is not None:
            middle, longest = self.voice.span(reviews.median), self.voice.span(reviews.longest)
            yield Words(
                self.told(
                    f"From the access to its review: {middle} in the middle (median), {longest} at most. Found"
                    f" justified: {reviews.justified}, not justified: {reviews.not_justified}.",
                    f"从调阅到复核：中位数 {middle}，最长 {longest}。认定有正当理由 {reviews.justified} 件，"
                    f"没有正当理由 {reviews.not_justified} 件。",
                )
            )
        if late := self.report.late:
            yield self._late(late[:MOST_LISTED])
            yield from self._rest(len(late), "hutong review list")

    def _late(self, late: Sequence[Late]) -> Block:
        head = (
            self.told("overdue since", "应于此前复核"),
            self.told("who declared it", "声明人"),
            self.told("organisation", "机构"),
            self.told("since then", "此后"),
            self.told("entry", "账本条目"),
        )
        rows = tuple(
            (
                self.voice.time(one.review.due),
                self.voice.person(one.actor),
                self.voice.organisation(one.organisation),
                self.told(
                    f"reviewed {self.voice.time(one.review.closed)}",
                    f"已于 {self.voice.time(one.review.closed)} 复核",
                )
                if one.review.closed
                else self.told("still open", "仍未复核"),
                one.review.entry,
            )
            for one in late
        )
        return Table(head, rows)

    def consents(self) -> Block:
        """How many were given, changed and taken back."""
        now, last = self.report.now.consents, self.report.before
        rows = tuple(
            (
                self.told(*CONSENT_EVENTS[one]),
                self.number(now[one]),
                self.voice.known(last.consents[one] if last else None),
            )
            for one in CONSENTS
            if one != "brought" or now[one]  # only where several machines serve a region
        )
        head = ("", self.told("this month", "本月"), self.told("month before", "上月"))
        return Table(head, rows, right=(1, 2))

    def extracts(self) -> Block:
        """Each of them, to which project."""
        if not self.report.extracts:
            return Words(self.told(*NOTHING))
        head = (
            self.told("when", "时间"),
            self.told("project", "项目"),
            self.told("organisation", "机构"),
            self.told("patients", "患者"),
            self.told("records", "记录"),
            self.told("entry", "账本条目"),
        )
        rows = tuple(
            (
                self.voice.time(one.at),
                one.project,
                self.voice.organisation(one.organisation),
                self.number(one.patients),
                self.number(one.records),
                one.entry,
            )
            for one in self.report.extracts
        )
        return Table(head, rows, right=(3, 4))

    def findings(self) -> Iterator[Block]:
        """Each of them, the oldest first."""
        found = self.report.findings
        if not found:
            yield Words(self.told(*NOTHING))
        yield Words(
            self.told(
                "Compared with what the node knows today of relatives, watched patients, cases and organisations: made"
                " again later, it may list others.",
                "依据节点目前所知的亲属关系、关注名单、就诊情况和机构；日后重新生成时所列可能不同。",
            )
        )
        if not found:
            return
        yield Words(
            self.told(
                "Patterns honest work seldom makes. None of them proves anything.",
                "正常工作中少见的情形，均不构成证明。",
            )
        )
        head = (
            self.told("since", "起始"),
            self.told("kind", "类别"),
            self.told("who", "何人"),
            self.told("organisation", "机构"),
            self.told("what", "情况"),
            self.told("first entry", "首个条目"),
        )
        rows = tuple(
            (
                self.voice.time(one.at),
                self.told(*reversed(FOUND[one.kind])),
                self.voice.person(one.actor),
                self.voice.organisation(one.organisation),
                self.told(one.en, one.zh),
                one.entries[0],
            )
            for one in found[:MOST_LISTED]
        )
        yield Table(head, rows)
        yield from self._rest(len(found), "hutong audit anomalies")

    def _rest(self, number: int, command: str) -> Iterator[Block]:
        """What is not listed is counted, with the command that lists all."""
        if more := max(number - MOST_LISTED, 0):
            yield Words(
                self.told(f"And {more} more, all of them in: {command}", f"另有 {more} 项，全部见：{command}")
            )
