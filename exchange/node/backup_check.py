"""Is a backup whole, unchanged and of this node? Asked of the copy alone, and of the node if it is still there.

Nothing of the copy is written, and no database of it is opened as a node: a check that is run every night must leave
it as it was.
"""

import hmac
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw
import orjson

from exchange.errors import BadKeyFile, BadSetting, ExchangeError, NotANode
from exchange.instants import CHINA
from exchange.node.backup import (
    LIST,
    checkpoint_beside,
    digest_of,
    files_below,
    list_mac,
    neither_file_nor_folder,
)
from exchange.node.backup_files import Progress
from exchange.node.layout import Layout
from exchange.node.ledger_key import earlier_key, named_in, signer_of
from exchange.node.secrets import MASTER, MasterSecret, read_secret
from exchange.node.settings import read_settings
from ledger.checkpoint import Checkpoint
from ledger.disk import connect_to_read
from ledger.errors import BadNote, LedgerError
from ledger.keyring import keys_of_file
from ledger.keys import Keys
from ledger.stored import Head, tree_of
from ledger.tiles import TileWrong
from ledger.verify import Verified, verify


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; `ok` is False where the backup must not be relied on."""

    check: str
    ok: bool
    en: str
    zh: str


class NotABackup(ExchangeError):
    """The folder holds no finished backup."""

    exit_code = 6

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"{folder} holds no finished backup: it has no {LIST}",
            f"{folder} 中没有已完成的备份：缺少 {LIST}",
            hint="name the folder that was given to hutong node backup",
            hint_zh="请指定当时交给 hutong node backup 的目录",
        )


_BEFORE_THE_CHANGE = Finding(
    check="signer",
    ok=False,
    en="it was made before the ledger's key was changed: whole, but the node cannot go on from it with the key of now",
    zh="该副本作于更换账本密钥之前：内容完整，但不能以现用密钥续写",
)


def check(
    folder: Path, keys: Layout, vkey: str, *, known: bytes | None, live: Path | None, progress: Progress
) -> list[Finding]:
    """Look at everything of the backup in `folder`.

    `keys` is where the node's secret lies, `vkey` its ledger's key, `known` a checkpoint somebody else kept, `live` the
    ledger of the node itself if it is there. Raises NotABackup, BadKeyFile, BadNote (`known` is of another ledger).
    """
    if not (folder / LIST).is_file():
        raise NotABackup(str(folder))
    if odd := neither_file_nor_folder(folder):
        names = ", ".join(odd)
        en, zh = "neither file nor folder, so nothing was read", "既非文件也非目录，故未读取"
        return [Finding(check="files", ok=False, en=f"{en}: {names}", zh=f"{zh}：{names}")]
    copy = Layout(folder)
    master = MasterSecret(read_secret(keys.keys / MASTER))
    earlier = earlier_key(copy.ledger, live, vkey)
    trusted = keys_of_file(live if live and earlier else copy.ledger, vkey)
    kept = Checkpoint.open(known, trusted) if known is not None else None
    listed, listing = _listed(folder, master)
    # Without a list that is the node's own nobody can tell which files should be there.
    found = [listing, *([_files(folder, listed["files"])] if listing.ok else [])]
    if listing.ok and listed["secrets"]:
        found.append(_secrets(copy, master))
    try:
        verified = verify(copy.ledger, earlier or vkey, progress=progress)
        found.append(Finding(check="ledger", ok=verified.ok, en=verified.en, zh=verified.zh))
        if verified.ok:
            found.append(_keys(copy))
            if earlier:
                found.append(_BEFORE_THE_CHANGE)
            found += _beside(folder, verified, trusted)
            found += _live(live, verified)
            found += _known(kept, copy, live)
    except LedgerError as error:
        found.append(Finding(check="ledger", ok=False, en=str(error), zh=error.zh))
    return found


def _listed(folder: Path, master: MasterSecret) -> tuple[Mapping[str, Any], Finding]:
    """What the list says, and whether this node wrote it."""
    try:
        written, _, mac = (folder / LIST).read_bytes().rstrip(b"\n").rpartition(b"\n")
        listed = orjson.loads(written)
    except orjson.JSONDecodeError:
        listed, mac, written = None, b"", b""
    if not isinstance(listed, dict) or not hmac.compare_digest(list_mac(written, master).encode(), mac):
        return {}, Finding(
            check="list",
            ok=False,
            en=f"{LIST} is not as this node wrote it",
            zh=f"{LIST} 与本节点写入时不符",
        )
    secrets = listed["secrets"] is True
    made = f"{datetime.fromisoformat(listed['made']).astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
    return listed, Finding(
        check="list",
        ok=True,
        en=f"{listed['node']} as it was at {made}, {'with' if secrets else 'without'} its secrets",
        zh=f"{listed['node']} 于 {made} 的副本，{'含' if secrets else '不含'}密钥",
    )


def _files(folder: Path, listed: Mapping[str, str]) -> Finding:
    there = set(files_below(folder))
    gone = sorted(set(listed) - there)
    strange = sorted(there - set(listed))
    changed = sorted(name for name in there & set(listed) if digest_of(folder / name) != listed[name])
    if not (gone or strange or changed):
        return Finding(
            check="files",
            ok=True,
            en=f"{len(listed)} files, all as they were copied",
            zh=f"{len(listed)} 个文件，均与复制时一致",
        )
    parts = (
        (gone, "missing", "缺失"),
        (changed, "changed", "被改动"),
        (strange, "added since", "事后添加"),
    )
    told = [(en, zh, names) for names, en, zh in parts if names]
    return Finding(
        check="files",
        ok=False,
        en="; ".join(f"{en}: {', '.join(names)}" for en, _, names in told),
        zh="；".join(f"{zh}：{'、'.join(names)}" for _, zh, names in told),
    )


def _secrets(copy: Layout, master: MasterSecret) -> Finding:
    """Whether the copy opens by itself: its list does not name the secrets."""
    try:
        same = hmac.compare_digest(read_secret(copy.keys / MASTER), master.value)
        en, zh = ("is this node's", "属于本节点") if same else ("is another node's", "不属于本节点")
        signer = signer_of(copy, read_settings(copy.settings, {}), master)
        if same and (named := named_in(copy.ledger)) and named != signer.verifier_key:
            return Finding(
                check="secrets",
                ok=False,
                en="the key its ledger is signed with is not in keys/",
                zh="keys/ 中没有其账本现用的签名密钥",
            )
    except (BadKeyFile, BadSetting, NotANode) as error:
        return Finding(check="secrets", ok=False, en=f"in the copy, {error}", zh=f"副本中的 {error.zh}")
    return Finding(check="secrets", ok=same, en=f"keys/{MASTER} {en}", zh=f"keys/{MASTER} {zh}")


def _keys(copy: Layout) -> Finding:
    """Whether there is a key for every patient of the ledger who was not erased: else their refusals are unseen."""
    with closing(connect_to_read(copy.ledger)) as db:
        patients = _column(db, "SELECT patient FROM patient_edge") - _column(
            db, "SELECT patient FROM erasure"
        )
    try:
        with closing(_only_reading(copy.vault)) as db:
            lost = len(patients - _column(db, "SELECT pseudonym FROM patient_key"))
    except apsw.Error as error:
        kind = type(error).__name__
        return Finding(
            check="keys", ok=False, en=f"vault.db cannot be read: {kind}", zh=f"vault.db 无法读取：{kind}"
        )
    if lost:
        return Finding(
            check="keys",
            ok=False,
            en=f"{lost} patients of the ledger have no key in vault.db",
            zh=f"账本中有 {lost} 位患者在 vault.db 中没有密钥",
        )
    return Finding(
        check="keys",
        ok=True,
        en=f"each of {len(patients)} patients of the ledger has a key",
        zh=f"账本中的 {len(patients)} 位患者均有密钥",
    )


def _beside(folder: Path, verified: Verified, keys: Keys) -> Iterator[Finding]:
    """The checkpoint that was written with the copy, where it was left."""
    if not checkpoint_beside(folder).is_file():
        return
    try:
        note = checkpoint_beside(folder).read_bytes()
        made = Checkpoint.open(note, keys)
        same = (made.size, made.root.hex()) == (verified.size, verified.root)
    except BadNote:
        same = False
    name = checkpoint_beside(folder).name
    yield Finding(
        check="checkpoint",
        ok=same,
        en=f"{name} is of {'this copy' if same else 'another copy'}",
        zh=f"{name} {'属于本副本' if same else '不属于本副本'}",
    )


def _live(live: Path | None, verified: Verified) -> Iterator[Finding]:
    """Whether the copy is where the node's ledger began."""
    if live is None:
        return
    try:
        size, root = _root_at(live, verified.size)
    except (LedgerError, TileWrong, apsw.Error):  # then the backup is what one has
        en = "the node's own ledger cannot be read, so the copy was not compared with it"
        yield Finding(check="node", ok=True, en=en, zh="节点自身的账本无法读取，未作比较")
        return
    if root is None:
        en, zh = f"the node's own ledger has only {size}", f"节点自身的账本只有 {size} 条"
        yield Finding(check="node", ok=False, en=en, zh=zh)
    elif root != verified.root:
        en, zh = "the node's own ledger begins otherwise", "节点自身的账本与副本开头不同"
        yield Finding(check="node", ok=False, en=en, zh=zh)
    else:
        more = size - verified.size
        en = f"the node's own ledger begins like this, and has {more} more"
        zh = f"节点自身的账本以此开头，之后又有 {more} 条"
        yield Finding(check="node", ok=True, en=en, zh=zh)


