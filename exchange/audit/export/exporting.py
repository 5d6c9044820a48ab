"""Export entries: on record before the first byte leaves, written as they are read, on record with a digest after.

Pseudonyms stay pseudonyms unless the officer has them opened; that they were is on record too.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from exchange.audit.export.choosing import Choice, chosen
from exchange.audit.export.errors import OnlyForOfficers
from exchange.audit.export.event import Teller
from exchange.audit.export.forms import Form
from exchange.audit.export.opening import Opened, Pseudonyms
from exchange.errors import ExchangeError
from exchange.instants import to_us
from exchange.node.node import Node
from exchange.officers import OFFICER
from ledger import Entry, Recorded
from ledger.errors import LedgerError

Progress = Callable[[int, int], None]
WHAT = ("audit", "export")
NOT_AN_OFFICER = "NOT_AN_OFFICER"
_FAILED = "HANDOVER_FAILED"


class Sink(Protocol):
    """Where an export goes."""

    @property
    def is_folder(self) -> bool:
        """Whether each event becomes a file of its own."""
        ...

    def take(self, content: bytes, name: str) -> None:
        """The next piece; `name` is that of its file in a folder, "" in one file."""
        ...

    def finish(self) -> str:
        """Everything is there; its SHA-256, hex: of the file, or of the folder's SHA256SUMS."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to export, as which form, for whom (an id of the registry), and whether with names."""

    choice: Choice
    form: Form
    officer: str
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported. `entry` is the id of the entry that says so, `last` that of the last event."""

    entry: str
    count: int
    digest: str
    last: str
    more: bool


def export(node: Node, order: Order, sink: Sink, progress: Progress | None = None) -> Exported:
    """Write the entries to `sink`, one after the other.

    Raises OnlyForOfficers, NotInDirectory, what `chosen` raises, LedgerError (nothing was written where the ledger
    takes no entry), and whatever the sink raises.
    """
    person = node.directory.person(order.officer)
    base = _entry(node, order.officer, person.role, person.organisation)
    if person.role != OFFICER:
        said = replace(base, outcome="8", decision="deny", why=NOT_AN_OFFICER)
        raise OnlyForOfficers(_write(node, said, {}).id)
    which = chosen(node, order.choice)
    about = {"format": order.form.name, "opened": order.opened, "filter": which.on_record}
    begun = replace(base, decision="permit", phase="intent")
    intent = _write(node, begun, about)
    done = replace(begun, phase="outcome", intent=intent.id)
    names = Opened(node) if order.opened else Pseudonyms()
    pouring = _Pouring(Teller.of(node, names), order, sink, progress, node.log.size)
    try:
        pouring.head(node)
        more = pouring.rows(which.found)
        digest = pouring.end()
    except BaseException:
        # Where even this cannot be written, the intent stands without an outcome, and is told like that.
        with suppress(LedgerError, ExchangeError):
            _write(node, replace(done, outcome="8", why=_FAILED, count=pouring.count), about)
        raise
    told = {**about, "count": pouring.count, "digest": digest, "last": pouring.last}
    outcome = _write(node, replace(done, count=pouring.count), told)
    return Exported(outcome.id, pouring.count, digest, pouring.last, more)


@dataclass(slots=True)
class _Pouring:
    """An export under way."""

    teller: Teller
    order: Order
    sink: Sink
    progress: Progress | None
    size: int
    count: int = 0
    last: str = ""

    def head(self, node: Node) -> None:
        if not self.sink.is_folder:
            self.sink.take(self.order.form.head(node.clock()), "")

    def rows(self, found: Iterator[Recorded]) -> bool:
        """Every one up to the limit; whether there are more."""
        for one in found:
            if self.order.choice.limit and self.count == self.order.choice.limit:
                return True
            self._row(one)
            if self.progress:
                self.progress(one.index + 1, self.size)
        return False

    def end(self) -> str:
        if not self.sink.is_folder:
            self.sink.take(self.order.form.tail, "")
        return self.sink.finish()

    def _row(self, one: Recorded) -> None:
        event, form = self.teller.tell(one), self.order.form
        if self.sink.is_folder and form.alone:
            self.sink.take(form.alone(event), f"{one.index:09}-{one.id}{form.suffix}")
        else:
            self.sink.take((form.between if self.count else b"") + form.row(event), "")
        self.count, self.last = self.count + 1, one.id


def _entry(node: Node, officer: str, role: str, organisation: str) -> Entry:
    return Entry(
        type=WHAT[0],
        subtype=WHAT[1],
        action="R",
        outcome="0",
        region=node.region,
        node=node.id,
        source="officer",
        actor=node.desk.actor_named(officer),
        role=role,
        organisation=organisation,
        claimed_us=to_us(node.clock()),
    )


def _write(node: Node, entry: Entry, told: Mapping[str, object]) -> Recorded:
    return node.desk.write(entry, told, key=node.house_key)
