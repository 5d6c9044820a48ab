"""The keys of a log as its own file tells them, and whether this process holds the newest."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import msgspec

from ledger.disk import connect_to_read
from ledger.errors import BadKey, CannotAppend, LedgerError, WrongSigner
from ledger.keys import Handover, HandoverWrong, Keys
from ledger.note import Signer

# Ledgers whose key was never changed stay at 1, and older programs go on reading them.
VERSION = 2


class KeyHandedOver(CannotAppend):
    """This process holds an earlier key: it ran while the key was changed, or the new key's file is gone."""

    def __init__(self, place: str) -> None:
        super().__init__(
            place,
            "its key was changed, and this program holds an earlier one",
            "其密钥已更换，而本程序持有的是早先的密钥",
        )
        self.hint = (
            "nothing was released; start this program again, or bring the newest keys/ledger-N.key back"
        )
        self.hint_zh = "没有放行任何数据；请重新启动本程序，或找回最新的 keys/ledger-N.key"


def handovers(db: apsw.Connection) -> Iterator[Handover]:
    """Every change of key, oldest first. Raises HandoverWrong."""
    if db.pragma("user_version") < VERSION:
        return
    try:
        rows = list(db.execute("SELECT CAST(proof AS BLOB) FROM handover ORDER BY size"))
        yield from (msgspec.json.decode(proof, type=Handover) for (proof,) in rows)
    except (msgspec.DecodeError, apsw.SQLError):
        raise HandoverWrong("what shows it cannot be read", "交接凭据无法读取") from None


def keys_in(db: apsw.Connection) -> Keys:
    """The keys of the log in this file, as the file tells them: whoever trusts one of them can trust the others.

    Raises BadKey, HandoverWrong.
    """
    return Keys.following(str(db.execute("SELECT verifier_key FROM identity").get), handovers(db))


def trusted_in(db: apsw.Connection, vkey: str) -> Keys:
    """The keys of the log in this file for a reader who trusts `vkey`: that one alone where they are not its chain.

    Whether the log is as those keys signed it, is for `verify` to find out. Raises BadKey.
    """
    try:
        found = keys_in(db)
    except (apsw.Error, BadKey, HandoverWrong):
        return Keys.only(vkey)
    return found if vkey in found else Keys.only(vkey)


def keys_of_file(path: Path, vkey: str) -> Keys:
    """The same of a ledger's file, which need not open any more. Raises BadKey."""
    try:
        db = connect_to_read(path)
    except (LedgerError, apsw.Error):
        return Keys.only(vkey)
    with closing(db):
        return trusted_in(db, vkey)


def require_own(db: apsw.Connection, place: str, signer: Signer) -> None:
    """Return if `signer` holds the key of the log now. Raises KeyHandedOver, WrongSigner."""
    if db.execute("SELECT verifier_key FROM identity").get == signer.verifier_key:
        return
    if signer.verifier_key in {one.old_key for one in handovers(db)}:
        raise KeyHandedOver(place)
    raise WrongSigner(place)
