"""The way to the channel: what was written is there once, and whoever cannot know says so."""

import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from ledger import Signer
from ledger.fabric.channel import Batch, Batches, Group, Groups
from ledger.fabric.connection import Connection
from ledger.fabric.errors import (
    BadAnswer,
    BadConnection,
    Conflict,
    Invalidated,
    NotAnswering,
    NotEndorsed,
    NotOnThisChannel,
    OutcomeUnknown,
)
from ledger.fabric.gateway import MOST_IN_FLIGHT, MOST_TIMES, Deadlines, Gateway, Position
from ledger.fabric.signing import Identity
from tests.fabric.channels import BACKENDS, connections, fresh_name, gateway
from tests.fabric.fake_gateway import N_256, FakeNetwork, World, fake_network
from tests.ledger.books import fill, new_log

QUICK = Deadlines(endorse=2.0, submit=2.0, commit=2.0, evaluate=2.0)
AUDIT = "hutong-audit"


@pytest.fixture(params=BACKENDS, scope="module")
def regions(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Connection]]:
    with connections(request.param, tmp_path_factory.mktemp("network")) as found:
        yield found


@pytest.fixture
def kunshan(regions: dict[str, Connection]) -> Iterator[Gateway]:
    with gateway(regions["kunshan"]) as made:
        yield made


@pytest.fixture
def network(tmp_path: Path) -> Iterator[FakeNetwork]:
    with fake_network(tmp_path) as made:
        yield made


@pytest.fixture
def client(network: FakeNetwork) -> Iterator[Gateway]:
    with gateway(network.connection("kunshan"), QUICK) as made:
        yield made


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    name = fresh_name()
    with new_log(tmp_path / "ledger.db", signer=Signer(name, bytes(32))) as log:
        fill(log, 7)
        return Batch(
            seq=1,
            start=0,
            stop=7,
            root=log.root().hex(),
            previous_root="0" * 64,
            checkpoint=log.checkpoint().decode(),
        )


def name_of(batch: Batch) -> str:
    return batch.checkpoint.split("\n")[0]


def group(log: str, seq: int = 1, sealed: str = "c2VhbGVk") -> Group:
    return Group(log=log, seq=seq, start=5 * (seq - 1), stop=5 * seq, commitments=("a" * 64,), sealed=sealed)


def test_what_was_recorded_is_found_again_by_everybody(
    kunshan: Gateway, regions: dict[str, Connection], batch: Batch
) -> None:
    batches = Batches(kunshan, name_of(batch))
    assert batches.latest() is None
    done = batches.record(batch)
    block = done.block
    assert block is not None
    assert (batches.latest(), batches.get(1), list(batches)) == (batch, batch, [batch])
    other = regions["kunshan"].others[0]
    with Gateway(
        regions["kunshan"], clock=kunshan._clock, entropy=secrets.token_bytes, peer=other
    ) as elsewhere:
        wait_for(lambda: elsewhere.height() > block)
        assert list(Batches(elsewhere, name_of(batch))) == [batch]


def test_recorded_twice_it_stands_there_once(kunshan: Gateway, batch: Batch) -> None:
    batches = Batches(kunshan, name_of(batch))
    batches.record(batch)
    height = kunshan.height()
    again = batches.record(batch)
    assert (again.block, again.answer, kunshan.height()) == (None, b"ALREADY_RECORDED", height)


@pytest.mark.attack
def test_another_past_in_the_same_place_is_a_conflict_that_names_the_place(
    kunshan: Gateway, batch: Batch
) -> None:
    batches = Batches(kunshan, name_of(batch))
    batches.record(batch)
    with pytest.raises(Conflict, match=rf"batch/KunshanMSP/{name_of(batch)}/000000000001") as caught:
        batches.record(Batch(**{**fields(batch), "previous_root": "1" * 64}))
    assert (caught.value.exit_code, caught.value.may_repeat) == (4, False)
    assert list(batches) == [batch]


@pytest.mark.attack
def test_one_region_cannot_write_in_the_place_of_another(
    kunshan: Gateway, regions: dict[str, Connection], batch: Batch
) -> None:
    with gateway(regions["tianjin"]) as tianjin:
        Batches(tianjin, name_of(batch)).record(batch)
        assert Batches(tianjin, name_of(batch)).latest() == batch
    assert Batches(kunshan, name_of(batch)).latest() is None


def test_what_the_chaincode_refuses_is_said_in_its_own_words(kunshan: Gateway) -> None:
    with pytest.raises(NotEndorsed, match="UNKNOWN function of this chaincode") as caught:
        kunshan.submit(AUDIT, [b"drop_everything"])
    assert not caught.value.may_repeat
    assert caught.value.details[0][0] == "KunshanMSP"


