"""A real node in a folder, with a clock that stands still until it is moved and chance that is the same every time."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import orjson

from consent import Wish
from exchange.consenting import Granted, grant
from exchange.node.create import Founding
from exchange.node.node import Node
from exchange.node.tables import TABLES
from exchange.path.office import Office
from exchange.path.release import Refused, Released, release
from exchange.path.request import Request
from exchange.requesting import Ask, request_of
from exchange.wiring import open_node
from ledger import Change, Draft, Entry, Log, Recorded, Signer
from tests.exchange.people import AN, Resource

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)  # nine in the morning in China
FOUNDING = Founding(region="320583", name="昆山市区域卫生平台", node_id="ks", organisation="")

OWN_DOCTOR = "ks-dr-001"  # of the hospital that keeps the records
OTHER_DOCTOR = "ks-dr-005"  # of another hospital of the region
OTHER_HOSPITAL = "Organization/ks-tcm-hospital"
EMERGENCY_DOCTOR = "ks-em-004"  # of the emergency centre
OFFICER = "ks-so-001"
REASON = "昏迷送入,需了解既往用药"


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


def entropy(seed: str) -> Callable[[int], bytes]:
    """Bytes that never repeat within a test and are the same in every run."""
    drawn = count()
    return lambda size: hashlib.shake_256(f"{seed}/{next(drawn)}".encode()).digest(size)


@dataclass
class Site:
    """A node's folder, its clock, and how often it was opened."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    _opened: Iterator[int] = field(default_factory=count)

    @contextmanager
    def open(self, **environment: str) -> Iterator[Node]:
        """The node; every opening draws other chances than the one before."""
        chance = entropy(f"open {next(self._opened)}")
        with open_node(self.folder, environment, clock=self.clock, entropy=chance) as node:
            yield node

    def reader(self, node: Node) -> Log:
        """The node's ledger as another process sees it that may only read."""
        return Log.open(
            self.folder / "ledger.db",
            signer=signer(node),
            clock=self.clock,
            entropy=entropy("reader"),
            tables=TABLES,
            writable=False,
        )


def signer(node: Node) -> Signer:
    """The key the node signs its ledger with."""
    return Signer(f"hutong.{node.region}/{node.id}", node.office.master.for_use("ledger signer"))


def fill(node: Node, folder: Path, resources: Iterator[Resource] | list[Resource]) -> None:
    """Bring invented records into the node."""
    from exchange.intake import take_in

    source = folder / "records.ndjson"
    source.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in resources))
    report, _ = take_in(node, [source])
    source.unlink()
    assert report.rejected.total() == 0


def question(
    node: Node, person: str = OTHER_DOCTOR, patient: str = AN, purpose: str = "TREAT", **more: Any
) -> Request:
    """A request as the path gets it."""
    return request_of(node, Ask(patient=patient, purpose=purpose, person=person, **more))


def emergency(node: Node, patient: str = AN, person: str = EMERGENCY_DOCTOR, **more: Any) -> Request:
    """Break-glass by somebody who may, with a reason."""
    return question(node, person, patient, "ETREAT", **{"emergency_reason": REASON, **more})


@dataclass(frozen=True)
class Answer:
    """What came of a request, and what was handed over by it."""

    result: Released | Refused
    delivered: tuple[bytes, ...]

    @property
    def code(self) -> str:
        return self.result.verdict.code

    @property
    def permit(self) -> bool:
        return isinstance(self.result, Released)

    @property
    def refs(self) -> set[str]:
        """What is in the one Bundle that was delivered."""
        (bundle,) = self.delivered
        return {
            f"{one['resource']['resourceType']}/{one['resource']['id']}"
            for one in orjson.loads(bundle).get("entry", ())
        }


def put(request: Request, office: Office) -> Answer:
    """Walk the one path."""
    delivered: list[bytes] = []
    result = release(request, office, delivered.append)
    return Answer(result, tuple(delivered))


def released(request: Request, office: Office) -> Released:
    """Walk the one path to its happy end."""
    result = release(request, office, lambda _: None)
    assert isinstance(result, Released), result.verdict.reasons
    return result


def allow(node: Node, patient: str = AN, *, to: str = OTHER_HOSPITAL, **more: Any) -> Granted:
    """The patient allows somebody to see the record for treatment, with what the law wants asked separately."""
    said: dict[str, Any] = {
        "recipients": (to,),
        "purposes": ("TREAT",),
        "confirmed": ("sensitive", "third-party"),
    }
    return grant(node, patient, Wish(**(said | more)), by=f"Patient/{patient}")


def entries(node: Node) -> list[Recorded]:
    """The whole ledger."""
    return list(node.log.scan())


def last(node: Node) -> Recorded:
    return node.log.read(node.log.size - 1)


def deaf(office: Office, reader: Log) -> Office:
    """The office while its ledger takes no entries: the desk writes to a log that is open for reading only."""
    return replace(office, desk=office.desk.with_pen(reader))


@dataclass
class TakesOne:
    """A ledger that takes one entry and then no more."""

    first: Log
    then: Log

    def append(self, entry: Entry, *, sealed: bytes = b"", change: Change | None = None) -> Recorded:
        taken, self.first = self.first, self.then
        return taken.append(entry, sealed=sealed, change=change)

    def append_many(self, drafts: Sequence[Draft]) -> list[Recorded]:
        taken, self.first = self.first, self.then
        return taken.append_many(drafts)
