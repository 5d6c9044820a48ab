"""What a transaction may do while its chaincode runs: read, write, tell everybody; and who asked for it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fabric_protos.common import common_pb2, policies_pb2
from fabric_protos.msp import identities_pb2, msp_principal_pb2
from fabric_protos.peer import (
    chaincode_event_pb2,
    chaincode_pb2,
    chaincode_shim_pb2,
    proposal_pb2,
)

Kind = chaincode_shim_pb2.ChaincodeMessage.Type
# Where a peer keeps, beside a key, who must endorse its next change.
VALIDATION_PARAMETER = "VALIDATION_PARAMETER"


class PeerRefused(Exception):
    """The peer would not read or write what it was asked to: the transaction must fail."""


@dataclass(slots=True)
class Stub:
    """One transaction. `ask` sends a message of a kind to the peer and gives its answer, or raises PeerRefused."""

    transaction: str
    words: list[bytes]
    chaincode: str
    creator_msp: str
    ask: Callable[[int, bytes], bytes] = field(repr=False)
    event: Any = None

    def get(self, key: str) -> bytes:
        """What stands under `key` in the peer's copy; b"" where there is nothing."""
        return self.ask(Kind.GET_STATE, chaincode_shim_pb2.GetState(key=key).SerializeToString())

    def put(self, key: str, value: bytes) -> None:
        """Write, when the transaction counts."""
        self.ask(Kind.PUT_STATE, chaincode_shim_pb2.PutState(key=key, value=value).SerializeToString())

    def bind(self, key: str, msp: str) -> None:
        """From now on only a peer of `msp` can endorse a change of `key`, whatever the chaincode's own policy says."""
        metadata = chaincode_shim_pb2.StateMetadata(metakey=VALIDATION_PARAMETER, value=_peer_of(msp))
        message = chaincode_shim_pb2.PutStateMetadata(key=key, metadata=metadata)
        self.ask(Kind.PUT_STATE_METADATA, message.SerializeToString())

    def tell(self, name: str, payload: bytes) -> None:
        """The event of this transaction; there is room for one."""
        if self.event is not None:
            raise RuntimeError("a transaction has room for one event")
        self.event = chaincode_event_pb2.ChaincodeEvent(event_name=name, payload=payload)


def stub_of(message: Any, ask: Callable[[int, bytes], bytes]) -> Stub:
    """The transaction a peer's message begins. Chaincode name and creator are taken from what the creator signed."""
    proposal = proposal_pb2.Proposal.FromString(message.proposal.proposal_bytes)
    header = common_pb2.Header.FromString(proposal.header)
    channel = common_pb2.ChannelHeader.FromString(header.channel_header)
    signer = common_pb2.SignatureHeader.FromString(header.signature_header)
    return Stub(
        transaction=message.txid,
        words=list(chaincode_pb2.ChaincodeInput.FromString(message.payload).args),
        chaincode=proposal_pb2.ChaincodeHeaderExtension.FromString(channel.extension).chaincode_id.name,
        creator_msp=identities_pb2.SerializedIdentity.FromString(signer.creator).mspid,
        ask=ask,
    )


def _peer_of(msp: str) -> bytes:
    """The policy "one peer of this organisation" as a peer stores it."""
    role = msp_principal_pb2.MSPRole(msp_identifier=msp, role=msp_principal_pb2.MSPRole.PEER)
    rule = policies_pb2.SignaturePolicy(
        n_out_of=policies_pb2.SignaturePolicy.NOutOf(n=1, rules=[policies_pb2.SignaturePolicy(signed_by=0)])
    )
    envelope = policies_pb2.SignaturePolicyEnvelope(
        version=0,
        rule=rule,
        identities=[
            msp_principal_pb2.MSPPrincipal(
                principal_classification=msp_principal_pb2.MSPPrincipal.ROLE,
                principal=role.SerializeToString(deterministic=True),
            )
        ],
    )
    return bytes(envelope.SerializeToString(deterministic=True))
