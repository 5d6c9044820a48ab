"""Read what strace wrote down of a process, and tell it to a `Disk`: what the kernel itself was asked to keep."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.torture.forgetful_disk import Cut, Disk, Write

CALLS = ("openat", "pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "write")
# Every byte in hex, whole writes, and the path beside each file number.
OPTIONS = ("-f", "--seccomp-bpf", "-qq", "-y", "-xx", "-s", "65536", "-e", f"trace={','.join(CALLS)}")

_LINE = re.compile(
    r"^\d+ +(?P<call>\w+)\((?P<told>.*)\) += (?P<result>-?\d+)[^()]*(?:\([^()]*\))?(?P<injected> \(INJECTED\))?$"
)
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_ON = re.compile(r"^(?P<number>\d+)<(?P<path>[^>]*)>")
_STANDARD_OUTPUT = "1"


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its name, the file it is about, the bytes and the last number it was given, and what came of it."""

    name: str
    number: str
    path: Path
    data: bytes
    last: int
    result: int
    injected: bool


@dataclass(frozen=True, slots=True)
class Instant:
    """When the power may be cut: what the process had said by then, and the disk."""

    said: str
    disk: Disk


def calls(text: str) -> Iterator[Call]:
    """All calls in a trace, in their order. Raises ValueError at a line that is not understood."""
    for line in text.splitlines():
        found = _LINE.match(line)
        if found is None:
            raise ValueError(line[:80])
        on, texts = _ON.match(found["told"]), _TEXT.findall(found["told"])
        data = _bytes(texts[0]) if texts else b""
        last = found["told"].rpartition(", ")[2]
        yield Call(
            name=found["call"],
            number=on["number"] if on else "",
            path=Path(_bytes(on["path"]).decode() if on else data.decode(errors="replace")),
            data=data,
            last=int(last) if last.isdigit() else 0,
            result=int(found["result"]),
            injected=found["injected"] is not None,
        )


def instants(
    told: Sequence[Call], folder: Path, *, names_synced: bool = True, forgets: bool = False
) -> Iterator[Instant]:
    """The moments with most to lose: before each sync, after each word, and the end.

    `names_synced`: a sync of the folder keeps the names in it. `forgets`: what a sync could not write is given up.
    """
    disk, said = Disk(), ""
    for call in told:
        if call.name == "write" and call.number == _STANDARD_OUTPUT:
            said += call.data.decode()
            yield Instant(said, disk.as_it_is())
        elif call.name in ("fsync", "fdatasync"):
            yield Instant(said, disk.as_it_is())
            if call.path == folder:
                if call.result == 0 and names_synced:
                    disk.sync_names()
            elif call.path.parent == folder and call.result == 0:
                disk.sync(call.path.name)
            elif call.path.parent == folder and forgets:
                disk.give_up(call.path.name)
        elif call.path.parent == folder and call.result >= 0 and not call.path.name.endswith("-shm"):
            _do(disk, call)
    yield Instant(said, disk.as_it_is())


def _do(disk: Disk, call: Call) -> None:
    name = call.path.name
    if call.name == "openat":
        disk.make(name)
    elif call.name == "pwrite64":
        disk.change(name, Write(call.last, call.data[: call.result]))
    elif call.name == "ftruncate":
        disk.change(name, Cut(call.last))
    elif call.name == "unlink":
        disk.take_away(name)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
