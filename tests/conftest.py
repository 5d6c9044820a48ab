"""What all tests share: no deadline on a busy machine, and the same examples on every machine."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

SHARED = Path(__file__).parents[1].parent / "shared"

settings.register_profile("desk", deadline=None, max_examples=60)
settings.register_profile("ci", deadline=None, max_examples=100, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Other people's data and vectors, which may lie beside the project; a skip where they do not."""
    if not SHARED.is_dir():
        pytest.skip("the folder of shared data is not beside the project")
    return SHARED
