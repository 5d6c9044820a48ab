"""What a network is made from: its plan, its certificates, its packages, and the programs it looks for."""

import hashlib
import io
import json
import os
import socket
import subprocess
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.fabric.connection import read_connection
from ledger.fabric.network.administering import policy_of
from ledger.fabric.network.errors import (
    AtWork,
    BadPlan,
    BadShape,
    NotANetwork,
    PartEnded,
    PlaceTaken,
    PortTaken,
    ProgramMissing,
    StepFailed,
    WrongVersion,
)
from ledger.fabric.network.identities import Issued
from ledger.fabric.network.layout import Layout
from ledger.fabric.network.looking import look
from ledger.fabric.network.packages import package_id, write_builder, write_package
from ledger.fabric.network.plan import Shape, plan_of, read_plan, require_shape, written
from ledger.fabric.network.processes import alone
from ledger.fabric.network.programs import find_programs
from ledger.fabric.network.starting import down, up
from tests.cli.typing_in import typed
from tests.fabric.test_identities import dice

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
HALF_ORDER = 0x7FFFFFFF800000007FFFFFFFFFFFFFFFDE737D56D38BCF4279DCE5617E3192A8
CONFIGTXGEN = 'case "$1" in -version) echo " Version: 3.1.5";; *) : > "$6";; esac'


def in_a_row(count: int) -> list[int]:
    return list(range(20_000, 20_000 + count))


def programs(folder: Path, **scripts: str) -> dict[str, str]:
    """An environment in which FABRIC_BIN has programs that do what the scripts say, and tell a version."""
    folder.mkdir(exist_ok=True)
    for name in ("peer", "orderer", "configtxgen"):
        script = scripts.get(name, 'echo " Version: v3.1.5"')
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o700)
    return {"FABRIC_BIN": str(folder), "PATH": os.environ["PATH"]}


def begin(folder: Path, environment: dict[str, str], shape: Shape | None = None) -> None:
    up(folder, shape or Shape(), environment=environment, clock=lambda: NOW, entropy=dice(os.getpid()))


def test_without_wishes_there_are_two_regions_and_one_orderer() -> None:
    plan = plan_of(Shape(), in_a_row)
    assert [(one.name, one.msp) for one in plan.regions] == [
        ("kunshan", "KunshanMSP"),
        ("tianjin", "TianjinMSP"),
    ]
    assert (plan.consensus, len(plan.orderers), plan.ports) == ("raft", 1, in_a_row(13))


names = st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True).filter(lambda name: name != "orderer")
shapes = st.builds(
    Shape,
    regions=st.none() | st.lists(names, min_size=1, max_size=8, unique=True).map(tuple),
    orderers=st.sampled_from([None, 1, 3]),
)


@given(shapes)
def test_a_plan_is_read_as_it_was_written_and_no_two_parts_share_a_port(
    tmp_path_factory: pytest.TempPathFactory, shape: Shape
) -> None:
    require_shape(shape)
    plan = plan_of(shape, in_a_row)
    file = tmp_path_factory.getbasetemp() / "network.json"
    file.write_bytes(written(plan))
    assert read_plan(file) == plan
    assert len(set(plan.ports)) == len(plan.ports) == 3 * len(plan.orderers) + 5 * len(plan.regions)
    assert len({one.msp for one in plan.regions}) == len(plan.regions)


@pytest.mark.parametrize(
    "regions", [(), ("a", "a"), ("orderer",), ("Kunshan",), ("../x",), ("",), ("昆山",), tuple("abcdefghi")]
)
def test_a_name_that_cannot_be_a_folder_and_a_member_is_refused(regions: tuple[str, ...]) -> None:
    with pytest.raises(BadShape) as caught:
        require_shape(Shape(regions=regions))
    assert caught.value.exit_code == 2


