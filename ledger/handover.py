"""Change the key of a log: the newest entry names the successor, both keys sign that state, from then on only the new.

All of it is one transaction with the entry, so there is no moment at which nobody, or both, may sign.
"""

import apsw
import msgspec

from ledger import volumes
from ledger.errors import CannotAppend, LedgerAltered
from ledger.keyring import VERSION, handovers
from ledger.keys import MOST_HANDOVERS, Handover, signed_by_both, successor_named
from ledger.note import Signer
from ledger.stored import Head, entry_at, keep_checkpoint, tree_of

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS handover (
    size INTEGER PRIMARY KEY,       -- entries there were when the key changed
    proof BLOB NOT NULL             -- JSON: both keys, the state both signed, the entry that names the new one
) STRICT;
PRAGMA user_version = {VERSION};
"""


def hand_over(db: apsw.Connection, place: str, head: Head, old: Signer, new: Signer) -> None:
    """Make `new` the key of the log that ends at `head`, whose newest entry names it; in the caller's transaction.

    Raises LedgerAltered where the newest entry does not, CannotAppend where the key was changed as often as any reader
    follows.
    """
    if len(list(handovers(db))) >= MOST_HANDOVERS:
        raise CannotAppend(
            place,
            f"its key was changed {MOST_HANDOVERS} times, and nobody follows further",
            f"其密钥已更换 {MOST_HANDOVERS} 次，读者不再跟随",
        )
    tree = tree_of(db, head.size)
    newest = entry_at(db, place, head.size - 1, tree)
    if successor_named(newest.entry) != new.verifier_key:
        raise LedgerAltered(place, "its newest entry does not name the new key", "最后一条没有写明新密钥")
    note = signed_by_both(head.checkpoint(old), old, new)
    proof = Handover(
        old_key=old.verifier_key,
        new_key=new.verifier_key,
        note=note.decode(),
        entry=newest.body.decode(),
        inclusion_path=[step.hex() for step in tree.inclusion_proof(newest.index)],
    )
    db.execute(_SCHEMA)
    db.execute(volumes.SCHEMA)
    db.execute("INSERT INTO handover VALUES (?, ?)", (head.size, msgspec.json.encode(proof)))
    db.execute("UPDATE identity SET verifier_key = ?", (new.verifier_key,))
    head.write(db, new)
    keep_checkpoint(db, head.size, note)
