"""The chaincode's line to its peer: everybody gets a reply, and nobody another's answer."""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from fabric_protos.common import common_pb2
from fabric_protos.msp import identities_pb2
from fabric_protos.peer import (
    chaincode_pb2,
    chaincode_shim_pb2,
    chaincode_shim_pb2_grpc,
    proposal_pb2,
    proposal_response_pb2,
)

from ledger.fabric.chaincode.__main__ import main, server_of
from ledger.fabric.chaincode.contract import Refused
from ledger.fabric.chaincode.shim import Contract, Shim
from ledger.fabric.chaincode.stub import Kind, Stub

PACKAGE = "hutong-audit_1:abc"
SECRET = "张三 320583199001011234"


class CallingPeer:
    """The peer's end of the line: it calls, sends transactions, and answers what they ask for."""

    def __init__(self, port: int) -> None:
        self._out: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        stub = chaincode_shim_pb2_grpc.ChaincodeStub(self._channel)
        self.heard = stub.Connect(iter(self._out.get, None))

    def say(self, kind: int, payload: bytes = b"", transaction: str = "", proposal: Any = None) -> None:
        self._out.put(
            chaincode_shim_pb2.ChaincodeMessage(
                type=kind, payload=payload, txid=transaction, channel_id="regions", proposal=proposal
            )
        )

    def transact(self, transaction: str, *words: str) -> None:
        text = chaincode_pb2.ChaincodeInput(args=[word.encode() for word in words])
        self.say(Kind.TRANSACTION, text.SerializeToString(), transaction, signed_by("KunshanMSP"))

    def hang_up(self) -> None:
        self._out.put(None)
        self._channel.close()


def signed_by(msp: str) -> Any:
    creator = identities_pb2.SerializedIdentity(mspid=msp, id_bytes=b"certificate").SerializeToString()
    named = proposal_pb2.ChaincodeHeaderExtension(chaincode_id=chaincode_pb2.ChaincodeID(name="hutong-audit"))
    header = common_pb2.Header(
        channel_header=common_pb2.ChannelHeader(extension=named.SerializeToString()).SerializeToString(),
        signature_header=common_pb2.SignatureHeader(creator=creator).SerializeToString(),
    )
    proposal = proposal_pb2.Proposal(header=header.SerializeToString())
    return proposal_pb2.SignedProposal(proposal_bytes=proposal.SerializeToString())


@contextmanager
def line(contract: Contract) -> Iterator[CallingPeer]:
    """A peer that has called a chaincode and heard its name."""
    server = server_of(Shim(PACKAGE, contract))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    peer = CallingPeer(port)
    try:
        first = next(peer.heard)
        assert first.type == Kind.REGISTER
        assert chaincode_pb2.ChaincodeID.FromString(first.payload).name == PACKAGE
        peer.say(Kind.REGISTERED)
        peer.say(Kind.READY)
        yield peer
    finally:
        peer.hang_up()
        server.stop(None).wait()


def response_of(message: Any) -> Any:
    assert message.type == Kind.COMPLETED
    return proposal_response_pb2.Response.FromString(message.payload)


def test_a_transaction_knows_who_signed_it_and_which_chaincode_it_is_for() -> None:
    def told(stub: Stub) -> bytes:
        return f"{stub.creator_msp} {stub.chaincode} {stub.words[0].decode()}".encode()

    with line(told) as peer:
        peer.transact("t1", "hello")
        assert response_of(next(peer.heard)).payload == b"KunshanMSP hutong-audit hello"


def test_fifty_transactions_at_once_each_get_their_own_answers() -> None:
    """Two that wrote over each other's line would hang until the deadline."""

    def twice(stub: Stub) -> bytes:
        key = stub.words[0].decode()
        return stub.get(key) + b" " + stub.get(f"{key}-again")

    def answer(peer: CallingPeer, asked: Any) -> None:
        key = chaincode_shim_pb2.GetState.FromString(asked.payload).key
        peer.say(Kind.RESPONSE, f"value of {key}".encode(), asked.txid)

    with line(twice) as peer:
        for number in range(50):
            peer.transact(f"t{number}", f"key{number}")
        for asked in reversed([next(peer.heard) for _ in range(50)]):
            answer(peer, asked)
        done: dict[str, bytes] = {}
        while len(done) < 50:
            message = next(peer.heard)
            if message.type == Kind.GET_STATE:
                answer(peer, message)
            else:
                done[message.txid] = response_of(message).payload
    assert done == {f"t{n}": f"value of key{n} value of key{n}-again".encode() for n in range(50)}


