"""A network on this machine comes up, says which part is gone, goes down, and keeps what was written."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import Signer
from ledger.fabric.chaincode.contract import RECORDED
from ledger.fabric.channel import Batch, Batches
from ledger.fabric.connection import read_connection
from ledger.fabric.network.layout import Layout
from ledger.fabric.network.parts import parts_of
from ledger.fabric.network.plan import Shape, read_plan
from ledger.fabric.network.processes import running
from ledger.fabric.network.starting import down
from ledger.merkle import EMPTY_ROOT
from tests.cli.typing_in import started as typed_apart
from tests.cli.typing_in import typed
from tests.fabric.channels import fresh_name, gateway
from tests.fabric.networks import kill, network, require_programs, started, stop
from tests.ledger.books import fill, new_log

pytestmark = pytest.mark.service

PARTS = [
    "orderer 1",
    "peer of kunshan",
    "peer of tianjin",
    "hutong-audit of kunshan",
    "hutong-consent of kunshan",
    "hutong-audit of tianjin",
    "hutong-consent of tianjin",
]


@pytest.fixture
def layout(folder: Path) -> Layout:
    return Layout(folder)


def written(folder: Path, tmp_path: Path, name: str) -> Batch:
    """One batch of a new log, on the channel."""
    with new_log(tmp_path / "ledger.db", signer=Signer(name, bytes(range(32)))) as log:
        fill(log, 3)
        batch = Batch(
            seq=1,
            start=0,
            stop=3,
            root=log.root().hex(),
            previous_root=EMPTY_ROOT.hex(),
            checkpoint=log.checkpoint().decode(),
        )
    with gateway(read_connection(folder / "kunshan" / "connection.toml")) as client:
        assert Batches(client, name).record(batch).answer == RECORDED
    return batch


def found_by(folder: Path, region: str, name: str) -> list[Batch]:
    """The batches of kunshan's log, asked of a region's peer."""
    connection = read_connection(folder / "kunshan" / "connection.toml")
    peer = next(one for one in (connection.own, *connection.others) if region in one.server_name)
    with gateway(connection, peer=peer) as client:
        return list(Batches(client, name))


def test_what_was_written_is_there_after_down_and_up_even_in_another_place(
    folder: Path, tmp_path: Path
) -> None:
    name = fresh_name()
    batch = written(folder, tmp_path, name)
    assert down(folder) == len(PARTS)
    moved = folder.rename(folder.with_name("moved"))
    try:
        assert started(moved).started == len(PARTS)
        for region in ("kunshan", "tianjin"):
            assert found_by(moved, region, name) == [batch]
        assert down(moved) == len(PARTS)
    finally:
        moved.rename(folder)


def test_up_again_starts_nothing_that_runs(folder: Path) -> None:
    before = {one: running(one) for one in Layout(folder).root.glob("*/*") if (one / "pid").exists()}
    assert len(before) == len(PARTS)
    assert started(folder).started == 0
    assert {one: running(one) for one in before} == before


def test_status_says_that_every_part_answers(folder: Path) -> None:
    told = typed("fabric", "status", str(folder), "--json")
    assert told.exit_code == 0
    said = json.loads(told.stdout)
    assert [one["part"] for one in said["parts"]] == PARTS
    assert all(one["answers"] and one["pid"] for one in said["parts"])
    heights = {one["blocks"] for one in said["parts"] if one["kind"] != "chaincode"}
    assert min(heights) > 1
    assert said["certificates_until"] > "2030"


@pytest.mark.parametrize("name", ["peer of tianjin", "orderer 1", "hutong-consent of kunshan"])
def test_a_killed_part_is_named_with_what_to_do_and_up_starts_it_alone(folder: Path, name: str) -> None:
    kill(folder, name)
    told = typed("fabric", "status", str(folder))
    assert told.exit_code == 5
    rows = {line[: len(max(PARTS, key=len))].strip(): line for line in told.stdout.splitlines()[1:]}
    assert [part for part, line in rows.items() if line.endswith("NO")] == [name]
    assert f"hutong: {name} is stopped: hutong fabric up {folder} starts it" in told.stderr
    assert "hutong: error: 1 of 7 parts of the network do not answer" in told.stderr
    assert started(folder).started == 1
    assert typed("fabric", "status", str(folder)).exit_code == 0


def test_a_killed_part_is_named_in_chinese(folder: Path) -> None:
    kill(folder, "peer of tianjin")
    told = typed("--lang", "zh", "fabric", "status", str(folder))
    assert told.exit_code == 5
    assert "tianjin 的 peer 已停止" in told.stderr
    assert "hutong: 错误：网络的 7 个部件中有 1 个没有应答" in told.stderr


@pytest.mark.attack
def test_a_part_that_hangs_is_named_and_not_waited_for_without_end(folder: Path) -> None:
    process = running(Layout(folder).peer("tianjin"))
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        told = typed("fabric", "status", str(folder))
        assert time.monotonic() - began < 15
        assert told.exit_code == 5
        assert "hutong: peer of tianjin runs and does not answer: see " in told.stderr
    finally:
        os.kill(process.pid, signal.SIGCONT)


@pytest.mark.attack
def test_every_port_is_on_this_machine_alone(layout: Layout) -> None:
    plan = read_plan(layout.plan)
    processes = [running(part.folder) for part in parts_of(plan, layout)]
    listening = {address for one in processes if one for address in _listening(one.pid)}
    assert {host for host, _ in listening} == {"127.0.0.1"}
    assert {port for _, port in listening} == set(plan.ports)


@pytest.mark.attack
def test_no_private_key_can_be_read_by_others(layout: Layout) -> None:
    assert layout.root.stat().st_mode & 0o077 == 0
    files = [one for one in layout.root.rglob("*") if one.is_file() and not one.is_symlink()]
    secret = [one for one in files if b"PRIVATE KEY" in one.read_bytes()]
    # Of its package a peer keeps what the builder made, too.
    assert {layout.root / "kunshan" / "client.key", layout.package("kunshan", "hutong-audit")} <= {
        *secret,
        *(one for one in files if one.suffix == ".gz"),
    }
    assert len(secret) > 20
    assert [one for one in files if one.stat().st_mode & 0o077] == []


@pytest.mark.attack
def test_without_a_certificate_an_orderer_is_not_administered_and_a_chaincode_not_asked(
    layout: Layout,
) -> None:
    plan = read_plan(layout.plan)
    admin = [plan.orderers[0].admin_port, plan.orderers[0].operations_port, plan.regions[0].operations_port]
    for port in [*admin, *plan.regions[0].servers.values()]:
        assert _refuses_strangers(port), port


def test_down_stops_nothing_that_it_did_not_start(folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        try:
            kill(folder, "peer of tianjin")
            # The number of the killed one, given to somebody else meanwhile.
            file = Layout(folder).peer("tianjin") / "pid"
            said = json.loads(file.read_text())
            file.write_text(json.dumps({**said, "pid": other.pid}))
            assert down(folder) == len(PARTS) - 1
            assert other.poll() is None
        finally:
            other.kill()


def test_a_network_is_not_made_into_another_one(folder: Path) -> None:
    for words in (["--orderers", "3"], ["--bft"], ["--regions", "kunshan,zhuhai"], ["--batch-ms", "2000"]):
        told = typed("fabric", "up", str(folder), *words)
        assert told.exit_code == 2
        assert "has the regions kunshan, tianjin, 1 orderer (raft), 50 ms; nothing was changed" in told.stderr


@pytest.mark.slow
def test_a_new_network_is_up_at_once_and_a_start_that_was_killed_is_gone_on_with(tmp_path: Path) -> None:
    require_programs()
    place = tmp_path / "deep" / "network"
    words = [sys.executable, "-m", "cli", "fabric", "up", str(place), "--regions", "zhuhai,a-b,kunshan-2"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as killed:
        time.sleep(2)
        killed.kill()
    try:
        told = typed_apart("fabric", "up", str(place), "--json", env=dict(os.environ))
        assert told.returncode == 0, told.stderr
        said = json.loads(told.stdout)
        assert [one["msp"] for one in said["regions"]] == ["ZhuhaiMSP", "A-bMSP", "Kunshan-2MSP"]
        assert typed("fabric", "status", str(place)).exit_code == 0
        assert typed("fabric", "down", str(place)).stdout.startswith("10 processes stopped")
    finally:
        stop(place)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shape", "orderers"), [(Shape(orderers=3), 3), (Shape(bft=True), 4)], ids=["raft of 3", "BFT of 4"]
)
def test_with_one_orderer_less_it_still_writes(shape: Shape, orderers: int, tmp_path: Path) -> None:
    with network(shape) as folder:
        assert len(read_plan(Layout(folder).plan).orderers) == orderers
        # Where all are asked (BFT) the first one leads at first.
        kill(folder, "orderer 1")
        name = fresh_name()
        batch = written(folder, tmp_path, name)
        assert found_by(folder, "kunshan", name) == [batch]
        assert typed("fabric", "status", str(folder)).exit_code == 5


def _listening(pid: int) -> Iterator[tuple[str, int]]:
    """(host, port) of the sockets a process listens on (proc(5), proc_pid_net(5))."""
    links = [os.readlink(one) for one in Path(f"/proc/{pid}/fd").iterdir() if one.is_symlink()]
    own = {link[len("socket:[") : -1] for link in links if link.startswith("socket:[")}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in own:
                host, port = fields[1].split(":")
                # Either form of IPv4's: as such, and as IPv6 writes it (::ffff:127.0.0.1).
                loopback = host in ("0100007F", "0000000000000000FFFF00000100007F")
                yield "127.0.0.1" if loopback else host, int(port, 16)


def _refuses_strangers(port: int) -> bool:
    """Whether a line without a certificate is hung up on before anything is answered."""
    import socket
    import ssl

    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=5) as line,
            context.wrap_socket(line, server_hostname="127.0.0.1") as secured,
        ):
            secured.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            return secured.recv(1) == b""
    except OSError:
        return True
