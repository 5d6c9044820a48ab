"""What a permit demanded, and whether it was done: read from the entries that followed it in the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exchange.audit.details import details_of
from exchange.decisions.page import Text
from exchange.decisions.words import role_words, time_of
from exchange.panels import WITH_PANEL, first_of
from exchange.path.duties import CannotFulfil, hours
from exchange.path.office import Office
from exchange.withdrawal.mark import COUNT
from ledger import Recorded

FINDINGS = {
    "justified": Text("情况属实，属于正当调阅", "found justified"),
    "not-justified": Text("调阅不正当", "found not justified"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One obligation of a permit. `state` is done, open, overdue, not-done or unknown; `says` tells it in words."""

    code: str
    value: str
    state: str
    says: Text


@dataclass(frozen=True, slots=True)
class Followed:
    """A permit and the entries of the same patient that belong to it."""

    office: Office
    permit: Recorded
    later: Sequence[Recorded]
    recipient: str

    @property
    def outcome(self) -> Recorded | None:
        """The entry that says what was handed over; None where there is none."""
        return self._first("access")

    @property
    def handed_over(self) -> bool:
        """Whether the ledger says that the record arrived."""
        return self.outcome is not None and self.outcome.entry.outcome == "0"

    def duties(self) -> list[Duty]:
        """Every obligation, in the order of the entry."""
        return [self._duty(*_split(one)) for one in self.permit.entry.obligations]

    def _duty(self, code: str, value: str) -> Duty:
        known = {
            "deidentify": self._deidentified,
            "minimum-necessary": self._least,
            "only-codes": self._few,
            "only-elements": self._few,
            "seal": self._sealed,
            "notify-patient": self._notified,
            "review": self._reviewed,
            "time-limit": self._limited,
            COUNT: self._counted,
            WITH_PANEL: self._looked_along,
        }
        state, says = (
            known[code](value)
            if code in known
            else ("unknown", Text("本程序不知其是否履行", "this program cannot tell"))
        )
        return Duty(code=code, value=value, state=state, says=says)

    def _deidentified(self, value: str) -> tuple[str, Text]:
        if not self.handed_over or self.outcome is None:
            return "not-done", NOTHING_LEFT
        report: Mapping[str, Any] = details_of(self.office, self.outcome).told.get("report", {})
        if report.get("profile") != value:
            return "unknown", Text("处理报告已无法打开", "its report cannot be opened any more")
        rules = str(report.get("rules", ""))
        return "done", Text(f"按 {value} 方案(规则 {rules})", f"with the profile {value} (rules {rules})")

    def _least(self, _: str) -> tuple[str, Text]:
        if not self.handed_over or self.outcome is None:
            return "not-done", NOTHING_LEFT
        count = self.outcome.entry.count
        return "done", Text(f"只提供了获准的 {count} 项", f"only the {count} permitted items were given")

    def _few(self, value: str) -> tuple[str, Text]:
        if not self.handed_over:
            return "not-done", NOTHING_LEFT
        return "done", Text(f"只提供了 {value}", f"only {value} were given")

    def _sealed(self, _: str) -> tuple[str, Text]:
        if not self.handed_over:
            return "not-done", NOTHING_LEFT
        if self.recipient in ("", self.office.desk.node):
            return "done", Text(
                "申请方属于本节点，未离开本节点",
                "the requester belongs to this node; it did not leave the node",
            )
        return "done", Text(f"已密封给节点 {self.recipient}", f"sealed to the node {self.recipient}")

    def _notified(self, _: str) -> tuple[str, Text]:
        told = self._first("notice", "delivered")
        if told is None:
            return "open", Text("尚无送达记录", "there is no record yet that the patient was told")
        return "done", Text(
            f"{time_of(told.time)} 已送达(条目 {told.id})",
            f"delivered at {time_of(told.time)} (entry {told.id})",
        )

    def _reviewed(self, value: str) -> tuple[str, Text]:
        closed, due = self._decided(), self._after(value)
        by = Text(f"应于 {time_of(due)} 前复核", f"due by {time_of(due)}") if due else Text("", "")
        if closed is None:
            late = due is not None and self.office.clock() > due
            state = (
                ("overdue", "已超过期限，尚未复核", "not reviewed, and overdue")
                if late
                else ("open", "尚未复核", "not reviewed yet")
            )
            return state[0], Text(f"{state[1]}；{by.zh}", f"{state[2]}; {by.en}")
        who, code = role_words(closed.entry.role), closed.entry.why
        finding = FINDINGS.get(code, Text(code, code))
        late = due is not None and closed.time > due
        note = Text("(晚于期限)", " (later than it was due)") if late else Text("", "")
        when, signed = time_of(closed.time), self._signed()
        return "done", Text(
            f"{when} 由{who.zh}复核：{finding.zh}{note.zh}；{by.zh}(条目 {closed.id})；{signed.zh}",
            f"reviewed at {when} by a {who.en}, {finding.en}{note.en}; {by.en} (entry {closed.id}); {signed.en}",
        )

    def _decided(self) -> Recorded | None:
        """The decision that stands; None where there is none, or a second officer gave it back."""
        steps = [one for one in self.later if one.entry.type == "review" and one.entry.subtype in _DECIDING]
        return steps[-1] if steps and steps[-1].entry.subtype == "close" else None

    def _signed(self) -> Text:
        signed = self._first("review", "sign-off")
        if signed is None:
            return Text("另一名安全负责人尚未签核", "a second officer has not signed it off yet")
        when = time_of(signed.time)
        return Text(
            f"{when} 由另一名安全负责人签核（条目 {signed.id}）",
            f"signed off by a second officer at {when} (entry {signed.id})",
        )

    def _limited(self, value: str) -> tuple[str, Text]:
        until = self._after(value)
        if not self.handed_over or until is None:
            return "not-done", NOTHING_LEFT
        return "done", Text(
            f"所提供的内容标明有效至 {time_of(until)}",
            f"what was given says that it is valid until {time_of(until)}",
        )

    def _counted(self, _: str) -> tuple[str, Text]:
        counted = self._first("notice", "counted")
        if counted is None:
            return "open", Text("尚未核对其间是否收回同意", "not looked at yet")
        return "done", Text(
            f"{time_of(counted.time)} 已核对(条目 {counted.id})",
            f"looked at {time_of(counted.time)} (entry {counted.id})",
        )

    def _looked_along(self, _: str) -> tuple[str, Text]:
        first = first_of(self.office.log, self.permit).id
        if first == self.permit.id:  # out of the spool each has its own
            return "done", Text("复核和通知单独进行", "it has a review and a notice of its own")
        return "done", Text(
            f"与同一请求的其他人员共用一项复核、一条通知(条目 {first})",
            f"one review and one notice for everybody it was asked for (entry {first})",
        )

    def _after(self, value: str) -> datetime | None:
        try:
            return self.permit.time + hours(value)
        except (CannotFulfil, OverflowError):
            return None

    def _first(self, kind: str, subtype: str = "") -> Recorded | None:
        kept = (one for one in self.later if one.entry.type == kind)
        return next((one for one in kept if subtype in ("", one.entry.subtype)), None)


_DECIDING = ("close", "return")
NOTHING_LEFT = Text("没有交付任何内容", "nothing was handed over")


def _split(obligation: str) -> tuple[str, str]:
    code, _, value = obligation.partition(":")
    return code, value
