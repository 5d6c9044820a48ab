"""A peer in this process that speaks the Gateway protocol: it checks what a real one does, and fails when told to.

It runs the real chaincode over a dictionary. Signatures, ids of transactions, endorsement, reads that went stale and
events after a transaction are as on a network; blocks hold one transaction each.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import grpc
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    SECP384R1,
    EllipticCurve,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fabric_protos.common import common_pb2, ledger_pb2
from fabric_protos.gateway import gateway_pb2, gateway_pb2_grpc
from fabric_protos.msp import identities_pb2
from fabric_protos.peer import (
    chaincode_pb2,
    chaincode_shim_pb2,
    proposal_pb2,
    proposal_response_pb2,
    transaction_pb2,
)
from google.rpc import status_pb2

from ledger.fabric.chaincode.contract import Refused, run
from ledger.fabric.chaincode.stub import Kind, Stub, stub_of
from ledger.fabric.connection import Connection, read_connection

START = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
STATUS_DETAILS = "grpc-status-details-bin"


@dataclass(slots=True)
class Block:
    """One transaction in its place."""

    transaction: str
    valid: bool
    chaincode: str
    event: Any


@dataclass(slots=True)
class Simulated:
    """What running a proposal did: what it read, at which version, what it would write, what it answered."""

    chaincode: str
    answer: bytes
    reads: dict[str, int]
    writes: dict[str, bytes]
    event: Any


@dataclass(slots=True)
class World:
    """What all peers of the fake channel share: blocks and state. `trouble` is what shall go wrong, by call.

    A trouble is given the call's context and may abort it; "after submit" is called when the transaction is in.
    `invalid`: the code for which no transaction counts.
    """

    state: dict[str, bytes] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=lambda: [Block("genesis", True, "", None)])
    pending: dict[str, Simulated] = field(default_factory=dict)
    trouble: dict[str, Callable[[Any], None]] = field(default_factory=dict)
    invalid: str = ""
    most_at_once: int = 0
    seconds: float = 0.0
    changed: threading.Condition = field(default_factory=threading.Condition)


class FakeGateway:
    """The Gateway service of one peer."""

    def __init__(self, world: World, msp: str) -> None:
        self.world = world
        self.msp = msp
        self._now = 0
        self._counting = threading.Lock()

    def Endorse(self, request: Any, context: Any) -> Any:
        with self._counted():
            self._trouble("endorse", context)
            proposal = _verified(request.proposed_transaction, request.transaction_id, context)
            done = self._simulate(request.proposed_transaction, context)
            self.world.pending[request.transaction_id] = done
            time.sleep(self.world.seconds)
        return gateway_pb2.EndorseResponse(prepared_transaction=_envelope(proposal, done.answer))

    def Submit(self, request: Any, context: Any) -> Any:
        self._trouble("submit", context)
        payload = common_pb2.Payload.FromString(request.prepared_transaction.payload)
        creator = common_pb2.SignatureHeader.FromString(payload.header.signature_header).creator
        _require_signed(
            creator, request.prepared_transaction.payload, request.prepared_transaction.signature, context
        )
        with self.world.changed:
            done = self.world.pending.pop(request.transaction_id)
            fresh = not self.world.invalid and all(
                self.world.versions.get(key, 0) == version for key, version in done.reads.items()
            )
            if fresh:
                for key, value in done.writes.items():
                    self.world.state[key] = value
                    self.world.versions[key] = self.world.versions.get(key, 0) + 1
            self.world.blocks.append(Block(request.transaction_id, fresh, done.chaincode, done.event))
            self.world.changed.notify_all()
        self._trouble("after submit", context)
        return gateway_pb2.SubmitResponse()

    def CommitStatus(self, request: Any, context: Any) -> Any:
        self._trouble("commit", context)
        asked = gateway_pb2.CommitStatusRequest.FromString(request.request)
        _require_signed(asked.identity, request.request, request.signature, context)
        for number, block in enumerate(self.world.blocks):
            if block.transaction == asked.transaction_id:
                why = self.world.invalid or "MVCC_READ_CONFLICT"
                code = transaction_pb2.TxValidationCode.Value("VALID" if block.valid else why)
                return gateway_pb2.CommitStatusResponse(result=code, block_number=number)
        return context.abort(grpc.StatusCode.NOT_FOUND, "no such transaction")

    def Evaluate(self, request: Any, context: Any) -> Any:
        self._trouble("evaluate", context)
        assert list(request.target_organizations) == [self.msp]
        _verified(request.proposed_transaction, request.transaction_id, context)
        done = self._simulate(request.proposed_transaction, context)
        return gateway_pb2.EvaluateResponse(
            result=proposal_response_pb2.Response(status=200, payload=done.answer)
        )

    def ChaincodeEvents(self, request: Any, context: Any) -> Iterator[Any]:
        self._trouble("events", context)
        asked = gateway_pb2.ChaincodeEventsRequest.FromString(request.request)
        _require_signed(asked.identity, request.request, request.signature, context)
        at = asked.start_position.specified.number
        passed = not asked.after_transaction_id
        while context.is_active():
            with self.world.changed:
                if at >= len(self.world.blocks):
                    self.world.changed.wait(0.05)
                    continue
                block = self.world.blocks[at]
            if passed and block.valid and block.event is not None and block.chaincode == asked.chaincode_id:
                event = block.event.__class__()
                event.CopyFrom(block.event)
                event.chaincode_id, event.tx_id = block.chaincode, block.transaction
                yield gateway_pb2.ChaincodeEventsResponse(events=[event], block_number=at)
            passed = passed or block.transaction == asked.after_transaction_id
            at += 1

    def _simulate(self, signed: Any, context: Any) -> Simulated:
        reads: dict[str, int] = {}
        writes: dict[str, bytes] = {}

        def ask(kind: int, payload: bytes) -> bytes:
            if kind == Kind.GET_STATE:
                key = chaincode_shim_pb2.GetState.FromString(payload).key
                reads[key] = self.world.versions.get(key, 0)
                return self.world.state.get(key, b"")
            if kind == Kind.PUT_STATE:
                put = chaincode_shim_pb2.PutState.FromString(payload)
                writes[put.key] = put.value
            return b""

        message = chaincode_shim_pb2.ChaincodeMessage(payload=_input(signed), proposal=signed)
        stub = stub_of(message, ask)
        try:
            answer = self._query(stub) if stub.chaincode == "qscc" else run(stub)
        except Refused as no:
            self.abort(
                context, grpc.StatusCode.ABORTED, f"chaincode response {no.status}, {no}", "failed to endorse"
            )
        return Simulated(stub.chaincode, answer, reads, writes, stub.event)

    def _query(self, stub: Stub) -> bytes:
        if stub.words[0] == b"GetChainInfo":
            return bytes(ledger_pb2.BlockchainInfo(height=len(self.world.blocks)).SerializeToString())
        if stub.words[2].decode() not in {block.transaction for block in self.world.blocks}:
            raise Refused(500, "Failed to get transaction with id")
        return b"known"

    def abort(self, context: Any, code: Any, detail: str, text: str) -> None:
        """End a call as a gateway does: with a status, and the endorser's own words in its details."""
        status = status_pb2.Status(code=code.value[0], message=text)
        status.details.add().Pack(
            gateway_pb2.ErrorDetail(address="peer:7051", msp_id=self.msp, message=detail)
        )
        context.set_trailing_metadata(((STATUS_DETAILS, status.SerializeToString()),))
        context.abort(code, text)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._counting:
            self._now += 1
            self.world.most_at_once = max(self.world.most_at_once, self._now)
        try:
            yield
        finally:
            with self._counting:
                self._now -= 1

    def _trouble(self, call: str, context: Any) -> None:
        if trouble := self.world.trouble.get(call):
            trouble(context)