def test_a_refused_shape_leaves_nothing_behind(tmp_path: Path) -> None:
    told = typed("fabric", "up", str(tmp_path / "net"), "--bft", "--orderers", "3")
    assert (told.exit_code, "leave --orderers out" in told.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", [b"", b"{}", b"\xff", b'{"format": 2}'])
def test_a_plan_that_was_changed_is_told_by_its_place(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "network.json").write_bytes(text)
    with pytest.raises(BadPlan, match=r"^network\.json is wrong: "):
        read_plan(tmp_path / "network.json")


@pytest.mark.parametrize("verb", ["status", "down"])
def test_where_there_is_no_network_that_is_said(tmp_path: Path, verb: str) -> None:
    told = typed("fabric", verb, str(tmp_path / "nothing"))
    assert told.exit_code == 6
    assert told.stdout == ""
    assert "nothing holds no network" in told.stderr
    assert not (tmp_path / "nothing").exists()


def test_who_must_endorse() -> None:
    assert policy_of("hutong-audit", ["AMSP", "BMSP"]) == "OR('AMSP.peer','BMSP.peer')"
    assert policy_of("hutong-consent", ["AMSP", "BMSP"]) == "AND('AMSP.peer','BMSP.peer')"


def test_a_package_is_the_same_whenever_it_is_made(tmp_path: Path) -> None:
    peer = Issued(b"certificate", b"key")
    for name in ("one", "two"):
        write_package(tmp_path / name, "hutong-audit_1", 20_005, peer=peer, authority=b"authority")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert (tmp_path / "one").stat().st_mode & 0o077 == 0
    identity = package_id(tmp_path / "one", "hutong-audit_1")
    label, _, digest = identity.partition(":")
    assert (label, digest) == ("hutong-audit_1", hashlib.sha256((tmp_path / "one").read_bytes()).hexdigest())


def test_a_peer_is_told_where_the_server_is_by_three_scripts(tmp_path: Path) -> None:
    write_builder(tmp_path / "builder")
    peer = Issued(b"certificate", b"key")
    write_package(tmp_path / "package", "hutong-audit_1", 20_005, peer=peer, authority=b"authority")
    folders = [tmp_path / name for name in ("source", "metadata", "built", "released")]
    source, metadata, built, released = folders
    for one in folders:
        one.mkdir()
    with tarfile.open(tmp_path / "package") as outer:
        outer.extract("metadata.json", metadata, filter="data")
        code = outer.extractfile("code.tar.gz")
        assert code is not None
        with tarfile.open(fileobj=io.BytesIO(code.read())) as inner:
            inner.extractall(source, filter="data")

    def script(name: str, *words: Path) -> int:
        return subprocess.run([tmp_path / "builder" / "bin" / name, *words], check=False).returncode

    assert script("detect", source, metadata) == 0
    assert script("build", source, metadata, built) == 0
    assert script("release", built, released) == 0
    said = json.loads((released / "chaincode" / "server" / "connection.json").read_text())
    assert (said["address"], said["tls_required"], said["client_auth_required"]) == (
        "127.0.0.1:20005",
        True,
        True,
    )
    (metadata / "metadata.json").write_text('{"type": "golang", "label": "ccaas"}')
    assert script("detect", source, metadata) != 0


@pytest.mark.parametrize("missing", ["peer", "orderer", "configtxgen"])
def test_a_program_that_is_missing_is_named_and_never_fetched(tmp_path: Path, missing: str) -> None:
    environment = programs(tmp_path / "bin")
    (tmp_path / "bin" / missing).unlink()
    with pytest.raises(ProgramMissing, match=f"^{missing}, a program of Hyperledger Fabric, is not there"):
        find_programs(environment)
    told = typed("fabric", "up", str(tmp_path / "net"), env={"FABRIC_BIN": environment["FABRIC_BIN"]})
    assert told.exit_code == 5
    assert "comes with the Hyperledger Fabric project's releases (3.x)" in told.stderr
    assert not (tmp_path / "net").exists()


def test_the_folder_that_is_named_goes_before_the_path(tmp_path: Path) -> None:
    named = programs(tmp_path / "named")
    other = programs(tmp_path / "other", peer='echo " Version: 2.5.4"')
    assert find_programs({**named, "PATH": other["FABRIC_BIN"]}).version == "v3.1.5"
    with pytest.raises(WrongVersion):
        find_programs({"PATH": f"{other['FABRIC_BIN']}:{named['PATH']}"})


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('echo " Version: 2.5.4"', "orderer is version 2.5.4; 3.x is needed"),
        ('echo " Version: v4.0.0-beta"', "orderer is version v4.0.0-beta; 3.x is needed"),
        ('echo " Version: latest"', "orderer does not say its version; 3.x is needed"),
        ("exit 1", "orderer does not say its version; 3.x is needed"),
    ],
)
def test_a_wrong_version_is_told(tmp_path: Path, said: str, told: str) -> None:
    environment = programs(tmp_path / "bin", orderer=said)
    answer = typed("fabric", "up", str(tmp_path / "net"), env={"FABRIC_BIN": environment["FABRIC_BIN"]})
    assert answer.exit_code == 5
    assert f"hutong: error: {told}" in answer.stderr
    assert "FABRIC_BIN names the folder with the programs of another release" in answer.stderr
    chinese = typed(
        "--lang", "zh", "fabric", "up", str(tmp_path), env={"FABRIC_BIN": environment["FABRIC_BIN"]}
    )
    assert "需要 3.x" in chinese.stderr


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(PlaceTaken):
        begin(tmp_path, programs(tmp_path.parent / "bin"))
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_network_that_was_not_made_to_the_end_is_made_anew(tmp_path: Path) -> None:
    place = tmp_path / "net"
    failing = programs(tmp_path / "bin", configtxgen='test "$1" = -version && echo " Version: 3.1.5"')
    for _ in range(2):
        with pytest.raises(StepFailed, match="setting up stopped at: the channel's first block") as caught:
            begin(place, failing)
        assert caught.value.exit_code == 5
        with pytest.raises(NotANetwork):
            down(place)
    before = (place / "kunshan" / "ca.pem").read_bytes()
    (place / "kunshan" / "left over").touch()
    with pytest.raises(PartEnded):
        begin(place, programs(tmp_path / "bin", configtxgen=CONFIGTXGEN))
    assert (place / "kunshan" / "ca.pem").read_bytes() == before  # the same dice
    assert not (place / "kunshan" / "left over").exists()
    assert read_plan(place / "network.json").channel == "regions"
    down(place)


