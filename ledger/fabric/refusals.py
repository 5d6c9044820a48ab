"""Understand what a peer says when it does not do what it was asked.

A gRPC code alone tells little: a refusal, a bad identity and two endorsers that differ are all ABORTED. What counts is
the stage, the details that come with the status, and the words our own chaincode begins its refusals with.
"""

import grpc
from fabric_protos.gateway import gateway_pb2
from google.protobuf.message import DecodeError
from google.rpc import status_pb2

from ledger.fabric.errors import Conflict, FabricError, NotAnswering, NotEndorsed

CONFLICT = "CONFLICT "
MOST_TEXT = 300

_SILENT = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED)
# Right after a start, between two endorsers of which one is a block behind, or when too much was asked at once.
_PASSES = (
    "no combination of peers can be derived",
    "ProposalResponsePayloads do not match",
    "too many requests",
    "no Raft leader",
    "SERVICE_UNAVAILABLE",
    "failed to get chaincode",
    "No metadata was found for chaincode",
    "no orderers could successfully process transaction",
    "no peers available",
)


def explained(error: grpc.RpcError, *, peer: str, stage: str) -> FabricError:
    """What a failed call before the hand-over to the orderer means: nothing was written."""
    code, text = error.code(), short(error.details() or "")
    details = details_of(error)
    for _, said in details:
        if CONFLICT in said:
            return Conflict(said.partition(CONFLICT)[2].split(" ")[0])
    if code in _SILENT:
        return NotAnswering(peer, stage, text or code.name.lower())
    everything = " ".join([text, *(said for _, said in details)])
    passes = any(sign in everything for sign in _PASSES)
    return NotEndorsed(stage, f"{code.name}: {text}", details, may_repeat=passes)


def details_of(error: grpc.RpcError) -> list[tuple[str, str]]:
    """The endorsers' own words that came with a status: (MSP id, text)."""
    packed = next(
        (value for name, value in error.trailing_metadata() or () if name == "grpc-status-details-bin"), b""
    )
    found = []
    try:
        for one in status_pb2.Status.FromString(packed).details:
            detail = gateway_pb2.ErrorDetail()
            if one.Unpack(detail):
                found.append((detail.msp_id, short(detail.message)))
    except DecodeError:
        return []
    return found


def short(text: str) -> str:
    """The text on one line, and not longer than a terminal wants it."""
    return " ".join(text.split())[:MOST_TEXT]