def _known(kept: Checkpoint | None, copy: Layout, live: Path | None) -> Iterator[Finding]:
    """Whether a checkpoint somebody kept and this copy are of one history."""
    if kept is None:
        return
    _, root = _root_at(copy.ledger, kept.size)
    if root is not None:
        same = root == kept.root.hex()
        en = f"the kept checkpoint of {kept.size} entries {'agrees' if same else 'does NOT agree'}"
        zh = f"另存的检查点({kept.size} 条){'与副本一致' if same else '与副本不一致'}"
        yield Finding(check="known", ok=same, en=en, zh=zh)
        return
    # Two roots of different sizes are compared through the tree between them, and that is in the node's ledger only.
    later = None
    if live is not None:
        with suppress(LedgerError, TileWrong, apsw.Error):
            _, later = _root_at(live, kept.size)
    if later == kept.root.hex():
        en = f"the kept checkpoint of {kept.size} entries is newer and continues this copy"
        zh = f"另存的检查点({kept.size} 条)较新，并延续本副本"
        yield Finding(check="known", ok=True, en=en, zh=zh)
        return
    if later is None:
        en = f"the kept checkpoint has {kept.size} entries, this copy fewer: whether it begins like this cannot be told"
        zh = f"另存的检查点有 {kept.size} 条，副本较少：无法得知是否以此开头"
    else:
        en = f"the kept checkpoint of {kept.size} entries does NOT agree with the node's own ledger"
        zh = f"另存的检查点({kept.size} 条)与节点自身的账本不一致"
    yield Finding(check="known", ok=False, en=en, zh=zh)


def _root_at(ledger: Path, size: int) -> tuple[int, str | None]:
    """How many entries a ledger has, and the root over its first `size`; None where it has fewer."""
    with closing(connect_to_read(ledger)) as db:
        db.execute("BEGIN")
        there = Head.read(db, ledger.name)[0].size
        return there, tree_of(db, there).root(size).hex() if size <= there else None


def _only_reading(path: Path) -> apsw.Connection:
    return apsw.Connection(
        f"file:{quote(str(path.absolute()))}?immutable=1",
        flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
    )


def _column(db: apsw.Connection, sql: str) -> frozenset[str]:
    return frozenset(str(row[0]) for row in db.execute(sql))
