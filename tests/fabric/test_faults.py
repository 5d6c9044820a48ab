"""Whatever is killed in mid-load: what was acknowledged is on the channel, on each peer, once; the rest goes on."""

import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from ledger.fabric.anchoring import anchor
from ledger.fabric.anchors import Anchors
from ledger.fabric.channel import Batch, Batches, Group, Groups
from ledger.fabric.comparing import compare, past_of
from ledger.fabric.connection import Connection, read_connection
from ledger.fabric.errors import FabricError
from ledger.fabric.network.layout import Layout
from ledger.fabric.network.plan import CHANNEL, Shape, read_plan
from tests.fabric.channels import fresh_name, gateway
from tests.fabric.load import IMPATIENT, Load, log_in
from tests.fabric.networks import kill, network, started

pytestmark = [pytest.mark.service, pytest.mark.slow]

SOON_SECONDS = 25.0
NODES = 3


@pytest.fixture(scope="module")
def three() -> Iterator[Path]:
    """Two regions and three raft orderers."""
    with network(Shape(orderers=3, batch_ms=50)) as folder:
        yield folder


@pytest.fixture
def connection(three: Path) -> Connection:
    """How kunshan reaches it, once everything answers again after the test before."""
    started(three)
    return read_connection(three / "kunshan" / "connection.toml")


@pytest.fixture
def load(tmp_path: Path, connection: Connection) -> Load:
    """Some nodes of kunshan under load, each of which has got something onto the channel already."""
    load = Load(tmp_path, connection, [fresh_name() for _ in range(NODES)])
    until(lambda: min(map(len, load.told.values())) >= 3)
    return load


def until(is_so: Callable[[], bool]) -> None:
    """Return when it is so; it must be soon."""
    give_up = time.monotonic() + SOON_SECONDS
    while not is_so():
        assert time.monotonic() < give_up, "it takes too long"
        time.sleep(0.02)


def goes_on(load: Load) -> None:
    """Return when more was acknowledged than there is now, to every node."""
    before = {name: len(told) for name, told in load.told.items()}

    def has_gone_on() -> bool:
        load.require_alive()
        return all(len(load.told[name]) >= count + 3 for name, count in before.items())

    until(has_gone_on)


def is_whole(tmp_path: Path, connection: Connection, load: Load) -> None:
    """On both peers stands all that was acknowledged, each once and in a row, and it is the past of its log."""
    load.stop()
    for number, (name, told) in enumerate(load.told.items()):
        with log_in(tmp_path / str(number), name) as log:
            for peer in (connection.own, *connection.others):
                stands = on_channel(connection, peer.msp, name, at_least=told[-1].seq)
                assert [stands[one.seq - 1] for one in told] == told
                assert [one.seq for one in stands] == list(range(1, len(stands) + 1))
                assert all(one.stop == two.start for one, two in pairwise(stands))
            with gateway(connection) as client:
                assert compare(Batches(client, name), partial(past_of, log)).ok


def on_channel(connection: Connection, msp: str, name: str, *, at_least: int) -> list[Batch]:
    """The log's batches as one region's peer has them, when it has caught up."""
    peer = next(one for one in (connection.own, *connection.others) if one.msp == msp)
    found: list[Batch] = []
    with gateway(connection, peer=peer) as client:

        def has_caught_up() -> bool:
            found[:] = Batches(client, name)
            return len(found) >= at_least

        until(has_caught_up)
    return found


def leader_of(folder: Path) -> str:
    """The orderer that leads, by what each says of itself to who watches it."""
    layout = Layout(folder)
    context = ssl.create_default_context(cafile=folder / "orderer" / "tls-ca.pem")
    own = folder / "orderer" / "admin" / "tls"
    context.load_cert_chain(own / "server.pem", own / "server.key")
    with httpx.Client(verify=context, trust_env=False) as client:
        for number, one in enumerate(read_plan(layout.plan).orderers, 1):
            told = client.get(f"https://127.0.0.1:{one.operations_port}/metrics").text
            if f'consensus_etcdraft_is_leader{{channel="{CHANNEL}"}} 1' in told:
                return f"orderer {number}"
    raise AssertionError("nobody leads")


@pytest.mark.parametrize("who", ["the other region's peer", "an orderer", "the orderer that leads"])
def test_who_can_be_done_without_is_done_without(
    three: Path, connection: Connection, load: Load, tmp_path: Path, who: str
) -> None:
    leader = leader_of(three)
    follower = next(name for name in ("orderer 1", "orderer 2") if name != leader)
    kill(three, {"an orderer": follower, "the orderer that leads": leader}.get(who, "peer of tianjin"))
    goes_on(load)
    assert started(three).started == 1
    goes_on(load)
    is_whole(tmp_path, connection, load)


@pytest.mark.parametrize(
    "names",
    [["peer of kunshan"], ["hutong-audit of kunshan"], ["orderer 1", "orderer 2", "orderer 3"]],
    ids=["own peer", "own chaincode", "all orderers"],
)
def test_who_cannot_be_done_without_is_waited_for(
    three: Path, connection: Connection, load: Load, tmp_path: Path, names: list[str]
) -> None:
    for name in names:
        kill(three, name)
    time.sleep(0.5)
    stands = load.count
    time.sleep(0.5)
    assert load.count == stands
    assert started(three).started == len(names)
    goes_on(load)
    is_whole(tmp_path, connection, load)


def test_a_node_killed_in_mid_load_goes_on_from_what_it_had(
    three: Path, connection: Connection, tmp_path: Path
) -> None:
    name, file = fresh_name(), three / "kunshan" / "connection.toml"
    words = [sys.executable, "-m", "tests.fabric.load", str(tmp_path), str(file), name]
    said: list[tuple[str, ...]] = []
    for _ in range(2):
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as node:
            assert node.stdout is not None
            for line in node.stdout:
                said.append(tuple(line.split()))
                if len(said) % 10 == 0:
                    node.kill()
    with (
        log_in(tmp_path, name) as log,
        Anchors(tmp_path / "anchors.db", name) as anchors,
        gateway(connection) as client,
    ):
        batches = Batches(client, name)
        anchor(log, anchors, batches)
        assert anchors.alarm is None
        stands = {(str(one.seq), str(one.stop), one.root) for one in batches}
        assert len(said) >= 20
        assert set(said) <= stands
        compared = compare(batches, lambda: past_of(log))
        assert (compared.ok, compared.stop) == (True, log.size)


def test_what_concerns_both_regions_waits_for_both_and_is_there_once(
    three: Path, connection: Connection
) -> None:
    group = Group(log=fresh_name(), seq=1, start=0, stop=2, commitments=("ab" * 32,), sealed="c2VhbGVk")
    with gateway(connection, IMPATIENT) as client:
        groups = Groups(client)
        assert groups.end(group.log) is None
        kill(three, "peer of tianjin")
        with pytest.raises(FabricError) as refused:
            groups.record(group)
        assert refused.value.exit_code == 5
        started(three)
        done = [groups.record(group) for _ in range(2)]
        assert done[0].block is not None
        assert done[1].block is None
        found = groups.end(group.log)
        assert found is not None
        assert (found.seq, found.stop) == (1, 2)
