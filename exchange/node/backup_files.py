"""Copy the files of a node, each as it was at one moment, in an order in which nothing falls between two of them.

First what goes into the ledger later: what waits in the spool, and what other regions signed of the ledger, which a
copy that is older than its signatures could not be continued from. The vault last, so that there is a key for every
entry copied.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import apsw

from exchange.erasing import erased
from exchange.errors import ExchangeError
from exchange.node.layout import Layout
from exchange.node.node import Node
from ledger.disk import connect_to_read
from ledger.verify import signed_snapshot

# What is written again by hand or by the program, as it stands; the databases are copied by SQLite.
PLAIN = ("node.toml", "registry.toml", "orders.toml", "peers", "policies", "timestamps")
_PAGES = 4096
# An erasure while the files are copied is rare; so many in a row are something else.
_TRIES = 10

Progress = Callable[[int, int], None]


class NoQuietMoment(ExchangeError):
    """Patients were erased each time the files were copied, so that keys and ledger would not fit together."""

    exit_code = 5

    def __init__(self) -> None:
        super().__init__(
            "keys of patients were destroyed each time while the node was copied; nothing is kept of the copy",
            "复制期间每次都有患者密钥被销毁；副本未保留",
            hint="try again when nobody is being erased",
            hint_zh="请在没有销毁操作时重试",
        )


def copy_files(node: Node, copy: Layout, *, secrets: bool, progress: Progress) -> int:
    """Copy them to the folder of `copy`, which is there; how many emergencies wait in its spool.

    Raises NoQuietMoment, LedgerError, OSError, apsw.Error.
    """
    waiting = _whole_lines(node.spool.path)
    _databases(node, copy, progress)
    _plain(node, copy, secrets=secrets)
    later = _whole_lines(node.spool.path)
    # Drained meanwhile, its lines may be in the copied ledger or not: from the first copy the ledger takes each once.
    spooled = later if later.startswith(waiting) else waiting
    if spooled:
        _make_private(copy.spool)
        copy.spool.write_bytes(spooled)
    return spooled.count(b"\n")


def _whole_lines(path: Path) -> bytes:
    """What stands in a spool, without a line that is just being written; nothing where there is none."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return b""
    return content[: content.rfind(b"\n") + 1]


def _databases(node: Node, copy: Layout, progress: Progress) -> None:
    """A key destroyed in between would be missing without an erasure: then they are copied once more."""
    layout = node.layout
    for _ in range(_TRIES):
        before = erased(node.log)
        if layout.witness.exists():
            _database(layout.witness, copy, progress)
        with closing(connect_to_read(layout.ledger)) as source, signed_snapshot(source):
            _pages(source, copy.ledger, progress)
        # After the ledger, which names those it needs; they never change.
        for path in layout.volumes():
            (copy.root / path.name).unlink(missing_ok=True)
            _make_private(copy.root / path.name)
            shutil.copyfile(path, copy.root / path.name)
        for path in (layout.records, layout.vault):
            _database(path, copy, progress)
        if erased(node.log) == before:
            return
    raise NoQuietMoment


def _database(path: Path, copy: Layout, progress: Progress) -> None:
    with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)) as source:
        source.set_busy_timeout(10_000)
        # One snapshot from the first page to the last, whoever writes meanwhile.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        _pages(source, copy.root / path.name, progress)


def _pages(source: apsw.Connection, path: Path, progress: Progress) -> None:
    path.unlink(missing_ok=True)
    _make_private(path)
    with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)) as target:
        with target.backup("main", source, "main") as pages:
            while not pages.done:
                pages.step(_PAGES)
                progress(pages.page_count - pages.remaining, pages.page_count)
        # The copy is one file: nothing of it lies in a -wal that could be forgotten.
        target.pragma("journal_mode", "delete")


def _make_private(path: Path) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _plain(node: Node, copy: Layout, *, secrets: bool) -> None:
    for name in (*PLAIN, *(("keys",) if secrets else ())):
        source = node.layout.root / name
        if source.is_dir():
            # A link stays one: followed, it could bring a secret into a copy that must hold none.
            shutil.copytree(source, copy.root / name, symlinks=name != "keys")
        elif source.exists():
            shutil.copy2(source, copy.root / name)