def _input(signed: Any) -> bytes:
    proposal = proposal_pb2.Proposal.FromString(signed.proposal_bytes)
    payload = proposal_pb2.ChaincodeProposalPayload.FromString(proposal.payload)
    call = chaincode_pb2.ChaincodeInvocationSpec.FromString(payload.input)
    return bytes(call.chaincode_spec.input.SerializeToString())


def _envelope(proposal: Any, answer: bytes) -> Any:
    action = proposal_pb2.ChaincodeAction(response=proposal_response_pb2.Response(status=200, payload=answer))
    endorsed = proposal_response_pb2.ProposalResponsePayload(extension=action.SerializeToString())
    payload = transaction_pb2.ChaincodeActionPayload(
        action=transaction_pb2.ChaincodeEndorsedAction(proposal_response_payload=endorsed.SerializeToString())
    )
    transaction = transaction_pb2.Transaction(
        actions=[transaction_pb2.TransactionAction(payload=payload.SerializeToString())]
    )
    header = common_pb2.Header.FromString(proposal.header)
    whole = common_pb2.Payload(header=header, data=transaction.SerializeToString())
    return common_pb2.Envelope(payload=whole.SerializeToString())


def _verified(signed: Any, transaction: str, context: Any) -> Any:
    """The proposal, if its creator signed it and the id is the one it must have."""
    proposal = proposal_pb2.Proposal.FromString(signed.proposal_bytes)
    header = common_pb2.Header.FromString(proposal.header)
    signer = common_pb2.SignatureHeader.FromString(header.signature_header)
    channel = common_pb2.ChannelHeader.FromString(header.channel_header)
    _require_signed(signer.creator, signed.proposal_bytes, signed.signature, context)
    due = hashlib.sha256(signer.nonce + signer.creator).hexdigest()
    if not due == transaction == channel.tx_id or channel.type != 3 or channel.channel_id != "regions":
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the header is not of this transaction")
    return proposal


