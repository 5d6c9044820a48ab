"""A ledger that is written to while everything it does to the disk is written down, and what is found afterwards."""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import apsw

from ledger import Change, Draft, Log, Recorded
from ledger.errors import LedgerError
from ledger.verify import verify
from tests.ledger.books import SIGNER, VKEY, about, dice, ticking
from tests.torture.forgetful_disk import Folder
from tests.torture.recorder import Moment, Recorder, recorded
from tests.torture.tally import Tally

TABLE = "CREATE TABLE IF NOT EXISTS grant_(number INTEGER PRIMARY KEY) STRICT"


@dataclass(slots=True)
class Story:
    """A ledger that is written to, and what its writer was told."""

    path: Path
    recorder: Recorder
    acknowledged: list[Recorded] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)
    begun: int = 0

    def create(self) -> Log:
        log = Log.create(self.path, signer=SIGNER, clock=ticking(), entropy=dice(), tables=[TABLE])
        self.recorder.look(0)
        return log

    def open(self) -> Log:
        return opened(self.path)

    def append(self, log: Log, many: int = 1, *, sealed: int = 40, often: bool = False) -> None:
        """Append so many at once, each with a change of state of its own, and note that it was acknowledged."""
        numbers = range(self.begun, self.begun + many)
        self.begun += many
        self.acknowledged += log.append_many(
            [
                Draft(entry=about(n), sealed=bytes([n % 251]) * sealed, change=granting(n, often=often))
                for n in numbers
            ]
        )
        self.recorder.look(len(self.acknowledged))


def opened(path: Path) -> Log:
    return Log.open(path, signer=SIGNER, clock=ticking(), entropy=dice(), tables=[TABLE])


def granting(number: int, *, often: bool) -> Change:
    """`often`: the write-ahead log is moved into the file every few pages, as a busy node does every thousand."""

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute("INSERT INTO grant_ VALUES (?)", (number,))
        if often:
            db.pragma("wal_autocheckpoint", 12)

    return change


def a_day(story: Story, times: int) -> None:
    """Entries alone and together, large ones, a restart, and another process beside."""
    with story.create() as log:
        for _ in range(2 * times):
            story.append(log)
        story.append(log, 5 * times, sealed=900)
    with story.open() as log, story.open() as other:
        story.append(log, often=True)
        for _ in range(3 * times):
            story.append(log, 2)
            story.append(other)
        story.append(log, sealed=12_000)


def told(path: Path, recorder: Recorder, what: Callable[[Story], None]) -> Story:
    story = Story(path, recorder)
    with recorded(recorder):
        what(story)
    recorder.look(len(story.acknowledged))
    return story


@contextmanager
def found(folder: Folder, place: Path) -> Iterator[Path]:
    """The folder as it is found after the power cut."""
    place.mkdir()
    try:
        for name, content in folder.items():
            (place / name).write_bytes(content)
        yield place / "ledger.db"
    finally:
        shutil.rmtree(place)


def loss(path: Path, story: Story, acknowledged: int | None) -> str:
    """What a node finds wrong that is started here after so many entries were acknowledged; "" if nothing is lost."""
    try:
        log = opened(path)
    except LedgerError as error:
        # Whoever was not yet told that the ledger is made has nothing to lose.
        return "" if acknowledged is None else f"does not open: {type(error).__name__}"
    promised = story.acknowledged[: acknowledged or 0]
    with log:
        kept = list(log.scan())
        with log.reading() as db:
            granted = [number for (number,) in db.execute("SELECT number FROM grant_ ORDER BY number")]
        ids = {one.id for one in promised}
        if [one for one in kept if one.id in ids] != promised:
            return f"{len(promised)} acknowledged, {len(kept)} there"
        numbers = [one.entry.count for one in kept]
        if not _may_be(numbers, story):
            return "something else than was appended is there"
        if granted != numbers:
            return "an entry without its change, or a change without its entry"
        if not verify(log, VKEY).ok:
            return "does not verify"
        if log.append(replace(about(0), why="after")).index != len(kept) or not verify(log, VKEY).ok:
            return "cannot be written to any more"
    return ""


def _may_be(numbers: list[int], story: Story) -> bool:
    """Whether these may be all entries that are there: from the first on, and only what was refused may be missing."""
    last = max(numbers, default=-1)
    missing = set(range(last + 1)) - set(numbers)
    return numbers == sorted(set(numbers)) and last < story.begun and missing <= story.refused


def losses(
    story: Story, room: Path, tally: Tally, most: int, moments: Sequence[Moment] | None = None
) -> list[str]:
    """What is wrong in the states that may be found, up to `most` of them, taken evenly from all moments."""
    wrong = []
    for moment, folder in _taken(story.recorder.moments if moments is None else moments, most):
        with found(folder, room / "found") as path:
            said = loss(path, story, moment.acknowledged)
        tally.tried += 1
        if said:
            tally.lost += 1
            wrong.append(said)
    return wrong


def _taken(moments: Sequence[Moment], most: int) -> Iterator[tuple[Moment, Folder]]:
    seen = dict[tuple[tuple[str, bytes], ...], int]()
    for moment in moments:
        states = list(moment.disk.states(dice()))
        step = max(1, len(states) * len(moments) // most)
        for folder in states[::step]:
            one = tuple((name, hashlib.sha256(content).digest()) for name, content in sorted(folder.items()))
            to_lose = -1 if moment.acknowledged is None else moment.acknowledged
            # The same folder again is tried again only if there is more to lose than before.
            if seen.get(one, -2) < to_lose:
                seen[one] = to_lose
                yield moment, folder
