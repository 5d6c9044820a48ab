"""What the chaincode promises: nothing is written over, and a place belongs to whoever's certificate wrote it."""

import base64
import json
from collections.abc import Sequence
from typing import Any

import pytest
from fabric_protos.common import policies_pb2
from fabric_protos.msp import msp_principal_pb2
from fabric_protos.peer import chaincode_shim_pb2
from hypothesis import given
from hypothesis import strategies as st

from ledger.fabric.chaincode.contract import MOST_AT_ONCE, Refused, batch_key, consent_key, run
from ledger.fabric.chaincode.stub import VALIDATION_PARAMETER, Kind, Stub

LOG = "hutong.320583/ks"
ROOT = "ab" * 32


class Peer:
    """A peer's memory, as far as a chaincode sees it."""

    def __init__(self) -> None:
        self.state: dict[str, bytes] = {}
        self.bound: dict[str, bytes] = {}
        self.events: list[Any] = []

    def run(self, *words: str, msp: str = "KunshanMSP", chaincode: str = "hutong-audit") -> bytes:
        return self.run_bytes([word.encode() for word in words], msp, chaincode)

    def run_bytes(
        self, words: list[bytes], msp: str = "KunshanMSP", chaincode: str = "hutong-audit"
    ) -> bytes:
        stub = Stub("tx", words, chaincode, msp, self.ask)
        answer = run(stub)
        self.events += [stub.event] if stub.event else []
        return answer

    def ask(self, kind: int, payload: bytes) -> bytes:
        if kind == Kind.GET_STATE:
            return self.state.get(chaincode_shim_pb2.GetState.FromString(payload).key, b"")
        if kind == Kind.PUT_STATE:
            put = chaincode_shim_pb2.PutState.FromString(payload)
            self.state[put.key] = put.value
        else:
            about = chaincode_shim_pb2.PutStateMetadata.FromString(payload)
            assert (kind, about.metadata.metakey) == (Kind.PUT_STATE_METADATA, VALIDATION_PARAMETER)
            self.bound[about.key] = about.metadata.value
        return b""


@pytest.fixture
def peer() -> Peer:
    return Peer()


def note(size: int, root: str = ROOT, log: str = LOG) -> str:
    return f"{log}\n{size}\n{base64.b64encode(bytes.fromhex(root)).decode()}\n\n— {log} c2lnbmF0dXJl\n"


def batch(seq: int = 1, start: int = 0, stop: int = 5, root: str = ROOT, **more: str) -> tuple[str, ...]:
    return (
        "record_batch",
        str(seq),
        str(start),
        str(stop),
        root,
        more.get("previous", "00" * 32),
        more["checkpoint"] if "checkpoint" in more else note(stop, root),
    )


def consents(seq: int = 1, sealed: str = "c2VhbGVk", commitments: str = f'["{ROOT}"]') -> tuple[str, ...]:
    return ("record_consents", LOG, str(seq), str(5 * (seq - 1)), str(5 * seq), commitments, sealed)


def test_a_batch_stands_under_its_region_its_log_and_its_number(peer: Peer) -> None:
    assert peer.run(*batch()) == b"RECORDED"
    key = "batch/KunshanMSP/hutong.320583/ks/000000000001"
    assert batch_key("KunshanMSP", LOG, 1) == key
    assert json.loads(peer.state[key]) == {
        "from": 0,
        "to": 5,
        "root": ROOT,
        "previous_root": "00" * 32,
        "checkpoint": note(5),
    }
    assert [event.event_name for event in peer.events] == ["batch"]
    assert peer.run("logs", "KunshanMSP") == b'["hutong.320583/ks"]'


def test_the_same_again_writes_nothing_and_tells_nothing(peer: Peer) -> None:
    peer.run(*batch())
    before = dict(peer.state)
    assert peer.run(*batch()) == b"ALREADY_RECORDED"
    assert (peer.state, len(peer.events)) == (before, 1)


@pytest.mark.attack
def test_nothing_is_ever_written_over(peer: Peer) -> None:
    peer.run(*batch())
    before = dict(peer.state)
    with pytest.raises(Refused, match="CONFLICT batch/KunshanMSP") as caught:
        peer.run(*batch(root="cd" * 32))
    assert (caught.value.status, peer.state) == (409, before)


@pytest.mark.attack
def test_whose_a_place_is_says_the_certificate(peer: Peer) -> None:
    peer.run(*batch(), msp="TianjinMSP")
    assert batch_key("TianjinMSP", LOG, 1) in peer.state
    assert peer.run("latest", "KunshanMSP", LOG) == b""


@pytest.mark.attack
def test_only_the_regions_own_peer_can_endorse_a_change_of_what_it_anchored(peer: Peer) -> None:
    """The chaincode's policy lets any member write; a peer with another chaincode must not write over ours."""
    peer.run(*batch())
    for key in (batch_key("KunshanMSP", LOG, 1), "logs/KunshanMSP"):
        policy = policies_pb2.SignaturePolicyEnvelope.FromString(peer.bound[key])
        role = msp_principal_pb2.MSPRole.FromString(policy.identities[0].principal)
        assert (role.msp_identifier, role.role) == ("KunshanMSP", msp_principal_pb2.MSPRole.PEER)
        assert (policy.rule.n_out_of.n, len(policy.identities)) == (1, 1)


def test_consents_are_bound_by_the_policy_of_all_regions_alone(peer: Peer) -> None:
    peer.run(*consents(), chaincode="hutong-consent")
    assert peer.bound == {}