def test_events_come_in_order_and_go_on_where_one_stopped(kunshan: Gateway) -> None:
    log, groups = fresh_name(), Groups(kunshan)
    for seq in (1, 2, 3):
        groups.record(group(log, seq))
    found = []
    for one in groups.told(after=None, seconds=5):
        found += [one] if one.log == log else []
        if len(found) == 3:
            break
    assert [one.seq for one in found] == [1, 2, 3]
    rest = [one.seq for one in groups.told(after=found[0].position, seconds=0.5) if one.log == log]
    assert rest == [2, 3]
    assert groups.end(log) == groups.end(log) is not None
    assert log in groups.logs()


@pytest.mark.attack
def test_going_on_after_an_event_of_another_channel_is_refused_and_not_silent(kunshan: Gateway) -> None:
    elsewhere = Position(block=2, transaction="ab" * 32)
    with pytest.raises(NotOnThisChannel):
        list(kunshan.events("hutong-consent", after=elsewhere, seconds=0.5))


@given(st.binary(max_size=200))
def test_every_signature_has_the_low_s_that_peers_demand(tmp_path_factory: Any, message: bytes) -> None:
    _, s = decode_dss_signature(identity(tmp_path_factory).sign(message))
    assert s <= N_256 // 2


def test_a_p_384_key_is_signed_with_just_as_well(tmp_path: Path) -> None:
    with fake_network(tmp_path, curve=SECP384R1()) as made, gateway(made.connection("kunshan")) as client:
        for _ in range(8):  # half of all signatures need the lower S
            assert client.height() == 1


def test_a_key_that_is_not_the_certificates_is_refused_before_anything_is_sent(network: FakeNetwork) -> None:
    ours, theirs = network.connection("kunshan"), network.connection("tianjin")
    with pytest.raises(BadConnection, match="not the one of the certificate"):
        gateway(replace(ours, key=theirs.key))
    with pytest.raises(BadConnection, match="names no private key"):
        gateway(replace(ours, key=b"-----BEGIN NOTHING-----"))


def test_a_peer_with_another_certificate_is_not_spoken_to(network: FakeNetwork) -> None:
    ours = network.connection("kunshan")
    wrong = replace(ours.own, server_name="somebody.else")
    with gateway(replace(ours, own=wrong), QUICK) as client, pytest.raises(NotAnswering):
        client.height()


def test_a_peer_that_is_down_is_named_with_what_to_do(network: FakeNetwork) -> None:
    ours = network.connection("kunshan")
    with (
        gateway(replace(ours, own=replace(ours.own, address="127.0.0.1:1")), QUICK) as client,
        pytest.raises(NotAnswering, match=r"127\.0\.0\.1:1 does not answer \(asking the channel\)") as caught,
    ):
        client.height()
    assert (caught.value.exit_code, caught.value.may_repeat) == (5, True)
    assert "hutong fabric status" in caught.value.hint


def abort(code: grpc.StatusCode, text: str) -> Callable[[Any], None]:
    return lambda context: context.abort(code, text)


def hang(seconds: float = 30.0) -> Callable[[Any], None]:
    ended = threading.Event()

    def wait(context: Any) -> None:
        context.add_callback(ended.set)
        ended.wait(seconds)

    return wait


@pytest.mark.parametrize("call", ["submit", "after submit", "commit"])
@pytest.mark.parametrize(
    "trouble",
    [abort(grpc.StatusCode.UNAVAILABLE, "gone"), abort(grpc.StatusCode.ABORTED, "no Raft leader")],
    ids=["hung up", "refused"],
)
def test_after_the_hand_over_every_trouble_means_that_nobody_knows(
    network: FakeNetwork, client: Gateway, batch: Batch, call: str, trouble: Callable[[Any], None]
) -> None:
    network.world.trouble[call] = trouble
    batches = Batches(client, name_of(batch))
    with pytest.raises(OutcomeUnknown) as caught:
        batches.record(batch)
    assert caught.value.may_repeat
    network.world.trouble.clear()
    batches.record(batch)
    assert list(batches) == [batch]
    assert len(network.world.blocks) == 2


def test_a_peer_that_never_answers_is_given_up_at_the_deadline(network: FakeNetwork, batch: Batch) -> None:
    network.world.trouble["endorse"] = hang()
    soon = Deadlines(endorse=0.2, submit=0.2, commit=0.2, evaluate=0.2)
    with (
        gateway(network.connection("kunshan"), soon) as client,
        pytest.raises(NotAnswering, match="endorsement"),
    ):
        Batches(client, name_of(batch)).record(batch)


def test_a_refusal_that_passes_by_itself_may_be_repeated(network: FakeNetwork, client: Gateway) -> None:
    for text in ("ProposalResponsePayloads do not match", "too many requests for /gateway.Gateway"):
        network.world.trouble["endorse"] = abort(grpc.StatusCode.ABORTED, text)
        with pytest.raises(NotEndorsed) as caught:
            Groups(client).record(group("some-log"))
        assert caught.value.may_repeat


