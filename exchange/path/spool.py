"""The spool: where an emergency access is written down while the ledger cannot be.

The only exception to "no log, no data", and a narrow one: a local file, each line chained to the one before
under a key of the node, fsynced before anything is released, and closed a few hours after its first line.
When the ledger can be written again the lines go into it, in order, each exactly once, and the file goes.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import apsw
import msgspec

from exchange.errors import CannotWrite, ExchangeError
from exchange.instants import from_us, to_us
from exchange.withdrawal.mark import COUNT
from ledger import Change, Draft, Entry, Log, Recorded
from ledger.identity import RANDOM_BYTES, entry_id

SCHEMA = """
CREATE TABLE IF NOT EXISTS spooled(
  mac BLOB PRIMARY KEY,         -- of each spool line that has reached the ledger
  entry TEXT NOT NULL           -- id of the entry it became
) STRICT, WITHOUT ROWID;
"""
START = bytes(32)


class SpoolClosed(ExchangeError):
    """The ledger has been down for longer than emergencies may go on without it."""

    exit_code = 5

    def __init__(self) -> None:
        super().__init__(
            "the ledger cannot be written and the time for emergency access without it is over",
            "账本无法写入，且允许的紧急调阅时限已过",
            hint="repair the ledger first: hutong status",
            hint_zh="请先修复账本：hutong status",
        )


class SpoolAltered(ExchangeError):
    """A line of the spool was changed, or lines are missing."""

    exit_code = 4

    def __init__(self, line: int) -> None:
        super().__init__(
            f"spool line {line} does not continue the line before it",
            f"暂存第 {line} 行与前一行不连续",
            hint="keep the file as evidence and tell the security officer; nothing was deleted",
            hint_zh="请保留该文件作为证据并通知安全负责人；未删除任何内容",
        )


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One spooled entry. `mac` = HMAC-SHA-256(key, mac of the line before + all of this line's other fields)."""

    id: str
    time_us: int
    entry: Entry
    sealed: str
    mac: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spool:
    """The spool file at `path`; takes entries until `open_for` after its first line."""

    path: Path
    key: bytes
    open_for: timedelta
    clock: Callable[[], datetime]
    entropy: Callable[[int], bytes]

    def append(self, entry: Entry, *, sealed: bytes = b"", change: Change | None = None) -> Recorded:
        """Write `entry` down, durably. Raises SpoolClosed, SpoolAltered, CannotWrite. `change` waits for `drain`."""
        return self.append_many([Draft(entry=entry, sealed=sealed, change=change)])[0]

    def append_many(self, drafts: Sequence[Draft]) -> list[Recorded]:
        """Write all of `drafts` down, one after the other, or none. Raises the same."""
        now = self.clock()
        with self._exclusive() as file:
            lines = list(self._checked(file))
            # How an access ended belongs on record, however late it is.
            is_new = any(one.entry.phase != "outcome" for one in drafts)
            if is_new and lines and now > from_us(lines[0].time_us) + self.open_for:
                raise SpoolClosed
            added: list[Line] = []
            for one in drafts:
                before = bytes.fromhex((added or lines)[-1].mac) if added or lines else START
                added.append(self._line(before, to_us(now), one))
            self._write(file, b"".join(msgspec.json.encode(line) + b"\n" for line in added))
        return [_as_recorded(line, one.sealed) for line, one in zip(added, drafts, strict=True)]

    def waiting(self) -> int:
        """How many entries wait for the ledger."""
        return self.path.read_bytes().count(b"\n") if self.path.exists() else 0

    def drain(self, log: Log, change_for: Callable[[Entry], Change | None]) -> int:
        """Move every line into `log` and remove the file; how many were moved.

        A line that is there already is not written again. Raises SpoolAltered (then nothing was moved),
        CannotAppend.
        """
        if not self.path.exists():
            return 0
        moved = 0
        with self._exclusive() as file:
            names: dict[str, str] = {}
            for line in list(self._checked(file)):
                entry = _late(line.entry, names.get(line.entry.intent, line.entry.intent))
                once = _once(bytes.fromhex(line.mac), change_for(entry))
                try:
                    names[line.id] = log.append(entry, sealed=base64.b64decode(line.sealed), change=once).id
                    moved += 1
                except _AlreadyThere as before:
                    names[line.id] = before.entry
            self.path.unlink()
        return moved

    def _checked(self, file: int) -> Iterator[Line]:
        before = START
        for number, raw in enumerate(_whole_lines(file).split(b"\n")[:-1], start=1):
            try:
                line = msgspec.json.decode(raw, type=Line)
                told = bytes.fromhex(line.mac)
            except (msgspec.DecodeError, ValueError):
                raise SpoolAltered(number) from None
            mac = self._mac(before, line.id, line.time_us, line.entry, line.sealed)
            # Written back it must be the same to the byte: a field nobody knows would not be in the code.
            if not hmac.compare_digest(mac, told) or msgspec.json.encode(line) != raw:
                raise SpoolAltered(number)
            yield line
            before = mac

    def _line(self, before: bytes, time_us: int, one: Draft) -> Line:
        name = entry_id(time_us, self.entropy(RANDOM_BYTES))
        text = base64.b64encode(one.sealed).decode()
        return Line(name, time_us, one.entry, text, self._mac(before, name, time_us, one.entry, text).hex())

    def _mac(self, before: bytes, name: str, time_us: int, entry: Entry, sealed: str) -> bytes:
        return hmac.digest(
            self.key, before + msgspec.msgpack.encode((name, time_us, entry, sealed)), hashlib.sha256
        )

    def _write(self, file: int, data: bytes) -> None:
        """All of `data` or nothing, durably: a half line would look like tampering."""
        size = len(_whole_lines(file))
        try:
            os.ftruncate(file, size)
            if os.pwrite(file, data, size) != len(data):
                raise OSError("short write")
            os.fsync(file)
            if not size:
                _sync_name(self.path)
        except OSError as error:
            os.ftruncate(file, size)
            raise CannotWrite(self.path.name, error.strerror or "short write") from error

    @contextmanager
    def _exclusive(self) -> Iterator[int]:
        file = self._locked()
        try:
            yield file
        finally:
            os.close(file)

    def _locked(self) -> int:
        import fcntl

        try:
            while True:
                file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(file, fcntl.LOCK_EX)
                # Whoever held it may have drained and removed it: what is written there now would be lost.
                if os.fstat(file).st_nlink:
                    return file
                os.close(file)
        except OSError as error:
            raise CannotWrite(self.path.name, error.strerror or type(error).__name__) from error


