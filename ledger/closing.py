"""Close a volume: move the entries of a key that has handed over into a file of their own.

First the file, whole, compared and synced; then, in one transaction, it is named in the ledger and the entries are
taken out there. Whatever stops it in between, every entry is in one of the two places, and it can be done again.
"""

from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from ledger.disk import (
    connect_to_read,
    connect_to_write,
    explained,
    make_durable,
    make_file,
    make_names_durable,
    one_at_a_time,
)
from ledger.errors import CannotAppend
from ledger.keyring import keys_in
from ledger.log import Log
from ledger.stored import entries_between
from ledger.tiles import WIDTH
from ledger.volumes import ENTRIES_SCHEMA, Volume, closed

Progress = Callable[[int, int], None]


def due(log: Log) -> list[Volume]:
    """The volumes that could be closed: one for each key that has handed over."""
    with log.reading() as db:
        stops = [term.until for term in keys_in(db).terms if term.until]
        done = closed(db)
    firsts = [0, *stops]
    every = [Volume(number, *ends) for number, ends in enumerate(zip(firsts, stops, strict=False), 1)]
    return every[len(done) :]


def close_volumes(log: Log, progress: Progress | None = None) -> list[Volume]:
    """Close what can be closed. Raises LedgerAltered where an entry is not as it was appended; CannotAppend."""
    # Two at once would write the same draft, and one could put the other's half of it in place.
    with one_at_a_time(log.path.parent, log.path.name):
        volumes = due(log)
        if volumes and log.path.is_symlink():
            # SQLite looks where the link leads, and so do readers for what lies beside it.
            raise CannotAppend(
                log.path.name,
                "it is a symbolic link, and volumes lie beside the file itself",
                "它是符号链接，而分卷须与文件本身同在一处",
            )
        for volume in volumes:
            _write(log, volume, progress or (lambda _done, _total: None))
            _take_out(log.path, volume)
    return volumes


def _write(log: Log, volume: Volume, progress: Progress) -> None:
    path = volume.beside(log.path)
    draft = path.with_name(path.name + ".draft")
    with explained(path.name):
        draft.unlink(missing_ok=True)
    make_file(draft)
    try:
        _fill(log, draft, volume, progress)
        _require_whole(log, draft, volume)
        make_durable(draft)
        with explained(path.name):
            # Before it has its name and after its sync: a file nobody may write to cannot be opened for one.
            draft.chmod(0o400)
            draft.replace(path)
    except BaseException as error:
        # On a full disk, half a copy of years would keep the ledger from taking its next entry.
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise CannotAppend(path.name, error.strerror or type(error).__name__, "系统报错") from None
        raise
    make_names_durable(path)


def _fill(log: Log, draft: Path, volume: Volume, progress: Progress) -> None:
    with closing(connect_to_write(draft)) as db, explained(draft.name):
        db.execute(ENTRIES_SCHEMA)
        for at in range(volume.first, volume.stop, WIDTH * WIDTH):
            until = min(volume.stop, at + WIDTH * WIDTH)
            with db:
                rows = ((one.index, one.body, one.sealed) for one in log.scan(at, until))
                db.executemany("INSERT INTO entry VALUES (?, ?, ?)", rows)
            progress(until - volume.first, volume.stop - volume.first)


def _require_whole(log: Log, draft: Path, volume: Volume) -> None:
    """Read back what was written, before anything is taken out of the ledger."""
    with closing(connect_to_read(draft)) as there, log.tree() as (_, tree):
        for at in range(volume.first, volume.stop, WIDTH):
            entries_between(there, draft.name, at, min(volume.stop, at + WIDTH), tree)


def _take_out(ledger: Path, volume: Volume) -> None:
    """Name the volume in the ledger and delete its entries there, in one transaction."""
    with closing(connect_to_write(ledger)) as db, explained(ledger.name):
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO volume VALUES (?, ?, ?)", (volume.number, volume.first, volume.stop))
        db.execute("DELETE FROM entry WHERE place >= ? AND place < ?", (volume.first, volume.stop))
        db.execute("COMMIT")
