"""Go through the whole log and say whether anything in it was changed, and where it begins.

Everything is worked out again from the stored bodies and compared: form, order, time, each patient's count,
every tile, every root that was signed. Needs the verifier key only; asks nobody, writes nothing.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import apsw

from ledger.checkpoint import Checkpoint
from ledger.crew import Processes
from ledger.disk import connect_to_read, explained
from ledger.keyring import trusted_in
from ledger.log import Log
from ledger.note import Verifier
from ledger.replay import Replay, Wrong
from ledger.share import Crew
from ledger.stored import require_ledger

Progress = Callable[[int, int], None]

_WAITS_FOR_SIGNATURE = 50
_WAIT_SECONDS = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was found. `first_wrong` is the index of the first entry concerned; all before it are as appended.

    It is None where no single entry is concerned (a signature, the record of where the log ends).

    `root` is the hex root worked out from the stored entries; `en` and `zh` say the verdict in a sentence.
    """

    ok: bool
    size: int
    root: str
    first_wrong: int | None
    en: str
    zh: str


def verify(
    log: Log | str | PathLike[str],
    vkey: str,
    progress: Progress | None = None,
    *,
    known: bytes | None = None,
    crew: Crew | None = None,
) -> Verified:
    """Replay the log and compare. `known` is a signed checkpoint of it that was kept elsewhere.

    Without `known`, a log that was cut back to an older whole state, or rewritten by whoever holds its key,
    looks like a good one. `crew` reads it: by default, for a long log, as many processes as there are processors; the
    verdict is the same. Raises BadKey, LedgerMissing, LedgerDamaged (not a ledger at all), BadNote (`known` is not one
    of this log).
    """
    path = log.path if isinstance(log, Log) else Path(log)
    verifier = Verifier.parse(vkey.strip())
    db = connect_to_read(path)
    try:
        with explained(path.name, writing=False):
            require_ledger(db, path.name)
            kept = Checkpoint.open(known, trusted_in(db, str(verifier))) if known is not None else None
        with signed_snapshot(db):
            replay = Replay(db, path.name, verifier, kept)
            try:
                replay.run(progress or (lambda _done, _total: None), crew or Processes(path=path))
            except Wrong as wrong:
                return _verdict(replay, wrong)
            except (apsw.CorruptError, apsw.IOError):
                at = replay.edge.size
                return _verdict(
                    replay, Wrong(at, f"the file is damaged at entry {at}", f"文件在第 {at} 条处损坏")
                )
            except apsw.SQLError:
                return _verdict(replay, Wrong(None, "a table of the ledger is missing", "账本缺少数据表"))
        return _verdict(replay, None)
    finally:
        db.close()


def _verdict(replay: Replay, wrong: Wrong | None) -> Verified:
    size, root = replay.edge.size, replay.edge.root().hex()
    if wrong is not None:
        return Verified(ok=False, size=size, root=root, first_wrong=wrong.index, en=str(wrong), zh=wrong.zh)
    keys = len(replay.keys.terms)
    agree = " agrees" if replay.signed == 1 else "s agree"
    return Verified(
        ok=True,
        size=size,
        root=root,
        first_wrong=None,
        en=f"all {size} entries are as they were appended; {replay.signed} signed checkpoint{agree}"
        + (f"; {keys} keys, each handed over by the one before" if keys > 1 else ""),
        zh=f"全部 {size} 条与写入时一致；{replay.signed} 个已签名检查点相符"
        + (f"；先后使用 {keys} 把密钥，逐次交接无误" if keys > 1 else ""),
    )


@contextmanager
def signed_snapshot(db: apsw.Connection) -> Iterator[None]:
    """The file at a moment when its newest entries are signed.

    Another process signs just after its commit; looking in between is nobody's fault, so look again.
    """
    for _ in range(_WAITS_FOR_SIGNATURE):
        db.execute("BEGIN")
        if _is_signed_to_the_end(db):
            break
        db.execute("ROLLBACK")
        time.sleep(_WAIT_SECONDS)
    else:
        db.execute("BEGIN")
    try:
        yield
    finally:
        # A disk that fails may have ended it.
        if not db.get_autocommit():
            db.execute("ROLLBACK")


def _is_signed_to_the_end(db: apsw.Connection) -> bool:
    try:
        sizes = db.execute("SELECT (SELECT size FROM head), (SELECT max(size) FROM checkpoint)").fetchone()
    except apsw.Error:
        return True
    return sizes is not None and sizes[0] == sizes[1]
