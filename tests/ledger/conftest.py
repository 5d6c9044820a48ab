"""A log in a folder of its own."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from ledger import Log
from tests.ledger.books import new_log


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture(params=["embedded", "anchored"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Log], AbstractContextManager[None]]:
    """The ledger alone, and the same while its roots go onto a channel (tests/fabric has it on a real one too)."""
    if request.param == "embedded":
        return lambda _: nullcontext()
    pytest.importorskip("grpc", reason="the extra hutong[fabric] is not installed")
    from tests.fabric.anchored import anchored

    attacked = request.node.get_closest_marker("attack") is not None
    return lambda log: anchored(log, tmp_path, attacked=attacked)


@pytest.fixture
def log(path: Path, backend: Callable[[Log], AbstractContextManager[None]]) -> Iterator[Log]:
    tables = ["CREATE TABLE IF NOT EXISTS grant_(id TEXT PRIMARY KEY, entry TEXT) STRICT"]
    with new_log(path, tables=tables) as made, backend(made):
        yield made
