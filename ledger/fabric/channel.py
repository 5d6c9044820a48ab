"""What the chaincodes do, as calls: keep and find the batches of a log, and groups of sealed consents."""

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from ledger.fabric.chaincode.contract import ALREADY_RECORDED
from ledger.fabric.errors import BadAnswer
from ledger.fabric.gateway import Committed, Gateway, Position


class Batch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The entries `start` to `stop` - 1 of a log, by the root over the first `stop` and that over the first `start`.

    Roots are hex; `checkpoint` is the log's own signed note about `root`. `seq` counts from 1.
    """

    seq: int
    start: int = msgspec.field(name="from")
    stop: int = msgspec.field(name="to")
    root: str
    previous_root: str
    checkpoint: str


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """What the entries `start` to `stop` - 1 of `log` say about consents: a commitment each, and all of it `sealed`.

    `sealed` is base64 and opens for the region alone. `position` is where it was read, if it was.
    """

    log: str
    seq: int
    start: int = msgspec.field(name="from")
    stop: int = msgspec.field(name="to")
    commitments: tuple[str, ...]
    sealed: str
    position: Position | None = None


class _KeptBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch as the channel keeps it: its number stands in its key."""

    start: int = msgspec.field(name="from")
    stop: int = msgspec.field(name="to")
    root: str
    previous_root: str
    checkpoint: str

    def numbered(self, seq: int) -> Batch:
        return Batch(
            seq=seq,
            start=self.start,
            stop=self.stop,
            root=self.root,
            previous_root=self.previous_root,
            checkpoint=self.checkpoint,
        )


class _LatestBatch(msgspec.Struct, frozen=True):
    seq: int
    value: _KeptBatch


class _KeptGroup(msgspec.Struct, frozen=True, kw_only=True):
    start: int = msgspec.field(name="from")
    stop: int = msgspec.field(name="to")


class _LatestGroup(msgspec.Struct, frozen=True):
    seq: int
    value: _KeptGroup


class _GroupEvent(msgspec.Struct, frozen=True, kw_only=True):
    msp: str
    log: str
    seq: int
    start: int = msgspec.field(name="from")
    stop: int = msgspec.field(name="to")
    commitments: tuple[str, ...]
    sealed: str


class End(msgspec.Struct, frozen=True):
    """Where a row on the channel ends: its last number, the entry after the last it covers, the root up to there."""

    seq: int
    stop: int
    root: str = ""


class Batches:
    """The batches of the log named `log` of the gateway's own region. Every call raises a FabricError."""

    def __init__(self, gateway: Gateway, log: str) -> None:
        self._gateway = gateway
        self._chaincode = gateway.connection.chaincode_audit
        self._msp = gateway.connection.msp
        self.log = log

    def record(self, batch: Batch) -> Committed:
        """Put it on the channel; also where the same batch is there already. Raises Conflict for another one.

        Only the own region's peer endorses: another region's outage does not keep roots from being anchored.
        """
        words = (
            "record_batch",
            str(batch.seq),
            str(batch.start),
            str(batch.stop),
            batch.root,
            batch.previous_root,
            batch.checkpoint,
        )
        return self._gateway.submit(
            self._chaincode, _bytes(*words), endorsers=[self._msp], is_done=_is_there_already
        )

    def latest(self) -> Batch | None:
        """The last batch without a gap before it; None for none."""
        answer = self._ask("latest")
        if not answer:
            return None
        found = _read(answer, _LatestBatch, "the latest batch")
        return found.value.numbered(found.seq)

    def get(self, seq: int) -> Batch | None:
        """The batch of this number; None where there is none."""
        answer = self._ask("get_batch", str(seq))
        return _read(answer, _KeptBatch, "a batch").numbered(seq) if answer else None

    def __iter__(self) -> Iterator[Batch]:
        """All of them, from the first to the last without a gap."""
        seq = 1
        while found := _read(self._ask("batches", str(seq)), list[_KeptBatch], "batches"):
            yield from (one.numbered(number) for number, one in enumerate(found, seq))
            seq += len(found)

    def _ask(self, function: str, *more: str) -> bytes:
        return self._gateway.evaluate(self._chaincode, _bytes(function, self._msp, self.log, *more))


class Groups:
    """Groups of consents of the gateway's own region. Every call raises a FabricError."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._chaincode = gateway.connection.chaincode_consent
        self._msp = gateway.connection.msp

    def record(self, group: Group) -> Committed:
        """Put it on the channel, endorsed by every region its policy asks for. Raises Conflict for another one."""
        words = (
            "record_consents",
            group.log,
            str(group.seq),
            str(group.start),
            str(group.stop),
            msgspec.json.encode(group.commitments).decode(),
            group.sealed,
        )
        return self._gateway.submit(self._chaincode, _bytes(*words), is_done=_is_there_already)

    def end(self, log: str) -> End | None:
        """Where the groups of `log` end, without a gap before; None where there are none."""
        answer = self._gateway.evaluate(self._chaincode, _bytes("latest", self._msp, log))
        if not answer:
            return None
        found = _read(answer, _LatestGroup, "the latest consents")
        return End(found.seq, found.value.stop)

    def logs(self) -> list[str]:
        """The names of the region's logs that have told anything."""
        answer = self._gateway.evaluate(self._chaincode, _bytes("logs", self._msp))
        return _read(answer, list[str], "the names of logs")

    def told(self, *, after: Position | None, seconds: float) -> Iterator[Group]:
        """The own region's groups of every log as they came onto the channel; ends when `seconds` are over."""
        for event in self._gateway.events(self._chaincode, after=after, seconds=seconds):
            told = _read(event.payload, _GroupEvent, "an event about consents")
            if told.msp == self._msp:
                yield Group(
                    log=told.log,
                    seq=told.seq,
                    start=told.start,
                    stop=told.stop,
                    commitments=told.commitments,
                    sealed=told.sealed,
                    position=event.position,
                )


def _is_there_already(answer: bytes) -> bool:
    return answer == ALREADY_RECORDED


T = TypeVar("T")


def _read(answer: bytes, form: type[T], what: str) -> T:
    try:
        return msgspec.json.decode(answer, type=form)
    except (msgspec.DecodeError, RecursionError):
        raise BadAnswer(what) from None


def _bytes(*words: str) -> list[bytes]:
    return [word.encode() for word in words]