def test_a_refusal_without_readable_details_is_a_refusal_all_the_same(
    network: FakeNetwork, client: Gateway
) -> None:
    def garbled(context: Any) -> None:
        context.set_trailing_metadata((("grpc-status-details-bin", b"\xff\xff\xff"),))
        context.abort(grpc.StatusCode.PERMISSION_DENIED, "creator\nis not a member")

    network.world.trouble["endorse"] = garbled
    with pytest.raises(NotEndorsed, match="PERMISSION_DENIED: creator is not a member") as caught:
        Groups(client).record(group("some-log"))
    assert (caught.value.details, caught.value.may_repeat) == ((), False)


def overtaking(world: World, times: int) -> Callable[[Any], None]:
    """Trouble: another transaction of the block changes what this one has read, `times` in a row."""
    left = iter(range(times))

    def overtake(_: Any) -> None:
        if next(left, None) is not None:
            for one in world.pending.values():
                for read in one.reads:
                    world.versions[read] = world.versions.get(read, 0) + 1

    return overtake


def test_a_transaction_that_is_overtaken_is_proposed_anew_and_stands_once(
    network: FakeNetwork, client: Gateway, batch: Batch
) -> None:
    network.world.trouble["submit"] = overtaking(network.world, MOST_TIMES - 1)
    done = Batches(client, name_of(batch)).record(batch)
    assert [block.valid for block in network.world.blocks] == [True, *[False] * (MOST_TIMES - 1), True]
    assert done.block == MOST_TIMES
    assert list(Batches(client, name_of(batch))) == [batch]


def test_a_transaction_that_is_overtaken_again_and_again_is_given_up_and_sends_nobody_to_the_administrator(
    network: FakeNetwork, client: Gateway, batch: Batch
) -> None:
    network.world.trouble["submit"] = overtaking(network.world, MOST_TIMES)
    with pytest.raises(Invalidated, match="MVCC_READ_CONFLICT") as caught:
        Batches(client, name_of(batch)).record(batch)
    assert caught.value.may_repeat
    assert "administrator" not in caught.value.hint
    assert "无须联系管理员" in caught.value.hint_zh
    assert Batches(client, name_of(batch)).latest() is None


def test_a_transaction_that_lacks_endorsements_is_not_tried_again(
    network: FakeNetwork, client: Gateway, batch: Batch
) -> None:
    network.world.invalid = "ENDORSEMENT_POLICY_FAILURE"
    with pytest.raises(Invalidated, match="ENDORSEMENT_POLICY_FAILURE") as caught:
        Batches(client, name_of(batch)).record(batch)
    assert not caught.value.may_repeat
    assert "administrator" in caught.value.hint
    assert len(network.world.blocks) == 2


def test_logs_of_a_region_that_begin_at_once_are_all_listed(network: FakeNetwork, tmp_path: Path) -> None:
    """Each has a node of its own; all read the region's list before any of them has written to it."""
    begun = threading.Barrier(2)

    def wait(_: Any) -> None:
        with suppress(threading.BrokenBarrierError):
            begun.wait(timeout=0.5)

    network.world.trouble["submit"] = wait
    with gateway(network.connection("kunshan")) as client, ThreadPoolExecutor(2) as nodes:
        list(nodes.map(Groups(client).record, [group("one"), group("two")]))
        assert Groups(client).logs() == ["one", "two"]
    assert sorted(block.valid for block in network.world.blocks) == [False, True, True, True]


def test_three_logs_of_a_region_may_begin_at_once(kunshan: Gateway) -> None:
    names = [fresh_name() for _ in range(MOST_TIMES)]
    with ThreadPoolExecutor(len(names)) as nodes:
        done = list(nodes.map(Groups(kunshan).record, [group(name) for name in names]))
    assert all(one.block is not None for one in done)
    assert set(names) <= set(Groups(kunshan).logs())


def test_never_more_than_128_calls_are_under_way(network: FakeNetwork, client: Gateway) -> None:
    network.world.seconds = 0.1
    log = fresh_name()

    def record(number: int) -> None:
        Groups(client).record(group(f"{log}-{number}", seq=2))

    with ThreadPoolExecutor(160) as pool:
        list(pool.map(record, range(160)))
    assert 16 < network.world.most_at_once <= MOST_IN_FLIGHT


def test_an_answer_nobody_can_read_is_not_guessed(network: FakeNetwork, client: Gateway) -> None:
    network.world.state["batch/KunshanMSP/some-log/000000000001"] = b'{"seq": 1}'
    with pytest.raises(BadAnswer) as caught:
        Batches(client, "some-log").latest()
    assert caught.value.exit_code == 4


def fields(batch: Batch) -> dict[str, Any]:
    return {name: getattr(batch, name) for name in batch.__struct_fields__}


def wait_for(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    over = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if holds():
            return
        over.wait(0.05)
    assert holds()


_IDENTITIES: list[Identity] = []


def identity(folders: pytest.TempPathFactory) -> Identity:
    if not _IDENTITIES:
        with fake_network(folders.mktemp("identity")) as made:
            _IDENTITIES.append(Identity.of(made.connection("kunshan")))
    return _IDENTITIES[0]
