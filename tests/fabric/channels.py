"""A channel to test on: the fake one always, a real one where Fabric's programs are."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.fabric.connection import Connection, Peer, read_connection
from ledger.fabric.gateway import Deadlines, Gateway
from tests.fabric.fake_gateway import fake_network

# A folder that `hutong fabric up` filled: its network is met instead of one of the tests' own.
REAL = "FABRIC_NETWORK"
BACKENDS = ("fake", pytest.param("real", marks=pytest.mark.service))


def now() -> datetime:
    """The time, which a real peer compares with its own."""
    return datetime.now(UTC)


@contextmanager
def connections(backend: str, folder: Path) -> Iterator[dict[str, Connection]]:
    """How kunshan and tianjin reach one channel; a skip where there is no real one."""
    if backend == "fake":
        with fake_network(folder) as network:
            yield {region: network.connection(region) for region in network.files}
        return
    up = real_network()
    yield {region: read_connection(up / region / "connection.toml") for region in ("kunshan", "tianjin")}


def real_network() -> Path:
    """The folder of a real network; a skip where there can be none."""
    from tests.fabric.networks import shared

    return Path(os.environ[REAL]) if REAL in os.environ else shared()


def gateway(connection: Connection, deadlines: Deadlines | None = None, peer: Peer | None = None) -> Gateway:
    return Gateway(connection, clock=now, entropy=secrets.token_bytes, deadlines=deadlines, peer=peer)


def fresh_name() -> str:
    """The name of a log no channel has seen."""
    return f"hutong.320583/test-{secrets.token_hex(4)}"