def _as_recorded(line: Line, sealed: bytes) -> Recorded:
    """What was written down, as it is known until it has a place in the ledger."""
    return Recorded(
        index=-1,
        id=line.id,
        time_us=line.time_us,
        sequence=0,
        previous="",
        entry=line.entry,
        sealed=sealed,
        body=b"",
    )


def _whole_lines(file: int) -> bytes:
    """The lines that were finished. What a power cut left of one was never acknowledged: nothing left on it."""
    content = os.pread(file, os.fstat(file).st_size, 0)
    return content[: content.rfind(b"\n") + 1]


def _late(entry: Entry, intent: str) -> Entry:
    """The entry as it stands in the ledger. The mark is for withdrawals that overtook it (docs/adr/0019)."""
    marks = (COUNT,) if entry.subtype == "disclose" and entry.phase == "intent" and entry.consents else ()
    return replace(entry, source="spool", intent=intent, obligations=(*entry.obligations, *marks))


class _AlreadyThere(Exception):
    """This line reached the ledger, as `entry`, before the last drain was cut off."""

    def __init__(self, entry: str) -> None:
        super().__init__()
        self.entry = entry


def _once(mac: bytes, then: Change | None) -> Change:
    def change(db: apsw.Connection, recorded: Recorded) -> None:
        before = db.execute("SELECT entry FROM spooled WHERE mac = ?", (mac,)).get
        if before is not None:
            raise _AlreadyThere(str(before))
        db.execute("INSERT INTO spooled VALUES (?, ?)", (mac, recorded.id))
        if then:
            then(db, recorded)

    return change


def _sync_name(path: Path) -> None:
    """Make the name of a new file durable: a synced file in an unsynced folder can be gone after a power cut."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
