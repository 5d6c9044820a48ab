"""One engine for all tests of the rules; it has nothing to remember."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from policies.build import OPA
from policies.wasm import WasmEngine, load


@pytest.fixture(scope="session")
def engine() -> Iterator[WasmEngine]:
    # A busy machine may be slow; what a deadline does has a test of its own.
    made = load(deadline_ms=10_000)
    yield made
    made.close()


@pytest.fixture(scope="session")
def opa() -> Path:
    """The pinned opa; a skip where it has not been built."""
    if not OPA.exists():
        pytest.skip("policies/tools/bin/opa is not there (make policy-tools builds it, with Go)")
    return OPA
