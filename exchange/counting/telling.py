"""A number is told like a record is handed over: on record before, told, on record after. A refusal is recorded too.

The entries name no patient. Who asked, what, the policy's answers and what was told are sealed under the node's key.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from exchange.counting.errors import TOO_FEW, CountRefused, TooFewPatients
from exchange.counting.figures import Figures
from exchange.counting.question import Question
from exchange.errors import ExchangeError
from exchange.instants import to_us
from exchange.node.node import Node
from exchange.path.judging import request_facts
from exchange.path.verdict import Because
from ledger import Change, Entry, Recorded
from ledger.errors import LedgerError


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What may be told, and the entry by which it is on record that it will be."""

    figures: Figures
    entry: Recorded


Deliver = Callable[[Counted], None]


@dataclass(frozen=True, slots=True)
class Record:
    """Writes about one count: `what` was counted (records, accesses; a month for a report), and `about` it, sealed."""

    node: Node
    question: Question
    what: str
    about: Mapping[str, object]

    def refuse(self, reasons: Sequence[Because]) -> CountRefused:
        """Record a refusal; the error that tells it, to be raised."""
        return CountRefused(reasons, self._refused(reasons[0]).id)

    def too_few(self, least: int, hint: str, hint_zh: str) -> TooFewPatients:
        """The same where nothing can be told."""
        return TooFewPatients(least, self._refused(TOO_FEW).id, hint, hint_zh)

    def tell(
        self,
        figures: Figures,
        deliver: Deliver,
        *,
        obligations: tuple[str, ...],
        change: Change | None = None,
    ) -> Counted:
        """Record the intent, durably and with `change`, tell, and record what was told.

        Raises LedgerError, in which case nothing was told, and whatever `deliver` raises.
        """
        intent = self.around(
            lambda intent: deliver(Counted(figures=figures, entry=intent)),
            told=figures.as_dict(),
            number=figures.total.number,
            obligations=obligations,
            change=change,
        )
        return Counted(figures=figures, entry=intent)

    def around(
        self,
        deliver: Callable[[Recorded], None],
        *,
        told: Mapping[str, object],
        number: int,
        obligations: tuple[str, ...],
        change: Change | None = None,
    ) -> Recorded:
        """The same for whatever is told; `number` is what the outcome counts. The intent. Raises as `tell` does."""
        entry = replace(self._entry(), decision="permit", obligations=obligations, phase="intent")
        intent = self._write(entry, self._sealed(), change)
        done = replace(entry, phase="outcome", intent=intent.id)
        try:
            deliver(intent)
        except BaseException:
            # Where even this cannot be written, the intent stands without an outcome, and is told like that.
            with suppress(LedgerError, ExchangeError):
                self._write(replace(done, outcome="8", why="HANDOVER_FAILED"), {})
            raise
        self._write(replace(done, count=number), {"told": dict(told)})
        return intent

    def _refused(self, why: Because) -> Recorded:
        entry = replace(self._entry(), decision="deny", outcome="8", why=why.code)
        because = {"zh": why.zh, "en": why.en, "law": why.law}
        return self._write(entry, {**self._sealed(), "because": because})

    def _entry(self) -> Entry:
        desk, request = self.node.desk, self.question.request
        return Entry(
            type="count",
            subtype=self.what,
            action="R",
            outcome="0",
            region=desk.region,
            node=desk.node,
            source="exchange",
            actor=desk.actor(request),
            role=request.actor.role,
            organisation=request.actor.organisation.id,
            purpose=request.purpose,
            policy=self.question.rules.digest,
            claimed_us=to_us(request.asked_at),
        )

    def _sealed(self) -> dict[str, object]:
        return {
            "request": request_facts(self.question.request, ""),
            "counted": dict(self.about),
            "policy": self.question.rules.as_kept(),
        }

    def _write(self, entry: Entry, told: Mapping[str, object], change: Change | None = None) -> Recorded:
        return self.node.desk.write(entry, told, key=self.node.house_key, change=change)
