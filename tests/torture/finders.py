"""Who might find out that a ledger was tampered with: each of them looks by itself, and says whether it did.

`FINDERS` has them by the names docs/attacks.toml knows them by.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import apsw

from ledger import Log
from ledger.checkpoint import Checkpoint
from ledger.errors import LedgerError
from ledger.keys import Keys
from ledger.proof import check, prove
from ledger.verify import verify
from ledger.witness import Behind, CosignedNotes, Cosigner, SeenLogs, Witness, require_not_behind, submission
from tests.ledger.books import ENTRY, SIGNER, VKEY, open_log

COSIGNER = Cosigner("witness.example/tianjin", bytes(range(32, 64)))
_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Kept:
    """What others keep of a ledger while it is well: a checkpoint, the ids of its entries, what a witness saw."""

    folder: Path
    checkpoint: bytes
    ids: tuple[str, ...]

    @classmethod
    def of(cls, folder: Path) -> "Kept":
        """Let a witness see the ledger in `folder`, and remember the rest."""
        with open_log(folder / "ledger.db") as log:
            note, told = log.checkpoint(), Checkpoint.open(log.checkpoint(), SIGNER.verifier)
            answer = _witness(folder).add_checkpoint(submission(0, [], note))
            line = answer.body
            notes = CosignedNotes(folder / "cosigned.db")
            notes.keep(told, note, {COSIGNER.name: line}, int(_NOON.timestamp()))
            return cls(folder, note, tuple(one.id for one in log.scan()))


@dataclass(frozen=True, slots=True)
class Scene:
    """An attacked ledger; `log` was opened before the attack where the node was running, and otherwise after it."""

    folder: Path
    kept: Kept
    log: Log
    place: int

    @property
    def path(self) -> Path:
        return self.folder / "ledger.db"


def opening(scene: Scene) -> bool:
    """A node that is started on it."""
    return _fails(lambda: open_log(scene.path).close())


def appending(scene: Scene) -> bool:
    """A running node that is to append the next entry."""
    return _fails(lambda: scene.log.append(ENTRY))


def reading(scene: Scene) -> bool:
    """A running node that is to show its entries."""
    return _fails(lambda: list(scene.log.scan()))


def proving(scene: Scene) -> bool:
    """Whoever asks for a proof of the entry concerned, and checks it."""
    return _fails(lambda: check(prove(scene.log, scene.kept.ids[scene.place]), VKEY))


def verifying(scene: Scene) -> bool:
    """`hutong ledger verify`."""
    return not verify(scene.path, VKEY).ok


def checkpoint(scene: Scene) -> bool:
    """`hutong ledger verify --known`, with a checkpoint kept elsewhere."""
    return not verify(scene.path, VKEY, known=scene.kept.checkpoint).ok


def witness(scene: Scene) -> bool:
    """A region that saw the ledger before: what the node kept of its word, and the region when it is asked again."""
    old = Checkpoint.open(scene.kept.checkpoint, SIGNER.verifier).size
    # Not through `Log.open`, which would find some of it first.
    log = Log(scene.path, SIGNER, None)
    try:
        require_not_behind(log, CosignedNotes(scene.folder / "cosigned.db"))
        with log.tree() as (_, tree):
            told = Checkpoint(origin=SIGNER.origin, size=tree.size, root=tree.root())
            path = tree.consistency_proof(old) if old <= tree.size else []
        asked = submission(min(old, told.size), path, told.signed(SIGNER))
        return _witness(scene.folder).add_checkpoint(asked).status != 200
    except Behind:
        return True
    except (LedgerError, apsw.SQLError):
        return False
    finally:
        log.close()


FINDERS: Mapping[str, Callable[[Scene], bool]] = {
    find.__name__: find for find in (reading, proving, verifying, checkpoint, witness, opening, appending)
}


@contextmanager
def attacked(
    kept: Kept, room: Path, on: Callable[[Path], None], *, running: bool, place: int
) -> Iterator[Scene]:
    """A copy of the ledger and what lies beside it, after the attack `on` its folder."""
    folder = Path(shutil.copytree(kept.folder, room))
    before = open_log(folder / "ledger.db") if running else None
    on(folder)
    log = before or _opened(folder / "ledger.db")
    try:
        yield Scene(folder, kept, log, place)
    finally:
        log.close()
        shutil.rmtree(folder)


def _opened(path: Path) -> Log:
    try:
        return open_log(path)
    except LedgerError:
        # So that each finder looks by itself at what a node would not open.
        return Log(path, SIGNER, None)


def found_by(kept: Kept, room: Path, on: Callable[[Path], None], *, running: bool, place: int) -> set[str]:
    """The names of all who find out. Whoever writes looks last, on a copy of its own."""
    found = set()
    for names in (
        ("reading", "proving", "verifying", "checkpoint", "witness"),
        ("opening",),
        ("appending",),
    ):
        with attacked(kept, room, on, running=running, place=place) as scene:
            found |= {name for name in names if FINDERS[name](scene)}
    return found


def _fails(look: Callable[[], object]) -> bool:
    try:
        look()
    except (LedgerError, apsw.SQLError):
        # SQLError: a table is gone under a running node; its work stops, in SQLite's own words.
        return True
    return False


def _witness(folder: Path) -> Witness:
    known = {SIGNER.origin: Keys.only(SIGNER.verifier_key)}
    return Witness(SeenLogs(folder / "witness.db"), COSIGNER, log_of=known.get, clock=lambda: _NOON)
