"""A client of a peer's Gateway service: endorse, submit, wait for the block; evaluate; read events and resume.

Every call has a deadline. Whoever repeats does it with a new proposal and the same content: the chaincode reads before
it writes, so that nothing stands on the channel twice.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import grpc
from fabric_protos.common import ledger_pb2
from fabric_protos.gateway import gateway_pb2, gateway_pb2_grpc
from fabric_protos.orderer import ab_pb2
from fabric_protos.peer import transaction_pb2
from google.protobuf.message import DecodeError

from ledger.fabric.connection import Connection, Peer
from ledger.fabric.errors import BadAnswer, FabricError, Invalidated, NotOnThisChannel, OutcomeUnknown
from ledger.fabric.proposals import NONCE_BYTES, Proposal, answer_in, propose
from ledger.fabric.refusals import explained, short
from ledger.fabric.signing import Identity

# A peer answers "too many requests" above 500; this leaves room for three more clients.
MOST_IN_FLIGHT = 128
MOST_MESSAGE_BYTES = 64 << 20
# The system chaincode that answers about the chain itself.
QUERY = "qscc"
# A transaction that was overtaken in its block is proposed so often at most; then others are at it without a pause.
MOST_TIMES = 3
_CLOSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds each kind of call may take. Committing includes the orderer's BatchTimeout."""

    endorse: float = 15.0
    submit: float = 10.0
    commit: float = 60.0
    evaluate: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """A transaction that stands in a block and counts: its id, the block's number, what the chaincode answered.

    `block` is None where the chaincode had nothing to write, so that nothing was handed over.
    """

    transaction: str
    block: int | None
    answer: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where reading events goes on: after this transaction, in this block. Taken from an event, never made up."""

    block: int
    transaction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a transaction that counts told everybody: at most one each."""

    name: str
    payload: bytes
    position: Position


