"""A log in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import Log
from tests.ledger.books import new_log


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def log(path: Path) -> Iterator[Log]:
    with new_log(
        path, tables=["CREATE TABLE IF NOT EXISTS grant_(id TEXT PRIMARY KEY, entry TEXT) STRICT"]
    ) as made:
        yield made
