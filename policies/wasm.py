"""Ask the rules inside this process: OPA's own WebAssembly, with a deadline and a memory limit.

Safe to use from several threads. Each question gets a fresh heap; an evaluation that fails or runs out of
time takes its instance with it.
"""

from collections.abc import Mapping
from pathlib import Path

import wasmtime
from opapywasm import OpaEvaluationError, OpaPoolTimeoutError, OpaWasmError, PolicyConfig
from opapywasm.abi import OpaAbiSpec
from opapywasm.instance import OpaPolicyInstance
from opapywasm.pool import OpaInstancePool
from opapywasm.runtime import BuiltinDispatch, EpochTicker, WasmtimeRuntime, WasmtimeRuntimeFactory

from policies.answer import ERROR, TIMEOUT, UNDEFINED, decision_from, refusal
from policies.bundle import ENTRYPOINT, Bundle, read_bundle
from policies.canaries import require_canaries
from policies.compiled import compiled, pages_of
from policies.decision import Decision
from policies.errors import PolicyUnusable
from policies.question import LARGEST_ANSWER, LARGEST_QUESTION, as_json

THREADS = 4
MEMORY_PAGES = 512  # of 64 KiB, for each instance


class WasmEngine:
    """The built-in engine. `close()` stops its clock thread; a closed engine refuses everything."""

    def __init__(self, bundle: Bundle, *, cache: Path | None, deadline_ms: int, key: bytes = b"") -> None:
        """Raises PolicyUnusable if the bundle is no policy of ours."""
        self._digest = bundle.digest
        seconds = deadline_ms / 1000
        config = PolicyConfig(
            pool_size=THREADS,
            borrow_timeout_seconds=seconds,
            eval_timeout_seconds=seconds,
            max_input_bytes=LARGEST_QUESTION,
            max_result_bytes=LARGEST_ANSWER,
            max_cstring_scan_bytes=LARGEST_ANSWER,
            max_memory_pages=MEMORY_PAGES,
            parse_raw_json_input=False,  # we have just written it
        )
        try:
            self._runtimes = _Runtimes(bundle.wasm, cache=cache, key=key)
            self._pool = OpaInstancePool(
                max_size=THREADS,
                factory=lambda: OpaPolicyInstance(
                    self._runtimes, config, OpaAbiSpec(), initial_data=bundle.data, epoch=self._runtimes.epoch
                ),
                snapshot_fn=lambda: (None, 0),
                refresh_fn=lambda *_: None,  # the data are the bundle's and never change
                borrow_timeout_seconds=seconds,
            )
            with self._pool.borrow() as loan:
                self._entrypoints = loan.instance.entrypoints()
                self._entrypoint = self._entrypoints[ENTRYPOINT]
        except (wasmtime.WasmtimeError, OpaWasmError, KeyError):
            raise PolicyUnusable("cannot be loaded", "无法加载") from None

    @property
    def digest(self) -> str:
        return self._digest

    def decide(self, question: Mapping[str, object]) -> Decision:
        """The decision; a refusal with a POLICY_ reason when the rules cannot be asked or do not answer."""
        try:
            with self._pool.borrow() as loan:
                results = loan.instance.evaluate(as_json(question), self._entrypoint)
        except OpaPoolTimeoutError:
            return refusal(TIMEOUT)
        except OpaEvaluationError as error:
            return refusal(TIMEOUT if "time limit" in str(error) else ERROR)
        except Exception:  # noqa: BLE001 - whatever happens in there, an engine without an answer has not said yes
            return refusal(ERROR)
        match results:
            case []:
                return refusal(UNDEFINED)
            case [{"result": answer}]:
                return decision_from(answer)
            case _:
                return refusal(ERROR)

    def evaluate(self, entrypoint: str, question: Mapping[str, object]) -> object:
        """What the rules say at another entrypoint, as JSON; None where they say nothing or cannot be asked."""
        try:
            with self._pool.borrow() as loan:
                results = loan.instance.evaluate(as_json(question), self._entrypoints[entrypoint])
        except Exception:  # noqa: BLE001 - as above: no answer
            return None
        match results:
            case [{"result": answer}]:
                return answer
            case _:
                return None

    def close(self) -> None:
        """Give back threads and memory."""
        self._pool.close()
        self._runtimes.close()


def load(
    cache: Path | None = None, deadline_ms: int = 500, key: bytes = b"", *, bundle: Bundle | None = None
) -> WasmEngine:
    """The engine over `bundle`, or the one that came with the program, ready and checked.

    `cache` is a folder for compiled code: with it, every start but the first takes a tenth of the time.
    Raises BundleUnreadable, BundleChanged, PolicyUnusable.
    """
    engine = WasmEngine(bundle or read_bundle(), cache=cache, deadline_ms=deadline_ms, key=key)
    try:
        require_canaries(engine)
    except PolicyUnusable:
        engine.close()
        raise
    return engine


class _Runtime(WasmtimeRuntime):
    """The library's runtime, with as much memory at the start as the rules ask for; it gives every module 2 pages."""

    def _register_env_imports(self, linker: wasmtime.Linker, module: wasmtime.Module) -> None:
        # A module whose texts fill more is refused for its import before it could grow anything.
        self._memory.grow(self._store, max(0, pages_of(module) - self._memory.size(self._store)))
        super()._register_env_imports(linker, module)


class _Runtimes(WasmtimeRuntimeFactory):
    """The library's factory, with a module that may come from the cache instead of the compiler."""

    def __init__(self, wasm: bytes, *, cache: Path | None, key: bytes) -> None:
        config = wasmtime.Config()
        config.epoch_interruption = True  # what makes a deadline possible
        self._engine = wasmtime.Engine(config)
        self._epoch = EpochTicker(self._engine)
        self._max_memory_pages = MEMORY_PAGES
        self._module = compiled(wasm, self._engine, cache, key)
        self._validate_required_env_imports()

    def create_runtime(self, builtin_dispatch: BuiltinDispatch | None = None) -> WasmtimeRuntime:
        return _Runtime(self._engine, self._module, builtin_dispatch, max_memory_pages=self._max_memory_pages)


def what_if(file: Path, *, deadline_ms: int = 500) -> WasmEngine:
    """The rules in another bundle, to ask what they would have said; nothing is released by them.

    Raises BundleUnreadable, PolicyUnusable.
    """
    return WasmEngine(read_bundle(file, pin=None), cache=None, deadline_ms=deadline_ms)
