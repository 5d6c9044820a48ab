"""A disk as the file system promises it, and no better: what it may hold after the power was cut.

Written is not kept. Between two syncs of a file the drive may have kept any of its writes, in any order, the last of
them torn; a name that was made or taken away is kept for certain only when its folder was synced. `Disk` is told what
happened, `states` gives the folders one may find afterwards.

Left out: a drive that damages what it had already synced, and one that swaps sectors; the tree finds those.
"""

import copy
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

SECTOR = 512
# Up to so many unsynced writes every choice among them is tried; of more, the telling ones and a few by lot.
EVERY_CHOICE = 4
BY_LOT = 6

Folder = dict[str, bytes]
Lot = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Write:
    """Some bytes at an offset."""

    offset: int
    data: bytes

    def on(self, content: bytearray) -> None:
        """Do it."""
        if len(content) < self.offset:
            content.extend(bytes(self.offset - len(content)))
        content[self.offset : self.offset + len(self.data)] = self.data

    def torn(self) -> Iterator["Write"]:
        """What is left of it when the drive was stopped within: its beginning, its end, without its middle."""
        whole = len(self.data)
        if whole <= SECTOR:
            return
        for kept in (SECTOR, whole // 2 // SECTOR * SECTOR, whole - SECTOR):
            yield Write(self.offset, self.data[:kept])
        yield Write(self.offset + whole - SECTOR, self.data[-SECTOR:])


@dataclass(frozen=True, slots=True)
class Cut:
    """The end of the file moved to `size`."""

    size: int

    def on(self, content: bytearray) -> None:
        """Do it."""
        del content[self.size :]
        content.extend(bytes(self.size - len(content)))

    def torn(self) -> Iterator["Cut"]:
        """An end is moved or it is not."""
        return iter(())


Step = Write | Cut


@dataclass(slots=True)
class _File:
    kept: bytes = b""
    unsynced: list[Step] = field(default_factory=list)

    def sync(self) -> None:
        self.kept = after(self.kept, self.unsynced)
        self.unsynced = []


class Disk:
    """One folder; files are told apart by what they are, not by name: a name may go and come back as another file."""

    def __init__(self) -> None:
        self._named: dict[str, _File] = {}
        self._kept_names: dict[str, _File] = {}
        self._renaming: list[tuple[str, _File | None]] = []

    def as_it_is(self) -> "Disk":
        """A copy that is not told what happens later."""
        return copy.deepcopy(self)

    def make(self, name: str) -> None:
        """A file of this name is there from here on; nothing happens where it was."""
        if name not in self._named:
            self._named[name] = _File()
            self._renaming.append((name, self._named[name]))

    def take_away(self, name: str) -> None:
        """The name is gone."""
        del self._named[name]
        self._renaming.append((name, None))

    def change(self, name: str, step: Step) -> None:
        """The file was written to or cut."""
        self._named[name].unsynced.append(step)

    def sync(self, name: str) -> None:
        """All that was done to the file is kept."""
        self._named[name].sync()

    def give_up(self, name: str) -> None:
        """A sync failed. The kernel says so once, keeps showing what was written, and need never write it."""
        self._named[name].unsynced.clear()

    def sync_names(self) -> None:
        """All names are kept as they are."""
        self._kept_names = dict(self._named)
        self._renaming = []

    def states(self, lot: Lot) -> Iterator[Folder]:
        """The folders that may be found if the power is cut now, none twice."""
        told = set[tuple[tuple[str, bytes], ...]]()
        for kept in range(len(self._renaming) + 1):
            names = dict(self._kept_names)
            for name, file in self._renaming[:kept]:
                names.pop(name, None)
                if file is not None:
                    names[name] = file
            choices = [[(name, content) for content in contents(file, lot)] for name, file in names.items()]
            for files in itertools.product(*choices):
                if files not in told:
                    told.add(files)
                    yield dict(files)


def after(content: bytes, steps: Sequence[Step]) -> bytes:
    """`content` when all of `steps` were done to it."""
    found = bytearray(content)
    for step in steps:
        step.on(found)
    return bytes(found)


def contents(file: _File, lot: Lot) -> list[bytes]:
    """What a file may hold after the power was cut, none twice."""
    steps = file.unsynced
    found = dict[bytes, None]()
    for chosen in _chosen(len(steps), lot):
        done = [steps[at] for at in chosen]
        found[after(file.kept, done)] = None
        if done:
            for torn in done[-1].torn():
                found[after(file.kept, [*done[:-1], torn])] = None
    return list(found)


def _chosen(many: int, lot: Lot) -> Iterator[tuple[int, ...]]:
    """Which of so many writes were kept: all of the first, all but one, one alone, and some by lot."""
    everyone = range(many)
    if many <= EVERY_CHOICE:
        yield from itertools.chain.from_iterable(itertools.combinations(everyone, n) for n in range(many + 1))
        return
    yield from (tuple(everyone[:end]) for end in range(many + 1))
    yield from (tuple(at for at in everyone if at != missing) for missing in everyone)
    yield from ((at,) for at in everyone)
    for _ in range(BY_LOT):
        drawn = lot(many)
        yield tuple(at for at in everyone if drawn[at] & 1)
