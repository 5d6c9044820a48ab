"""Compile the rules to machine code once, and keep the result for the next start.

Loading machine code is running it, so a kept file counts only if it belongs to this user, nobody else can
write to it, and its MAC under the node's key binds it to exactly these rules and this runtime. Anything else
is compiled anew.
"""

import contextlib
import hashlib
import hmac
import os
import platform
import stat
import tempfile
from importlib.metadata import version
from pathlib import Path

import wasmtime

_DIGEST = hashlib.sha256().digest_size


def compiled(wasm: bytes, engine: wasmtime.Engine, cache: Path | None, key: bytes = b"") -> wasmtime.Module:
    """`wasm` compiled for `engine`, from the folder `cache` if it is there. Raises wasmtime.WasmtimeError.

    A cache that cannot be read or written costs time, nothing else. `key` is the node's: without it nobody can put
    code there that would be run.
    """
    if cache is None:
        return wasmtime.Module(engine, wasm)
    runtime = f"{version('wasmtime')}-{platform.machine()}"
    name = f"policy-{hashlib.sha256(wasm).hexdigest()}-{runtime}.bin"
    kept = _read(cache / name, key)
    if kept is not None:
        with contextlib.suppress(wasmtime.WasmtimeError):
            return wasmtime.Module.deserialize(engine, kept)
    module = wasmtime.Module(engine, wasm)
    _write(cache / name, bytes(module.serialize()), key)
    return module


def pages_of(module: wasmtime.Module) -> int:
    """How much memory a module must be given to start with, in pages of 64 KiB."""
    memories = (one.type for one in module.imports if isinstance(one.type, wasmtime.MemoryType))
    return max((one.limits.min for one in memories), default=0)


def _read(file: Path, key: bytes) -> bytes | None:
    """The code in `file`, or None if it is absent or not to be trusted."""
    try:
        with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as opened:
            about = os.fstat(opened.fileno())
            if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid() or about.st_mode & 0o022:
                return None
            content = opened.read()
    except OSError:
        return None
    digest, code = content[:_DIGEST], content[_DIGEST:]
    return code if hmac.compare_digest(digest, _bound(file.name, code, key)) else None


def _write(file: Path, code: bytes, key: bytes) -> None:
    """Put `code` there whole or not at all, readable by this user only."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part, name = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")
        try:
            with open(part, "wb") as opened:
                opened.write(_bound(file.name, code, key) + code)
            os.replace(name, file)
        except OSError:
            os.unlink(name)


def _bound(name: str, code: bytes, key: bytes) -> bytes:
    # The name is part of it: a file kept for other rules must not answer for these. The key is the node's.
    return hmac.digest(key, name.encode() + b"\n" + code, hashlib.sha256)
