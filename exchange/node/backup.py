"""Copy a node while it runs: every file as it was at one moment, without its secrets unless they are asked for.

SQLite copies its own files, each from one snapshot; a file copied from outside misses what lies in its -wal. A list of
the copied files, under a key of the node, is written last: see exchange/node/backup_check.py.
"""

import hashlib
import hmac
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import apsw
import orjson

from exchange.errors import CannotWrite, ExchangeError
from exchange.instants import to_us
from exchange.node.backup_files import Progress, copy_files
from exchange.node.layout import Layout
from exchange.node.node import Node
from exchange.node.secrets import MasterSecret
from ledger import Entry, Log
from ledger.checkpoint import export_checkpoint
from ledger.errors import CannotAppend

LIST = "backup.json"
KEY_USE = "backup list"
# Settings that name a file, which may lie anywhere: those are the operator's to keep.
ELSEWHERE = (
    "policy.bundle",
    "policy.key",
    "policy.token_file",
    "policy.ca_file",
    "serve.ca_file",
    "ledger.connection",
    "deid.recognizers",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """A copy that is whole. `entries` are in its ledger, `spooled` emergencies wait beside it.

    `entry` is the id of the entry that says so, "" where the ledger takes none. `elsewhere` are settings that name a
    file which is not in the copy.
    """

    folder: Path
    checkpoint: Path
    entries: int
    spooled: int
    secrets: bool
    entry: str
    elsewhere: tuple[str, ...]


class NoPlaceForBackup(ExchangeError):
    """The backup cannot go where it should."""

    def __init__(self, folder: str, en: str, zh: str) -> None:
        super().__init__(
            f"{folder} {en}; nothing was copied",
            f"{folder} {zh}；未复制任何内容",
            hint="name a folder that is not there yet, outside the node's own folder",
            hint_zh="请指定一个尚不存在的目录，且不要放在节点目录之内",
        )


class CheckpointThere(NoPlaceForBackup):
    """The checkpoint of an earlier copy of that name is still there, and shows how old that copy is."""

    def __init__(self, file: str) -> None:
        super().__init__(
            file, "is the checkpoint of an earlier copy of that name", "是此前同名副本的检查点，不会被覆盖"
        )
        self.hint = "keep it with that copy, or name another folder, e.g. with the day in its name"
        self.hint_zh = "请将其与该副本一并保存，或换一个目录名，例如在名称中加上日期"


def checkpoint_beside(folder: Path) -> Path:
    """Where the checkpoint of the copy in `folder` lies: outside it, so that it can be kept elsewhere."""
    folder = folder.absolute()
    return folder.with_name(folder.name + ".checkpoint")


def back_up(node: Node, folder: Path, *, secrets: bool, progress: Progress) -> BackedUp:
    """Copy `node`, open and in use, to `folder`, which is not there yet or empty; its checkpoint goes beside it.

    The ledger says so first, and the copy holds that entry; a ledger that takes none (a full disk) is copied all the
    same. Raises NoPlaceForBackup, NoQuietMoment, CannotWrite, LedgerError: then nothing is left of the copy.
    """
    _require_free(folder, node.layout.root)
    entry = _on_record(node, secrets=secrets)
    # Asked once: where one stands in the folder that is replaced, its path is gone afterwards.
    folder, checkpoint = folder.absolute(), checkpoint_beside(folder)
    with _explained(folder.name):
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        with _explained(folder.name):
            copy = Layout(draft)
            spooled = copy_files(node, copy, secrets=secrets, progress=progress)
            log = Log.open(
                copy.ledger,
                signer=node.log.signer,
                clock=node.clock,
                entropy=node.desk.entropy,
                writable=False,
            )
            with log:
                entries, note = log.size, log.checkpoint()
            _list(node, draft, entries=entries, secrets=secrets)
        export_checkpoint(note, checkpoint)
        try:
            with _explained(folder.name):
                draft = draft.rename(folder)
                _make_durable(folder.parent)
        except BaseException:
            checkpoint.unlink()
            raise
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return BackedUp(
        folder=folder,
        checkpoint=checkpoint,
        entries=entries,
        spooled=spooled,
        secrets=secrets,
        entry=entry,
        elsewhere=tuple(one for one in ELSEWHERE if node.settings[one]),
    )


def list_mac(listed: bytes, master: MasterSecret) -> str:
    """What only this node can write under the list of a backup: HMAC-SHA-256, hex."""
    return hmac.digest(master.for_use(KEY_USE), listed, hashlib.sha256).hex()


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hex; of a link, where it points."""
    if path.is_symlink():
        return f"-> {path.readlink()}"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_below(folder: Path) -> Iterator[str]:
    """Every file of a copy, from its folder; the secrets and the list prove themselves."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if (path.is_symlink() or not path.is_dir()) and name != LIST and not name.startswith("keys/"):
            yield name


def neither_file_nor_folder(folder: Path) -> list[str]:
    """What is, or leads to, a pipe or a device: to read it could take for ever."""
    there = (path for path in sorted(folder.rglob("*")) if path.exists())
    return [path.relative_to(folder).as_posix() for path in there if not (path.is_file() or path.is_dir())]


def _require_free(folder: Path, node: Path) -> None:
    if node.resolve() in (folder.resolve(), *folder.resolve().parents):
        raise NoPlaceForBackup(str(folder), "lies in the node's own folder", "位于节点目录之内")
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise NoPlaceForBackup(str(folder), "is there and not empty", "已存在且非空")
    if (beside := checkpoint_beside(folder)).is_dir():
        raise NoPlaceForBackup(
            str(beside), "is a folder, and the checkpoint goes there", "是目录，而检查点须写在此处"
        )
    if os.path.lexists(beside):
        raise CheckpointThere(str(beside))


def _on_record(node: Node, *, secrets: bool) -> str:
    """The id of the entry: a copy of all records is something an officer asks about."""
    entry = Entry(
        type="node",
        subtype="backup",
        action="R",
        outcome="0",
        region=node.region,
        node=node.id,
        source="operator",
        organisation=node.own.id,
        claimed_us=to_us(node.clock()),
    )
    with suppress(CannotAppend):
        return node.desk.write(entry, {"secrets": secrets}, key=node.house_key).id
    return ""


def _list(node: Node, draft: Path, *, entries: int, secrets: bool) -> None:
    listed = {
        "node": node.id,
        "region": node.region,
        "made": node.clock().isoformat(timespec="seconds"),
        "entries": entries,
        "secrets": secrets,
        "files": {name: digest_of(draft / name) for name in files_below(draft)},
    }
    written = orjson.dumps(listed, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
    # On its own last line, so that what it is made over is what stands above it.
    (draft / LIST).write_bytes(written + b"\n" + list_mac(written, node.office.master).encode() + b"\n")
    for path in draft.rglob("*"):
        if not path.is_symlink():
            _make_durable(path)
    _make_durable(draft)


def _make_durable(path: Path) -> None:
    """A backup that is gone after a power cut is none."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _explained(place: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotWrite(place, error.strerror or type(error).__name__) from error
    except apsw.FullError as error:
        raise CannotWrite(place, "the disk is full") from error
    except apsw.Error as error:
        raise CannotWrite(place, type(error).__name__) from error