def test_whatever_breaks_in_a_transaction_it_gets_a_reply_that_repeats_nothing() -> None:
    def broken(stub: Stub) -> bytes:
        raise KeyError(stub.words[0].decode())

    with line(broken) as peer:
        peer.transact("t1", SECRET)
        response = response_of(next(peer.heard))
        assert (response.status, response.message) == (500, "BROKEN KeyError")
        peer.transact("t2", SECRET)
        assert response_of(next(peer.heard)).status == 500


def test_a_transaction_nobody_can_read_gets_a_reply_too() -> None:
    with line(lambda _: b"") as peer:
        peer.say(Kind.TRANSACTION, b"\xff\xff", "t1")
        assert response_of(next(peer.heard)).message == "BROKEN DecodeError"


def test_what_the_peer_will_not_do_fails_the_transaction() -> None:
    """A client that took the peer's error for a value would commit a transaction without its write."""

    def writes(stub: Stub) -> bytes:
        stub.put("", b"value")
        return b"RECORDED"

    with line(writes) as peer:
        peer.transact("t1")
        assert next(peer.heard).type == Kind.PUT_STATE
        peer.say(Kind.ERROR, b"an empty key is not supported", "t1")
        response = response_of(next(peer.heard))
        assert (response.status, response.message) == (500, "PEER an empty key is not supported")


def test_a_refusal_goes_back_with_its_status_and_without_an_event() -> None:
    def refuses(stub: Stub) -> bytes:
        stub.tell("batch", b"told too early")
        raise Refused(409, "CONFLICT there")

    with line(refuses) as peer:
        peer.transact("t1")
        message = next(peer.heard)
        assert (response_of(message).status, response_of(message).message) == (409, "CONFLICT there")
        assert not message.HasField("chaincode_event")


def test_the_event_of_a_transaction_goes_back_with_its_answer() -> None:
    def tells(stub: Stub) -> bytes:
        stub.tell("batch", b"payload")
        return b"RECORDED"

    with line(tells) as peer:
        peer.transact("t1")
        event = next(peer.heard).chaincode_event
        assert (event.event_name, event.payload) == ("batch", b"payload")


def test_a_peer_that_asks_whether_anybody_is_there_is_answered() -> None:
    with line(lambda _: b"") as peer:
        peer.say(Kind.KEEPALIVE)
        assert next(peer.heard).type == Kind.KEEPALIVE
        peer.say(Kind.INIT, b"", "t1", signed_by("KunshanMSP"))
        assert response_of(next(peer.heard)).status == 200


def test_a_transaction_whose_peer_hangs_up_does_not_wait_for_ever() -> None:
    ended = threading.Event()

    def waits(stub: Stub) -> bytes:
        try:
            return stub.get("key")
        finally:
            ended.set()

    with line(waits) as peer:
        peer.transact("t1")
        assert next(peer.heard).type == Kind.GET_STATE
    assert ended.wait(5)


@pytest.fixture
def words() -> Callable[..., list[str]]:
    return lambda *more: [sys.executable, "-m", "ledger.fabric.chaincode", *more]


def test_it_is_started_says_where_it_answers_and_stops_when_told(words: Callable[..., list[str]]) -> None:
    process = subprocess.Popen(
        words("--address", "127.0.0.1:0"),
        env={**os.environ, "CHAINCODE_ID": PACKAGE},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr
        said = process.stderr.readline()
        assert said.startswith(f"hutong: chaincode {PACKAGE} answers on 127.0.0.1:")
        peer = CallingPeer(int(said.rpartition(":")[2]))
        assert next(peer.heard).type == Kind.REGISTER
        peer.hang_up()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()


def test_without_the_package_id_it_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--address", "127.0.0.1:0", "--id", ""]) == 2
    assert "--id is missing" in capsys.readouterr().err


@pytest.mark.attack
@pytest.mark.parametrize(
    "address", ["0.0.0.0:9999", "10.0.0.7:9999", "peer.example:9999", ":9999", "[::]:9999"]
)
def test_without_tls_it_answers_on_this_machine_alone(
    capsys: pytest.CaptureFixture[str], address: str
) -> None:
    assert main(["--address", address, "--id", PACKAGE]) == 2
    assert "without TLS only an address of this machine" in capsys.readouterr().err
