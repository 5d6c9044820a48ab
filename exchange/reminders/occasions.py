"""What comes due about one consent. On which days something may change is read from it; what changes is decided.

Only what the decision point itself would answer on that day is listed: exchange/reminders/standing.py asks it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from consent.case import Question
from consent.config import Config
from consent.document import Document
from consent.other_grounds import has_died
from consent.when import local
from exchange.path.subject import Subject
from exchange.reminders.calendar import anniversaries, birthday, days_after, months_after
from exchange.reminders.kinds import KINDS, OF_REASON
from exchange.reminders.standing import obstacle, permitting, question_about

# Whoever let something run out a year ago and did not come back does not want it.
LOOKS_BACK_DAYS = 365
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How far to look ahead, in days; what counts as long, and how often that is brought to mind, in months."""

    within_days: int
    long_months: int
    every_months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One thing about a consent: its kind, its local day where it has one, and what makes it the same one again."""

    kind: str
    day: date | None = None
    mark: str = ""

    @property
    def name(self) -> str:
        """The same for whatever is told once; other days, other terms are other occasions."""
        return f"{KINDS[self.kind].occasion or self.kind}/{self.mark or self.day or ''}"


def occasions(
    document: Document, subject: Subject, config: Config, plan: Plan, now: datetime
) -> Iterator[Occasion]:
    """What comes due about a consent of a living patient that stands as it is. Raises BadCase.

    Nothing for one that was taken back; what was replaced by a newer one is not to be asked about.
    """
    question = question_about(subject, now.isoformat(), config)
    if document.status != "active" or has_died(question):
        return
    look = _Look(document, subject, config, plan, question)
    reason = obstacle(document, question, config)
    if reason:
        yield from look.stands_in_the_way(reason)
    elif permitting(document):
        yield from look.permit_in_force()
    else:
        yield from look.refusal()


@dataclass(frozen=True, slots=True)
class _Look:
    document: Document
    subject: Subject
    config: Config
    plan: Plan
    question: Question

    @property
    def today(self) -> date:
        return self.question.today

    @property
    def by_another(self) -> bool:
        """Whether somebody else signed, and not the patient beside them."""
        signers = self.document.signers
        return bool(signers) and self.question.patient not in signers

    def stands_in_the_way(self, reason: str) -> Iterator[Occasion]:
        kind, day, mark = OF_REASON[reason], None, ""
        if kind == "guardian-lapsed":
            day = self._of_age()
        elif kind == "ended":
            day = self._day(self._end(permits=True))
        elif kind == "not-begun":
            day = self._begins()
        elif kind == "terms-changed":
            mark = " ".join(sorted(self._required_terms()))
        if kind != "ended" or self._is_recent(day):
            yield Occasion(kind=kind, day=day, mark=mark)

    def permit_in_force(self) -> Iterator[Occasion]:
        yield from self._ends("ends", permits=True)
        of_age = self._of_age()
        if self.by_another and of_age and self._is_ahead(of_age):
            then = question_about(self.subject, of_age.isoformat(), self.config)
            if obstacle(self.document, then, self.config) == "GUARDIAN_CONSENT_LAPSED":
                yield Occasion(kind="guardian-lapses", day=of_age)
        yield from self._own_say()
        yield from self._yearly()

    def refusal(self) -> Iterator[Occasion]:
        yield from self._ends("refusal-ends", permits=False)
        end = self._end(permits=False)
        if end and end < self.question.at:
            if self._is_recent(self._day(end)):
                yield Occasion(kind="refusal-ended", day=self._day(end))
            return
        of_age = self._of_age()
        if self.document.root and self.by_another and of_age and self._signed_on() < of_age <= self.today:
            yield Occasion(kind="refusal-stands", day=of_age)

    def _ends(self, kind: str, *, permits: bool) -> Iterator[Occasion]:
        """Its last day, where that is near; asked again just after it."""
        end = self._end(permits=permits)
        day = self._day(end)
        if end is None or day is None or end < self.question.at or day > self._horizon():
            return
        then = question_about(self.subject, (end + _TICK).isoformat(), self.config)
        if not permits or obstacle(self.document, then, self.config) == "CONSENT_EXPIRED":
            yield Occasion(kind=kind, day=day)

    def _own_say(self) -> Iterator[Occasion]:
        """PIPL 31: from this age a child agrees in their own name."""
        born, years = self.question.born, self.config.guardian_required_under
        if born is None or not self.by_another or years >= self.config.guardian_lapse_age:
            return
        day = birthday(born.last.date(), years)
        if self._signed_on() < day <= self._horizon() and self._is_recent(day):
            yield Occasion(kind="own-say", day=day)

    def _yearly(self) -> Iterator[Occasion]:
        since, end = self._signed_on(), self._day(self._end(permits=True))
        if end is not None and days_after(end, 1) < months_after(since, self.plan.long_months):
            return
        last, following = anniversaries(since, self.plan.every_months, self.today)
        for day in (last, following):
            if day and day <= self._horizon() and (end is None or day <= end):
                yield Occasion(kind="yearly", day=day)

    def _end(self, *, permits: bool) -> datetime | None:
        """The last instant at which any such rule counts; None where one has no end."""
        rules = self.document.root.walk() if self.document.root else ()
        periods = [one.whole.period for one in rules if one.permits is permits]
        ends = [one.end.last for one in periods if one is not None and one.end is not None]
        return max(ends) if ends and len(ends) == len(periods) else None

    def _begins(self) -> date | None:
        starts = [one.whole.period.start for one in permitting(self.document) if one.whole.period]
        first = min((one.first for one in starts if one), default=None)
        signed = self.document.signed.first if self.document.signed else None
        return self._day(max((one for one in (first, signed) if one), default=None))

    def _of_age(self) -> date | None:
        born = self.question.born
        return birthday(born.first.date(), self.config.guardian_lapse_age) if born else None

    def _signed_on(self) -> date:
        signed = self.document.signed.first if self.document.signed else self.document.known
        return self._day(signed) or self.today

    def _required_terms(self) -> Iterator[str]:
        for base, _ in self.document.policies:
            if base in self.config.required_policies:
                yield f"{base}|{self.config.required_policies[base]}"

    def _day(self, moment: datetime | None) -> date | None:
        return moment.astimezone(local(self.config.tz_hours)).date() if moment else None

    def _horizon(self) -> date:
        return days_after(self.today, self.plan.within_days)

    def _is_ahead(self, day: date) -> bool:
        return self.today < day <= self._horizon()

    def _is_recent(self, day: date | None) -> bool:
        return day is not None and (self.today - day).days <= LOOKS_BACK_DAYS
