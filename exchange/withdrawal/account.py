"""What the log says must stand in the tables of withdrawals and waiting extracts (see exchange/audit/agreement.py)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from exchange.withdrawal.mark import COUNT
from ledger import Recorded
from ledger.errors import CannotOpen
from ledger.sealing import unseal

OUTGOING = "SELECT entry, patient, kind, made_us, told, told_us, done, done_us FROM withdrawal_notice"
INCOMING = "SELECT entry, peer, notice, came_us, done, done_entry, answered_us FROM incoming_notice"
UNCOUNTED = "SELECT entry, patient FROM uncounted"
JOBS = "SELECT entry, made_us, changed_us, ended_us, how FROM extract_job"


@dataclass(frozen=True, slots=True)
class _Sent:
    patient: str
    kind: str
    made_us: int
    told: str | None = None
    told_us: int | None = None
    done: str | None = None
    done_us: int | None = None


@dataclass(frozen=True, slots=True)
class _Came:
    peer: str
    notice: str
    came_us: int
    done: str | None = None
    done_entry: str | None = None
    answered_us: int | None = None


@dataclass(frozen=True, slots=True)
class _Job:
    made_us: int
    changed_us: int | None = None
    ended_us: int | None = None
    how: str | None = None


@dataclass(slots=True)
class Account:
    """Hears the entries one by one, oldest first, and keeps what follows from them, by entry."""

    sent: dict[str, _Sent] = field(default_factory=dict)
    came: dict[str, _Came] = field(default_factory=dict)
    jobs: dict[str, _Job] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    uncounted: dict[str, tuple[object, ...]] = field(default_factory=dict)

    def hear(self, one: Recorded, house_key: bytes) -> None:
        """Take in one entry; most say nothing of these tables."""
        if COUNT in one.entry.obligations:
            self.uncounted[one.id] = (one.entry.patient,)
        if one.entry.type == "notice":
            if one.entry.subtype == "counted":
                self.uncounted.pop(one.entry.intent, None)
            self._sent(one)
            self._came(one, house_key)
        elif one.entry.type == "research":
            self._job(one)

    def outgoing(self) -> Mapping[str, tuple[object, ...]]:
        """The rows of OUTGOING, by entry."""
        return {
            entry: (s.patient, s.kind, s.made_us, s.told, s.told_us, s.done, s.done_us)
            for entry, s in self.sent.items()
        }

    def incoming(self) -> Mapping[str, tuple[object, ...]]:
        """The rows of INCOMING, by entry."""
        return {
            entry: (c.peer, c.notice, c.came_us, c.done, c.done_entry, c.answered_us)
            for entry, c in self.came.items()
        }

    def waiting(self) -> Mapping[str, tuple[object, ...]]:
        """The rows of JOBS, by entry."""
        return {entry: (j.made_us, j.changed_us, j.ended_us, j.how) for entry, j in self.jobs.items()}

    def _sent(self, one: Recorded) -> None:
        entry = one.entry
        if entry.subtype == "withdrawal":
            self.sent[one.id] = _Sent(entry.patient, entry.why, one.time_us)
        elif (before := self.sent.get(entry.intent)) and entry.subtype in ("told", "done"):
            said = (
                entry.why if entry.subtype == "told" else "received" if before.kind == "node" else "by-hand"
            )
            now = replace(before, told=before.told or said, told_us=before.told_us or one.time_us)
            if entry.subtype == "done":
                now = replace(now, done=entry.why, done_us=one.time_us)
            self.sent[entry.intent] = now

    def _came(self, one: Recorded, house_key: bytes) -> None:
        entry = one.entry
        if entry.subtype == "incoming":
            try:
                told = unseal(one.sealed, key=house_key)
            except CannotOpen:
                told = {}
            self.came[one.id] = _Came(str(told.get("peer")), str(told.get("notice")), one.time_us)
        elif before := self.came.get(entry.intent):
            if entry.subtype == "answer":
                said = replace(before, done=entry.why, done_entry=one.id, answered_us=None)
                self.came[entry.intent] = said
            elif entry.subtype == "answered":
                self.came[entry.intent] = replace(before, answered_us=one.time_us)

    def _job(self, one: Recorded) -> None:
        entry = one.entry
        if entry.subtype == "queue":
            self.jobs[one.id] = _Job(one.time_us)
        elif entry.subtype == "extract" and entry.intent in self.made:
            # It could not be put into place after all: it waits again.
            job = self.made.pop(entry.intent)
            self.jobs[job] = replace(self.jobs[job], ended_us=None, how=None)
        elif before := self.jobs.get(entry.intent):
            if entry.subtype == "extract":
                self.made[one.id] = entry.intent
                self.jobs[entry.intent] = replace(before, ended_us=one.time_us, how="made")
            elif entry.subtype == "job-ended":
                self.jobs[entry.intent] = replace(before, ended_us=one.time_us, how=entry.why)
            elif entry.subtype == "job-changed" and before.ended_us is None:
                self.jobs[entry.intent] = replace(before, changed_us=one.time_us)
