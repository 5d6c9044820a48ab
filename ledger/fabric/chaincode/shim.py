"""Speak with the peer: it calls, says which transactions to run, and answers what they read and write.

One line carries everything. All that goes out passes through one queue, so that two transactions never write over each
other; every transaction gets a reply, whatever happened in it.
"""

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fabric_protos.peer import chaincode_pb2, chaincode_shim_pb2, proposal_response_pb2

from ledger.fabric.chaincode.contract import Refused, run
from ledger.fabric.chaincode.stub import Kind, PeerRefused, Stub, stub_of

log = logging.getLogger("hutong.chaincode")
MOST_AT_ONCE = 64
ANSWER_SECONDS = 30.0
OK, ERROR = 200, 500

Contract = Callable[[Stub], bytes]
_Place = tuple[str, str]


class Shim:
    """The service a peer connects to (`protos.Chaincode`). `package` is the id the peer knows the chaincode by."""

    def __init__(self, package: str, contract: Contract = run) -> None:
        self._package = package
        self._contract = contract

    def Connect(self, incoming: Iterator[Any], _: object) -> Iterator[Any]:
        """One peer's line, until it hangs up: what it says comes in, what is to be said is given out."""
        line = _Line(self._contract)
        name = chaincode_pb2.ChaincodeID(name=self._package)
        yield _message(Kind.REGISTER, name.SerializeToString())
        threading.Thread(target=line.listen, args=(incoming,), name="hutong-chaincode", daemon=True).start()
        yield from line.outgoing()


class _Line:
    """One peer's line. `listen` runs in a thread of its own, each transaction in another."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._out: queue.SimpleQueue[Any] = queue.SimpleQueue()
        # A transaction asks one thing at a time, so its place says whose an answer is.
        self._waiting: dict[_Place, queue.SimpleQueue[Any]] = {}

    def outgoing(self) -> Iterator[Any]:
        """What is to be sent, in order, until the peer hangs up."""
        while (message := self._out.get()) is not None:
            yield message

    def listen(self, incoming: Iterator[Any]) -> None:
        """Hear the peer until it hangs up."""
        with ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="hutong-transaction") as pool:
            try:
                for message in incoming:
                    self._hear(message, pool)
            except Exception as error:  # noqa: BLE001 - a line that breaks ends in many ways; the peer calls again
                log.info("the peer hung up: %s", type(error).__name__)
            finally:
                for answers in list(self._waiting.values()):
                    answers.put(_message(Kind.ERROR, b"the peer hung up"))
                self._out.put(None)

    def _hear(self, message: Any, pool: ThreadPoolExecutor) -> None:
        if message.type in (Kind.TRANSACTION, Kind.INIT):
            pool.submit(self._transact, message)
        elif message.type in (Kind.RESPONSE, Kind.ERROR):
            if answers := self._waiting.get((message.channel_id, message.txid)):
                answers.put(message)
        elif message.type == Kind.KEEPALIVE:
            self._out.put(message)

    def _transact(self, begun: Any) -> None:
        answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        place = (begun.channel_id, begun.txid)
        self._waiting[place] = answers

        def ask(kind: int, payload: bytes) -> bytes:
            self._out.put(_message(kind, payload, begun))
            try:
                answer = answers.get(timeout=ANSWER_SECONDS)
            except queue.Empty:
                raise PeerRefused("the peer did not answer") from None
            if answer.type == Kind.ERROR:
                raise PeerRefused(answer.payload.decode(errors="replace"))
            return bytes(answer.payload)

        try:
            reply = self._reply(begun, ask)
        finally:
            del self._waiting[place]
        self._out.put(reply)

    def _reply(self, begun: Any, ask: Callable[[int, bytes], bytes]) -> Any:
        """COMPLETED with the contract's answer or refusal; also where something broke, so that nobody waits."""
        event = None
        try:
            stub = stub_of(begun, ask)
            response = proposal_response_pb2.Response(
                status=OK, payload=b"" if begun.type == Kind.INIT else self._contract(stub)
            )
            event = stub.event
        except Refused as no:
            response = proposal_response_pb2.Response(status=no.status, message=str(no))
        except PeerRefused as no:
            response = proposal_response_pb2.Response(status=ERROR, message=f"PEER {no}")
        except Exception as error:  # noqa: BLE001 - a reply is owed whatever it was
            # The kind and no more: what is in an error may be what was in the arguments.
            log.error("a transaction broke: %s", type(error).__name__)
            response = proposal_response_pb2.Response(status=ERROR, message=f"BROKEN {type(error).__name__}")
        reply = _message(Kind.COMPLETED, response.SerializeToString(), begun)
        if event is not None:
            reply.chaincode_event.CopyFrom(event)
        return reply


def _message(kind: int, payload: bytes, about: Any = None) -> Any:
    found = chaincode_shim_pb2.ChaincodeMessage(type=kind, payload=payload)
    if about is not None:
        found.txid, found.channel_id = about.txid, about.channel_id
    return found
