"""Kunshan holds a record, Zhuhai asks for it; both are real nodes on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.federation.asking import Two
from tests.federation.nodes import Clock
from tests.federation.withdrawing import Made, Pair, joined, made_in


@pytest.fixture(scope="session")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    both = joined(tmp_path_factory.mktemp("two"), Clock())
    with both.holder.served():
        yield both
    both.holder.close()
    both.asker.close()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made_in(tmp_path_factory.mktemp("withdrawals"))


@pytest.fixture
def pair(made: Made, tmp_path: Path) -> Iterator[Pair]:
    """Zhuhai has received the record twice; only the holder answers."""
    with made.copied(tmp_path / "two") as one:
        yield one


@pytest.fixture
def received(pair: Pair) -> Iterator[Pair]:
    """Zhuhai has received the record twice; both answer."""
    with pair.up():
        yield pair