def test_a_part_that_ends_at_once_is_named_with_its_log(tmp_path: Path) -> None:
    place = tmp_path / "net"
    with pytest.raises(PartEnded, match=r"^orderer 1 ended right after it was started$") as caught:
        begin(place, programs(tmp_path / "bin", configtxgen=CONFIGTXGEN))
    assert str(place / "orderer" / "orderer1" / "log") in caught.value.hint
    assert "Version" in (place / "orderer" / "orderer1" / "log").read_text()
    found = look(place, clock=lambda: NOW, entropy=dice())
    assert not any(one.answers for one in found.seen if one.part.kind != "chaincode")
    down(place)


def test_a_port_that_somebody_else_has_is_named_with_the_part(tmp_path: Path) -> None:
    place, environment = tmp_path / "net", programs(tmp_path / "bin", configtxgen=CONFIGTXGEN)
    with pytest.raises(PartEnded):
        begin(place, environment)
    down(place)
    port = read_plan(place / "network.json").orderers[0].operations_port
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(
            PortTaken, match=rf"^orderer 1 cannot start: another program listens on port {port}$"
        ):
            begin(place, environment)


def test_two_do_not_start_one_network_at_once(tmp_path: Path) -> None:
    place, environment = tmp_path / "net", programs(tmp_path / "bin", configtxgen=CONFIGTXGEN)
    with pytest.raises(PartEnded):
        begin(place, environment)
    with alone(Layout(place).lock, place):
        for act in (lambda: begin(place, environment), lambda: down(place)):
            with pytest.raises(AtWork, match="another command is starting or stopping the network"):
                act()
    assert down(place) >= 0


def test_each_region_can_read_its_way_to_the_channel_wherever_its_folder_is_taken(tmp_path: Path) -> None:
    place, environment = tmp_path / "net", programs(tmp_path / "bin", configtxgen=CONFIGTXGEN)
    with pytest.raises(PartEnded):
        begin(place, environment, Shape(regions=("kunshan", "tianjin", "zhuhai")))
    down(place)
    (place / "tianjin").rename(tmp_path / "elsewhere")
    found = read_connection(tmp_path / "elsewhere" / "connection.toml")
    assert (found.channel, found.chaincode_audit, found.chaincode_consent, found.msp) == (
        "regions",
        "hutong-audit",
        "hutong-consent",
        "TianjinMSP",
    )
    assert [one.server_name for one in found.others] == ["peer.kunshan", "peer.zhuhai"]
    assert len({one.tls_ca for one in (found.own, *found.others)}) == 3
