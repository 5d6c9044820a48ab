"""Put a question or a transaction into the form a peer reads, and read the answer out of what comes back."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fabric_protos.common import common_pb2
from fabric_protos.peer import chaincode_pb2, proposal_pb2, proposal_response_pb2, transaction_pb2
from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp

from ledger.fabric.errors import BadAnswer
from ledger.fabric.signing import Identity

NONCE_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A signed proposal (a `SignedProposal`) and the id its transaction will have, 64 hex characters."""

    transaction: str
    signed: Any


def propose(
    channel: str,
    chaincode: str,
    words: Sequence[bytes],
    *,
    identity: Identity,
    nonce: bytes,
    now: datetime,
) -> Proposal:
    """Ask `chaincode` to run `words`: the name of a function and its arguments. `nonce` is NONCE_BYTES of entropy.

    `now` must be within 15 minutes of the peer's clock; it is what the channel will show as the time, unchecked.
    """
    # The id of a transaction is SHA-256(nonce || creator): nobody can choose one for somebody else.
    transaction = hashlib.sha256(nonce + identity.creator).hexdigest()
    name = chaincode_pb2.ChaincodeID(name=chaincode)
    stamp = Timestamp()
    stamp.FromDatetime(now)
    header = common_pb2.Header(
        channel_header=common_pb2.ChannelHeader(
            type=common_pb2.HeaderType.ENDORSER_TRANSACTION,
            timestamp=stamp,
            channel_id=channel,
            tx_id=transaction,
            extension=_bytes(proposal_pb2.ChaincodeHeaderExtension(chaincode_id=name)),
        ).SerializeToString(deterministic=True),
        signature_header=_bytes(common_pb2.SignatureHeader(creator=identity.creator, nonce=nonce)),
    )
    call = chaincode_pb2.ChaincodeInvocationSpec(
        chaincode_spec=chaincode_pb2.ChaincodeSpec(
            type=chaincode_pb2.ChaincodeSpec.Type.GOLANG,
            chaincode_id=name,
            input=chaincode_pb2.ChaincodeInput(args=list(words)),
        )
    )
    proposal = _bytes(
        proposal_pb2.Proposal(
            header=_bytes(header),
            payload=_bytes(proposal_pb2.ChaincodeProposalPayload(input=_bytes(call))),
        )
    )
    signed = proposal_pb2.SignedProposal(proposal_bytes=proposal, signature=identity.sign(proposal))
    return Proposal(transaction=transaction, signed=signed)


def answer_in(envelope: Any) -> bytes:
    """What the chaincode answered, out of an endorsed transaction (an `Envelope`). Raises BadAnswer."""
    try:
        payload = common_pb2.Payload.FromString(envelope.payload)
        transaction = transaction_pb2.Transaction.FromString(payload.data)
        action = transaction_pb2.ChaincodeActionPayload.FromString(transaction.actions[0].payload)
        endorsed = proposal_response_pb2.ProposalResponsePayload.FromString(
            action.action.proposal_response_payload
        )
        answer: bytes = proposal_pb2.ChaincodeAction.FromString(endorsed.extension).response.payload
    except (DecodeError, IndexError):
        raise BadAnswer("an endorsement") from None
    return answer


def _bytes(message: Any) -> bytes:
    found: bytes = message.SerializeToString(deterministic=True)
    return found
