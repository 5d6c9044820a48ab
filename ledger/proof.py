"""Hand somebody a proof that an entry is in the log, which they can check without us and without a network.

A proof is one JSON text: the entry as it was hashed, the path from it to the root, the signed checkpoint with
that root, and the key that signed it. `check` needs nothing else.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from ledger import body as bodies
from ledger.body import BodyWrong
from ledger.checkpoint import Checkpoint
from ledger.entry import Entry
from ledger.errors import BadKey, BadNote, ProofWrong
from ledger.log import Log
from ledger.merkle import leaf_hash, root_from_inclusion
from ledger.note import Verifier

FORMAT = "hutong-inclusion-proof-1"
MOST_PROOF_BYTES = 1 << 20


class Proof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The JSON text of a proof; hashes are hex, lowest first."""

    format: str
    index: int
    entry: str
    inclusion_path: list[str]
    checkpoint: str
    verifier_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a proof shows: `entry` stands at `index` of the log `origin`, when it had `size` entries.

    Whether that log is who it says it is, only `pinned` tells: the key was the reader's, not the proof's.
    """

    index: int
    size: int
    origin: str
    id: str
    time: datetime
    entry: Entry
    verifier_key: str
    pinned: bool


def prove(log: Log, entry_id: str) -> bytes:
    """The proof of an entry against the newest state. Raises NoSuchEntry, LedgerAltered."""
    with log.tree() as (_, tree):
        found = log.find(entry_id)
        proof = Proof(
            format=FORMAT,
            index=found.index,
            entry=found.body.decode(),
            inclusion_path=[step.hex() for step in tree.inclusion_proof(found.index)],
            checkpoint=log.checkpoint().decode(),
            verifier_key=log.signer.verifier_key,
        )
    return msgspec.json.format(msgspec.json.encode(proof), indent=2) + b"\n"


def check(proof: bytes, vkey: str | None = None) -> Checked:
    """What `proof` shows, offline. `vkey` is the verifier key the reader trusts. Raises ProofWrong."""
    told = _parse(proof)
    if vkey is not None and vkey.strip() != told.verifier_key:
        raise ProofWrong("it is by another log than the one expected", "出自另一个账本")
    try:
        verifier = Verifier.parse(told.verifier_key)
        signed = Checkpoint.open(told.checkpoint.encode(), verifier)
    except (BadKey, BadNote) as bad:
        raise ProofWrong(str(bad), bad.zh) from None
    body = told.entry.encode()
    if root_from_inclusion(leaf_hash(body), told.index, signed.size, _path(told)) != signed.root:
        raise ProofWrong("its path does not lead to the signed root", "路径不能到达已签名的树根")
    try:
        found = bodies.read_unsealed(body)
    except BodyWrong as wrong:
        raise ProofWrong(f"what it proves {wrong}", f"所证明的内容{wrong.zh}") from None
    if found.index != told.index:
        raise ProofWrong("its entry belongs to another place", "条目属于另一个位置")
    return Checked(
        index=found.index,
        size=signed.size,
        origin=signed.origin,
        id=found.id,
        time=found.time,
        entry=found.entry,
        verifier_key=told.verifier_key,
        pinned=vkey is not None,
    )


def _parse(proof: bytes) -> Proof:
    try:
        if len(proof) > MOST_PROOF_BYTES:
            raise ValueError
        told = msgspec.json.decode(proof, type=Proof)
        # Compared without blanks: a name given twice, or in another order, would read differently elsewhere.
        same = msgspec.json.format(proof, indent=-1) == msgspec.json.encode(told)
    except (ValueError, RecursionError):
        raise ProofWrong("it is not a proof", "不是证明文件") from None
    if not same or told.format != FORMAT:
        raise ProofWrong("it is not a proof in the form this program writes", "不是本程序写出的证明格式")
    return told


def _path(told: Proof) -> list[bytes]:
    try:
        path = [bytes.fromhex(step) for step in told.inclusion_path]
    except ValueError:
        path = [b""]
    if [step.hex() for step in path] != told.inclusion_path:
        raise ProofWrong("its path holds something that is not a hash", "路径中含有非散列值")
    return path
