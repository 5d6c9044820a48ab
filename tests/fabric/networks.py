"""Real networks for the tests: one that many share, started when the first asks, and others of their own."""

import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.fabric.network.errors import ProgramMissing, WrongVersion
from ledger.fabric.network.layout import Layout
from ledger.fabric.network.parts import Part, parts_of
from ledger.fabric.network.plan import Shape, read_plan
from ledger.fabric.network.processes import running
from ledger.fabric.network.programs import find_programs
from ledger.fabric.network.starting import Up, down, up
from tests.fabric.channels import now

_SHARED: list[Path] = []


def require_programs() -> None:
    """Skip where Fabric's programs are not on this machine."""
    try:
        find_programs(os.environ)
    except (ProgramMissing, WrongVersion) as missing:
        pytest.skip(f"no Fabric network: {missing} (FABRIC_BIN, PATH)")


def started(folder: Path, shape: Shape | None = None) -> Up:
    """`hutong fabric up` in this process."""
    return up(folder, shape or Shape(), environment=os.environ, clock=now, entropy=secrets.token_bytes)


@contextmanager
def network(shape: Shape | None = None) -> Iterator[Path]:
    """A network of one's own, gone at the end; a skip where there cannot be one."""
    require_programs()
    folder = Path(tempfile.mkdtemp(prefix="hutong-fabric-"))
    try:
        started(folder / "network", shape)
        yield folder / "network"
    finally:
        stop(folder / "network")


def shared() -> Path:
    """The network of kunshan and tianjin that all tests of this process share, up and ready."""
    require_programs()
    if not _SHARED:
        _SHARED.append(Path(tempfile.mkdtemp(prefix="hutong-fabric-")) / "network")
    folder = _SHARED[0]
    layout = Layout(folder)
    if not layout.plan.exists() or not all(
        running(one.folder) for one in parts_of(read_plan(layout.plan), layout)
    ):
        started(folder, Shape(batch_ms=50))
    return folder


def stop_shared() -> None:
    """At the end of the tests, whoever was the last to use it."""
    while _SHARED:
        stop(_SHARED.pop())


def stop(folder: Path) -> None:
    """Stop a network and throw it away."""
    if (folder / "network.json").exists():
        down(folder)
    shutil.rmtree(folder.parent)


def part(folder: Path, name: str) -> Part:
    """A part of a network by the name that status gives it."""
    layout = Layout(folder)
    return next(one for one in parts_of(read_plan(layout.plan), layout) if one.name == name)


def kill(folder: Path, name: str) -> int:
    """End a part as a power cut would; its process number."""
    process = running(part(folder, name).folder)
    assert process is not None, f"{name} does not run"
    os.kill(process.pid, signal.SIGKILL)
    while running(part(folder, name).folder):
        pass
    return process.pid
