"""Rules that need more memory to start with than the library gives a module are given it."""

import pytest
import wasmtime

from policies.compiled import pages_of
from policies.wasm import MEMORY_PAGES, _Runtimes


def _module(pages: int) -> bytes:
    """A module that asks for so much memory, and writes to its very end when it starts."""
    last = pages * 2**16 - 1
    memory = f'(import "env" "memory" (memory {pages}))'
    return bytes(wasmtime.wat2wasm(f'(module {memory} (data (i32.const {last}) "x") (func (export "f")))'))


@pytest.mark.parametrize("pages", [1, 2, 3, 16, MEMORY_PAGES])
def test_a_module_gets_the_memory_it_asks_for(pages: int) -> None:
    runtimes = _Runtimes(_module(pages), cache=None, key=b"")
    try:
        runtime = runtimes.create_runtime()
        assert pages_of(runtimes.module) == pages
        assert runtime.memory.size(runtime.store) == max(pages, 2)
        assert runtime.memory.read(runtime.store, pages * 2**16 - 1, pages * 2**16) == b"x"
        runtime.close()
    finally:
        runtimes.close()


def test_more_than_an_instance_may_have_is_not_given() -> None:
    runtimes = _Runtimes(_module(MEMORY_PAGES + 1), cache=None, key=b"")
    try:
        with pytest.raises(Exception, match="memory"):
            runtimes.create_runtime()
    finally:
        runtimes.close()
