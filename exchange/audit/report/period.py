"""The month a report is about, as a stretch of the ledger."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from exchange.audit.search import first_at
from exchange.counting import months
from exchange.errors import ExchangeError
from exchange.instants import CHINA, MICROSECOND, to_us
from exchange.node.node import Node


class NotBegun(ExchangeError):
    """The month lies in the future."""

    def __init__(self, month: str) -> None:
        super().__init__(
            f"{month} has not begun",
            f"{month} 尚未开始",
            hint="without --month it is the last one that is over",
            hint_zh="不写 --month 时为最近一个已结束的月份",
        )


class BeforeTheLedger(ExchangeError):
    """The ledger is younger than the month: an empty report would be read as "nothing happened"."""

    exit_code = 6

    def __init__(self, month: str, first: str) -> None:
        super().__init__(
            f"this ledger begins in {first}; of {month} it knows nothing",
            f"本账本始于 {first}，对 {month} 一无所知",
            hint=f"as far as its first month has come: hutong audit report --month {first}",
            hint_zh=f"查看首个月份至今的情况：hutong audit report --month {first}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A month in China, and the entries of it: from place `first` up to but not including `stop`.

    `end` is the first instant after it, `until` the same, or the moment of asking while it is still running; `begun` is
    when the ledger began.
    """

    month: str
    since: datetime
    end: datetime
    until: datetime
    begun: datetime
    first: int
    stop: int
    is_over: bool

    @property
    def is_known(self) -> bool:
        """Whether the ledger was there for any of it."""
        return self.begun < self.until

    @property
    def is_whole(self) -> bool:
        """Whether the ledger was there for all of it, and it is over."""
        return self.is_over and self.begun < self.since + timedelta(days=1)

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of it that has begun."""
        first, last = self.since.date(), (self.until - MICROSECOND).astimezone(CHINA).date()
        return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))

    def as_dict(self) -> dict[str, object]:
        """For a program; times in China."""
        return {
            "month": self.month,
            "over": self.is_over,
            "since": self.since.isoformat(),
            "until": self.until.astimezone(CHINA).isoformat(timespec="seconds"),
        }

    def places(self) -> dict[str, object]:
        """Which entries those are, the last one included; None where there is none."""
        some = self.stop > self.first
        return {
            "first_entry": self.first if some else None,
            "last_entry": self.stop - 1 if some else None,
            "entries": self.stop - self.first,
        }


def month_to_tell(node: Node, month: str, now: datetime) -> Period:
    """The period of `month`; "" is the last one that is over. Raises NotBegun, BeforeTheLedger."""
    this = months.month_of(now)
    wanted = month or months.before(this)
    if wanted > this:
        raise NotBegun(wanted)
    first = months.month_of(node.log.read(0).time)
    if wanted < first:
        raise BeforeTheLedger(wanted, first)
    return period(node, wanted, now)


def period(node: Node, month: str, now: datetime) -> Period:
    """The stretch of the ledger that is `month`, which has begun; empty where the ledger is younger."""
    since, end = months.first_of(month), months.first_of(months.after(month))
    return Period(
        month=month,
        since=since,
        end=end,
        until=min(end, now),
        begun=node.log.read(0).time,
        first=first_at(node.log, to_us(since)),
        stop=first_at(node.log, to_us(end)),
        is_over=end <= now,
    )


def before(node: Node, one: Period) -> Period:
    """The month before it."""
    return period(node, months.before(one.month), one.until)
