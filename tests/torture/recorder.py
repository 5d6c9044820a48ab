"""Write down what SQLite does to a disk, while it does it: every write, sync, cut and name, in their order.

The file system of this machine still does the work; ours stands before it and passes everything on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from tests.torture.forgetful_disk import Cut, Disk, Write

NAME = "hutong-recorder"
# The index of the write-ahead log lives in shared memory: after a power cut it is made anew.
_NOT_KEPT = "-shm"


@dataclass(frozen=True, slots=True)
class Moment:
    """When the power may be cut: how many entries were acknowledged (None: not even the ledger), and the disk."""

    acknowledged: int | None
    disk: Disk


class Recorder:
    """What happened, as a `Disk`.

    `lying`: from now on the drive says "synced" and does nothing. `names_synced`: SQLite syncs the folder with the
    first sync of a file it made, as it does unless it was built without (SQLITE_DISABLE_DIRSYNC). `met` is told each
    call before it is made, and may let it fail.
    """

    def __init__(self, *, names_synced: bool = True) -> None:
        self.disk = Disk()
        self.moments: list[Moment] = []
        self.lying = False
        self.met: Callable[[str], None] = lambda call: None
        self._acknowledged: int | None = None
        self._names_synced = names_synced

    def look(self, acknowledged: int | None) -> None:
        """Remember the disk as it is now, and that so many entries were acknowledged by now."""
        self._acknowledged = acknowledged
        self.moments.append(Moment(acknowledged, self.disk.as_it_is()))

    def synced(self, name: str, *, and_names: bool) -> None:
        """SQLite is told that the file is kept. The moment before is the one with most to lose."""
        self.look(self._acknowledged)
        if self.lying:
            return
        self.disk.sync(name)
        if and_names and self._names_synced:
            self.disk.sync_names()


class _File(apsw.VFSFile):
    def __init__(self, recorder: Recorder, name: Any, flags: list[int]) -> None:
        super().__init__("unix", name, flags)
        self._recorder = recorder
        self._name = Path(name.filename() if isinstance(name, apsw.URIFilename) else name).name
        # As SQLite's os_unix.c has it: the folder is synced once, with the first sync of a journal.
        self._names_due = bool(flags[0] & (apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL))
        recorder.disk.make(self._name)

    def xWrite(self, data: Any, offset: int) -> None:
        self._recorder.met("write")
        super().xWrite(data, offset)
        self._recorder.disk.change(self._name, Write(offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:
        self._recorder.met("cut")
        super().xTruncate(newsize)
        self._recorder.disk.change(self._name, Cut(newsize))

    def xSync(self, flags: int) -> None:
        try:
            self._recorder.met("sync")
        except apsw.Error:
            self._recorder.disk.give_up(self._name)
            raise
        super().xSync(flags)
        self._recorder.synced(self._name, and_names=self._names_due)
        self._names_due = False


class _FileSystem(apsw.VFS):
    def __init__(self, recorder: Recorder) -> None:
        super().__init__(NAME, "unix", makedefault=True)
        self._recorder = recorder

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        return _File(self._recorder, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self._recorder.met("take away")
        super().xDelete(filename, syncdir)
        if not filename.endswith(_NOT_KEPT):
            self._recorder.disk.take_away(Path(filename).name)


@contextmanager
def recorded(recorder: Recorder) -> Iterator[None]:
    """Every file SQLite opens in this process from here on is written down."""
    system = _FileSystem(recorder)
    try:
        yield
    finally:
        system.unregister()
