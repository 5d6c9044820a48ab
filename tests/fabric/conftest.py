"""A real network for whoever asks for it; it is stopped at the end, whoever used it last."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fabric.networks import shared, stop_shared


@pytest.fixture(scope="session", autouse=True)
def _no_network_is_left_behind() -> Iterator[None]:
    yield
    stop_shared()


@pytest.fixture
def folder() -> Path:
    """The folder of the network all tests share; every part of it answers."""
    return shared()
