"""Start a program beside us, know it again later, stop it. A process is known by its number and when it began:
the number alone may be somebody else's by then. Needs Linux (/proc).
"""

import fcntl
import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ledger.fabric.network.errors import AtWork

LOG, PID = "log", "pid"
STOP_SECONDS = 15.0
_LOOK_SECONDS = 0.05
_BOOT = Path("/proc/sys/kernel/random/boot_id")
# /proc/PID/stat after the name in brackets: state first, the start in clock ticks since boot twentieth (proc(5)).
_STATE, _START = 0, 19
_ENDED = "ZX"
# What a shell or Python may have changed for itself, and a server must not inherit.
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ)


class Process(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A process we started: its number, and boot and tick at which it began."""

    pid: int
    began: str


def start(folder: Path, command: Sequence[str], environment: Mapping[str, str]) -> Process:
    """Start it in a session of its own; what it says goes to the end of `folder`/log, who it is to `folder`/pid."""
    log = folder / LOG
    to_log = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    pid = os.posix_spawn(
        command[0],
        list(command),
        dict(environment),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), to_log, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
        setsigmask=(),
        setsigdef=_SIGNALS,
    )
    process = Process(pid=pid, began=_began(pid) or "")
    (folder / PID).write_bytes(msgspec.json.encode(process))
    return process


def running(folder: Path) -> Process | None:
    """The process that was started in the folder, if it still runs."""
    try:
        known = msgspec.json.decode((folder / PID).read_bytes(), type=Process)
    except (OSError, msgspec.DecodeError):
        return None
    _reap(known.pid)
    return known if known.began and _began(known.pid) == known.began else None


def stop(folders: Sequence[Path], *, seconds: float = STOP_SECONDS) -> int:
    """Stop what runs of what was started in these folders, all at once; how many. After `seconds` they are ended."""
    stopping = {folder: process for folder in folders if (process := running(folder))}
    for process in stopping.values():
        _tell(process, signal.SIGTERM)
    give_up = time.monotonic() + seconds
    while any(running(folder) for folder in stopping) and time.monotonic() < give_up:
        time.sleep(_LOOK_SECONDS)
    for folder in stopping:
        if process := running(folder):
            _tell(process, signal.SIGKILL)
            while running(folder):
                time.sleep(_LOOK_SECONDS)
    for folder in folders:
        (folder / PID).unlink(missing_ok=True)
    return len(stopping)


@contextmanager
def alone(file: Path, place: Path) -> Iterator[None]:
    """While the block runs nobody else starts or stops anything of `place`. Raises AtWork."""
    with file.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AtWork(str(place)) from None
        yield


@contextmanager
def for_us_alone() -> Iterator[None]:
    """What is made in the block, also by programs started in it, is for this user alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _tell(process: Process, what: signal.Signals) -> None:
    if _began(process.pid) == process.began:
        os.kill(process.pid, what)


def _began(pid: int) -> str | None:
    """When the process began; None where there is none any more."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return None
    fields = said.rpartition(")")[2].split()
    if fields[_STATE] in _ENDED:
        return None
    return f"{_BOOT.read_text().strip()}/{fields[_START]}"


def _reap(pid: int) -> None:
    """A child of ours that ended stays in the list of processes until its end was noticed."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