def _require_signed(creator: bytes, message: bytes, signature: bytes, context: Any) -> None:
    identity = identities_pb2.SerializedIdentity.FromString(creator)
    key = x509.load_pem_x509_certificate(identity.id_bytes).public_key()
    assert isinstance(key, EllipticCurvePublicKey)
    order = {256: N_256, 384: N_384}[key.key_size]
    try:
        key.verify(signature, message, ECDSA(SHA256()))
        if decode_dss_signature(signature)[1] > order // 2:
            raise InvalidSignature
    except InvalidSignature:
        context.abort(grpc.StatusCode.ABORTED, "the creator's signature over the proposal is not valid")


N_256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
N_384 = int(
    "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16
)


@dataclass(frozen=True, slots=True)
class FakeNetwork:
    """A running fake channel `regions` with one peer each of the regions that were named; a connection file each."""

    world: World
    files: dict[str, Path]

    def connection(self, region: str) -> Connection:
        return read_connection(self.files[region])


@contextmanager
def fake_network(
    folder: Path, regions: Sequence[str] = ("kunshan", "tianjin"), *, curve: EllipticCurve | None = None
) -> Iterator[FakeNetwork]:
    """Start it in `folder`; it is gone when the block ends."""
    world = World()
    key, certificate = _minted("peer.example", SECP256R1())
    servers, ports = [], {}
    for region in regions:
        server = grpc.server(ThreadPoolExecutor(200), options=[("grpc.so_reuseport", 0)])
        gateway_pb2_grpc.add_GatewayServicer_to_server(FakeGateway(world, _msp(region)), server)
        credentials = grpc.ssl_server_credentials([(_pem(key), certificate)])
        ports[region] = server.add_secure_port("127.0.0.1:0", credentials)
        server.start()
        servers.append(server)
    try:
        files = {region: _connection_file(folder, region, ports, certificate, curve) for region in regions}
        yield FakeNetwork(world, files)
    finally:
        for server in servers:
            server.stop(None).wait()


def _connection_file(
    folder: Path, region: str, ports: dict[str, int], tls: bytes, curve: EllipticCurve | None
) -> Path:
    own = folder / region
    own.mkdir(parents=True)
    key, certificate = _minted(f"client.{region}", curve or SECP256R1())
    (own / "tls-ca.pem").write_bytes(tls)
    (own / "client.pem").write_bytes(certificate)
    (own / "client.key").touch(mode=0o600)
    (own / "client.key").write_bytes(_pem(key))
    file = own / "connection.toml"
    others = "".join(
        f'\n[[other]]\nmsp = "{_msp(other)}"\npeer = "127.0.0.1:{port}"\n'
        'server_name = "peer.example"\ntls_ca = "tls-ca.pem"\n'
        for other, port in ports.items()
        if other != region
    )
    file.write_text(
        'channel = "regions"\nchaincode_audit = "hutong-audit"\nchaincode_consent = "hutong-consent"\n'
        f'msp = "{_msp(region)}"\npeer = "127.0.0.1:{ports[region]}"\nserver_name = "peer.example"\n'
        f'tls_ca = "tls-ca.pem"\ncertificate = "client.pem"\nkey = "client.key"\n{others}',
        "utf-8",
    )
    return file


def _msp(region: str) -> str:
    return f"{region.capitalize()}MSP"


def _minted(name: str, curve: EllipticCurve) -> tuple[EllipticCurvePrivateKey, bytes]:
    key = generate_private_key(curve)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START - timedelta(days=300))
        .not_valid_after(START + timedelta(days=3000))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, SHA256())
    )
    return key, certificate.public_bytes(Encoding.PEM)


def _pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


P384 = SECP384R1