def test_of_consents_the_channel_keeps_commitments_and_a_digest(peer: Peer) -> None:
    peer.run(*consents(), chaincode="hutong-consent")
    kept = json.loads(peer.state[consent_key("KunshanMSP", LOG, 1)])
    assert sorted(kept) == ["commitments", "from", "sealed_sha256", "to"]
    told = json.loads(peer.events[0].payload)
    assert (told["sealed"], told["msp"], told["log"], told["seq"]) == ("c2VhbGVk", "KunshanMSP", LOG, 1)


@pytest.mark.attack
def test_other_consents_in_the_same_place_are_a_conflict(peer: Peer) -> None:
    peer.run(*consents(), chaincode="hutong-consent")
    with pytest.raises(Refused, match="CONFLICT consent/"):
        peer.run(*consents(sealed="b3RoZXI="), chaincode="hutong-consent")


@pytest.mark.parametrize(
    ("words", "chaincode"),
    [
        (("record_consents",), "hutong-audit"),
        (("record_batch",), "hutong-consent"),
        (("record_batch",), "something-else"),
        (("__init__",), "hutong-audit"),
        ((), "hutong-audit"),
    ],
)
def test_a_chaincode_has_its_own_functions_and_no_others(
    peer: Peer, words: Sequence[str], chaincode: str
) -> None:
    with pytest.raises(Refused, match="UNKNOWN function") as caught:
        peer.run(*words, chaincode=chaincode)
    assert caught.value.status == 404


WRONG = {
    "an argument too few": batch()[:-1],
    "a number with a sign": ("record_batch", "+1", *batch()[2:]),
    "a number of other digits": ("record_batch", "١", *batch()[2:]),
    "a number with a zero before": ("record_batch", "01", *batch()[2:]),
    "a number too large": ("record_batch", "9" * 16, *batch()[2:]),
    "the nought-th batch": batch(seq=0),
    "an empty batch": batch(start=5, stop=5),
    "a first batch that does not begin at the first entry": batch(start=1),
    "a second batch that begins at the first entry": batch(seq=2),
    "a root too short": batch(root=ROOT[:-1], checkpoint=note(5)),
    "a root in capitals": batch(root=ROOT.upper(), checkpoint=note(5)),
    "a previous root that is none": batch(previous="x"),
    "a checkpoint about another root": batch(checkpoint=note(5, "cd" * 32)),
    "a checkpoint about another size": batch(checkpoint=note(6)),
    "a checkpoint that is none": batch(checkpoint="hello"),
    "a checkpoint of a log with a space in its name": batch(checkpoint=note(5, log="a log")),
    "no checkpoint": batch(checkpoint=""),
}


@pytest.mark.attack
@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG)
def test_what_is_not_a_batch_is_refused_and_leaves_no_trace(peer: Peer, words: Sequence[str]) -> None:
    with pytest.raises(Refused, match="WRONG") as caught:
        peer.run(*words)
    assert (caught.value.status, peer.state, peer.events) == (400, {}, [])


@pytest.mark.attack
@pytest.mark.parametrize(
    "words",
    [
        consents(commitments="[1]"),
        consents(commitments='["zz"]'),
        consents(commitments="{"),
        consents(sealed=""),
        consents(sealed="x" * ((4 << 20) + 1)),
    ],
    ids=["numbers", "no hash", "no list", "nothing sealed", "too much sealed"],
)
def test_what_is_not_a_group_of_consents_is_refused(peer: Peer, words: Sequence[str]) -> None:
    with pytest.raises(Refused, match="WRONG"):
        peer.run(*words, chaincode="hutong-consent")
    assert peer.state == {}


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_nonsense_is_refused_without_repeating_it(words: list[bytes]) -> None:
    peer = Peer()
    with pytest.raises(Refused) as caught:
        peer.run_bytes([b"record_batch", *words])
    assert caught.value.status == 400
    assert not any(len(word) > 3 and word.decode("utf-8", "replace") in str(caught.value) for word in words)
    assert peer.state == {}


@given(st.sets(st.integers(1, 70)), st.integers(1, 70))
def test_the_latest_is_the_last_without_a_gap(there: set[int], first: int) -> None:
    peer = Peer()
    for seq in there:
        peer.state[batch_key("KunshanMSP", LOG, seq)] = b'{"seq":%d}' % seq
    without_gap = next(n for n in range(72) if n + 1 not in there)
    answer = peer.run("latest", "KunshanMSP", LOG)
    if without_gap == len(there):  # what only this program has written
        assert answer == (b'{"seq":%d,"value":{"seq":%d}}' % (without_gap, without_gap) if there else b"")
    listed = json.loads(peer.run("batches", "KunshanMSP", LOG, str(first)))
    after = next(n for n in range(first, 73) if n not in there)
    assert [one["seq"] for one in listed] == list(range(first, after))


def test_a_long_row_is_handed_out_in_parts(peer: Peer) -> None:
    for seq in range(1, MOST_AT_ONCE + 3):
        peer.state[batch_key("KunshanMSP", LOG, seq)] = b"{}"
    assert len(json.loads(peer.run("batches", "KunshanMSP", LOG, "1"))) == MOST_AT_ONCE
    assert len(json.loads(peer.run("batches", "KunshanMSP", LOG, str(MOST_AT_ONCE + 1)))) == 2


def test_there_is_room_for_one_event() -> None:
    stub = Stub("tx", [], "hutong-audit", "KunshanMSP", lambda *_: b"")
    stub.tell("batch", b"")
    with pytest.raises(RuntimeError, match="one event"):
        stub.tell("batch", b"")