class Gateway:
    """One region's way to its channel, through one peer; for several threads. Raises a FabricError from every call."""

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Callable[[], datetime],
        entropy: Callable[[int], bytes],
        peer: Peer | None = None,
        deadlines: Deadlines | None = None,
    ) -> None:
        self.connection = connection
        self.peer = peer or connection.own
        self._identity = Identity.of(connection)
        self._clock = clock
        self._entropy = entropy
        self._deadlines = deadlines or Deadlines()
        self._room = threading.BoundedSemaphore(MOST_IN_FLIGHT)
        self._dial()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._channel.close()

    def submit(
        self,
        chaincode: str,
        words: Sequence[bytes],
        *,
        endorsers: Sequence[str] = (),
        is_done: Callable[[bytes], bool] = lambda _: False,
    ) -> Committed:
        """Run `words` (function, arguments) and return when the result stands in a block and counts.

        `endorsers` are the MSP ids that shall endorse; none: whoever the chaincode's policy asks for. Where `is_done`
        says of the answer that there is nothing to write, nothing is handed over. What another transaction of the same
        block overtook (two logs of a region that begin at once) is proposed anew.
        Raises NotAnswering, NotEndorsed, Conflict, Invalidated: nothing was written; OutcomeUnknown: perhaps it was.
        """
        for _ in range(MOST_TIMES - 1):
            try:
                return self._submit(self._propose(chaincode, words), endorsers, is_done)
            except Invalidated as overtaken:
                if not overtaken.may_repeat:
                    raise
        return self._submit(self._propose(chaincode, words), endorsers, is_done)

    def _submit(
        self, proposal: Proposal, endorsers: Sequence[str], is_done: Callable[[bytes], bool]
    ) -> Committed:
        with self._room:
            envelope = self._endorse(proposal, endorsers)
            answer = answer_in(envelope)
            if is_done(answer):
                return Committed(transaction=proposal.transaction, block=None, answer=answer)
            self._hand_over(proposal, envelope)
            return Committed(transaction=proposal.transaction, block=self._block_of(proposal), answer=answer)

    def evaluate(self, chaincode: str, words: Sequence[bytes]) -> bytes:
        """What the peer of this gateway answers from its own copy; nothing is written."""
        proposal = self._propose(chaincode, words)
        request = gateway_pb2.EvaluateRequest(
            transaction_id=proposal.transaction,
            channel_id=self.connection.channel,
            proposed_transaction=proposal.signed,
            # Otherwise the peer may ask another region's, whose copy this is not.
            target_organizations=[self.peer.msp],
        )
        with self._room, self._said("evaluate"):
            found: bytes = self._stub.Evaluate(request, timeout=self._deadlines.evaluate).result.payload
        return found

    def height(self) -> int:
        """How many blocks the channel has."""
        answer = self.evaluate(QUERY, [b"GetChainInfo", self.connection.channel.encode()])
        try:
            return int(ledger_pb2.BlockchainInfo.FromString(answer).height)
        except DecodeError:
            raise BadAnswer("its height") from None

    def events(self, chaincode: str, *, after: Position | None, seconds: float) -> Iterator[Event]:
        """The chaincode's events after `after`, None: from the first block on; ends when `seconds` are over.

        Raises NotOnThisChannel.
        """
        if after is not None:
            self._require_known(after)
        request = gateway_pb2.ChaincodeEventsRequest(
            channel_id=self.connection.channel,
            chaincode_id=chaincode,
            identity=self._identity.creator,
            start_position=ab_pb2.SeekPosition(
                specified=ab_pb2.SeekSpecified(number=after.block if after else 0)
            ),
            after_transaction_id=after.transaction if after else "",
        ).SerializeToString(deterministic=True)
        signed = gateway_pb2.SignedChaincodeEventsRequest(
            request=request, signature=self._identity.sign(request)
        )
        over = time.monotonic() + seconds
        stream = self._stub.ChaincodeEvents(signed, timeout=seconds)
        try:
            for response in stream:
                for one in response.events:
                    position = Position(block=response.block_number, transaction=one.tx_id)
                    yield Event(name=one.event_name, payload=one.payload, position=position)
        except grpc.RpcError as error:
            # The peer may hang up at the deadline a moment before we do.
            if time.monotonic() < over - _CLOSE_SECONDS:
                raise explained(self._heard(error), peer=self.peer.address, stage="events") from None
        finally:
            stream.cancel()

    def _dial(self) -> None:
        self._channel = _secure_channel(self.peer)
        self._stub = gateway_pb2_grpc.GatewayStub(self._channel)

    def _heard(self, error: grpc.RpcError) -> grpc.RpcError:
        """The error; where the peer was gone, the next call dials anew.

        gRPC for Python does not go on with a handshake that no call waits for, and a peer hangs up after five seconds:
        a channel that has lost its peer may never reach it again. Calls under way keep the channel they have.
        """
        if error.code() is grpc.StatusCode.UNAVAILABLE:
            self._dial()
        return error

    def _require_known(self, position: Position) -> None:
        """After a transaction nobody knows, a peer waits for ever and says nothing."""
        words = [b"GetTransactionByID", self.connection.channel.encode(), position.transaction.encode()]
        try:
            self.evaluate(QUERY, words)
        except FabricError as error:
            if error.may_repeat:
                raise
            raise NotOnThisChannel from None

    def _propose(self, chaincode: str, words: Sequence[bytes]) -> Proposal:
        return propose(
            self.connection.channel,
            chaincode,
            words,
            identity=self._identity,
            nonce=self._entropy(NONCE_BYTES),
            now=self._clock(),
        )

    def _endorse(self, proposal: Proposal, endorsers: Sequence[str]) -> Any:
        request = gateway_pb2.EndorseRequest(
            transaction_id=proposal.transaction,
            channel_id=self.connection.channel,
            proposed_transaction=proposal.signed,
            endorsing_organizations=endorsers,
        )
        with self._said("endorse"):
            envelope = self._stub.Endorse(request, timeout=self._deadlines.endorse).prepared_transaction
        envelope.signature = self._identity.sign(envelope.payload)
        return envelope

    def _hand_over(self, proposal: Proposal, envelope: Any) -> None:
        request = gateway_pb2.SubmitRequest(
            transaction_id=proposal.transaction,
            channel_id=self.connection.channel,
            prepared_transaction=envelope,
        )
        try:
            self._stub.Submit(request, timeout=self._deadlines.submit)
        except grpc.RpcError as error:
            raise _unknown(proposal, "submit", self._heard(error)) from None

    def _block_of(self, proposal: Proposal) -> int:
        request = gateway_pb2.CommitStatusRequest(
            transaction_id=proposal.transaction,
            channel_id=self.connection.channel,
            identity=self._identity.creator,
        ).SerializeToString(deterministic=True)
        signed = gateway_pb2.SignedCommitStatusRequest(
            request=request, signature=self._identity.sign(request)
        )
        try:
            status = self._stub.CommitStatus(signed, timeout=self._deadlines.commit)
        except grpc.RpcError as error:
            raise _unknown(proposal, "commit", self._heard(error)) from None
        if status.result != transaction_pb2.VALID:
            raise Invalidated(proposal.transaction, transaction_pb2.TxValidationCode.Name(status.result))
        return int(status.block_number)

    @contextmanager
    def _said(self, stage: str) -> Iterator[None]:
        try:
            yield
        except grpc.RpcError as error:
            raise explained(self._heard(error), peer=self.peer.address, stage=stage) from None


def _unknown(proposal: Proposal, stage: str, error: grpc.RpcError) -> OutcomeUnknown:
    return OutcomeUnknown(
        proposal.transaction, stage, short(f"{error.code().name.lower()} {error.details() or ''}")
    )


def _secure_channel(peer: Peer) -> Any:
    options = [
        ("grpc.ssl_target_name_override", peer.server_name),
        ("grpc.max_receive_message_length", MOST_MESSAGE_BYTES),
        ("grpc.max_send_message_length", MOST_MESSAGE_BYTES),
        # A peer that comes back must not wait two minutes for us to look again.
        ("grpc.max_reconnect_backoff_ms", 2_000),
        ("grpc.keepalive_time_ms", 60_000),
        # A service on this machine or in this network, never behind the way out.
        ("grpc.enable_http_proxy", 0),
    ]
    return grpc.secure_channel(
        peer.address, grpc.ssl_channel_credentials(root_certificates=peer.tls_ca), options=options
    )
