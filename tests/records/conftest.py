"""A record store of its own for every test."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from exchange.records import Store
from tests.records.made_up import KEY


@pytest.fixture
def at(tmp_path: Path) -> Path:
    """Where the store of this test lies."""
    return tmp_path / "records.db"


@pytest.fixture
def store(at: Path) -> Iterator[Store]:
    with Store(at, key=KEY) as made:
        yield made


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder everybody may look into, as those of pytest are only for who runs it."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
