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
from ledger.errors import BadKey, BadNote, LedgerAltered, ProofWrong
from ledger.keys import Handover, HandoverWrong, Keys
from ledger.log import Log
from ledger.merkle import is_consistent, leaf_hash, root_from_inclusion
from ledger.tiles import Tree

FORMAT = "hutong-inclusion-proof-1"
MOST_PROOF_BYTES = 1 << 20


class Succession(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of the log's key, and the path from the state both keys signed to the checkpoint of the proof (hex)."""

    handover: Handover
    consistency_path: list[str]


class Proof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The JSON text of a proof; hashes are hex, lowest first.

    `handovers` are there where the key was ever changed, oldest first. Whoever knows any key the log ever had can
    follow them to `verifier_key`, and sees that the history went on.
    """

    format: str
    index: int
    entry: str
    inclusion_path: list[str]
    checkpoint: str
    verifier_key: str
    handovers: list[Succession] | msgspec.UnsetType = msgspec.UNSET


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
        path = tree.inclusion_proof(found.index)
        # Better found out here than by whoever the proof is handed to.
        if root_from_inclusion(leaf_hash(found.body), found.index, tree.size, path) != log.root():
            raise LedgerAltered(
                log.path.name, "its tree does not lead to its root", "散列树与树根不符", index=found.index
            )
        proof = Proof(
            format=FORMAT,
            index=found.index,
            entry=found.body.decode(),
            inclusion_path=[step.hex() for step in path],
            checkpoint=log.checkpoint().decode(),
            verifier_key=str(log.keys),
            handovers=_successions(log.keys, tree) or msgspec.UNSET,
        )
    return msgspec.json.format(msgspec.json.encode(proof), indent=2) + b"\n"


def check(proof: bytes, known: str | Keys | None = None) -> Checked:
    """What `proof` shows, offline. `known`: the verifier key, or the keys, of the log as the reader knows it.

    A key the log had earlier will do for what was proved later, and the newest for what was proved with an earlier
    one, if the changes between them are told (by the proof, or by `known`). Raises ProofWrong.
    """
    told = _parse(proof)
    try:
        keys = Keys.following(told.verifier_key, [one.handover for one in told.handovers or ()])
        signed = Checkpoint.open(told.checkpoint.encode(), keys)
        if known is not None:
            _require_known(told, keys, known)
    except (BadKey, BadNote, HandoverWrong) as bad:
        raise ProofWrong(str(bad), bad.zh) from None
    _require_continued(told, signed)
    body = told.entry.encode()
    if (
        root_from_inclusion(leaf_hash(body), told.index, signed.size, _hashes(told.inclusion_path))
        != signed.root
    ):
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
        pinned=known is not None,
    )


def _successions(keys: Keys, tree: Tree) -> list[Succession]:
    return [
        Succession(
            handover=one, consistency_path=[step.hex() for step in tree.consistency_proof(one.state().size)]
        )
        for one in keys.handovers
    ]


def _require_known(told: Proof, keys: Keys, known: str | Keys) -> None:
    """Return if the proof is by the log that the reader knows. Raises ProofWrong."""
    if isinstance(known, Keys) and told.verifier_key in known:
        # A key that has handed over since may not have signed this: it may have been stolen afterwards.
        Checkpoint.open(told.checkpoint.encode(), known)
    elif str(known).strip() not in keys:
        raise ProofWrong("it is by another log than the one expected", "出自另一个账本")


def _require_continued(told: Proof, signed: Checkpoint) -> None:
    """Every state at which the key changed is a beginning of the signed one. Raises ProofWrong."""
    for one in told.handovers or ():
        state = one.handover.state()
        path = _hashes(one.consistency_path)
        if not is_consistent(state.size, state.root, signed.size, signed.root, path):
            raise ProofWrong("its history is not the one in which the key changed", "其历史与密钥交接时不同")


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


def _hashes(steps: list[str]) -> list[bytes]:
    try:
        path = [bytes.fromhex(step) for step in steps]
    except ValueError:
        path = [b""]
    if [step.hex() for step in path] != steps:
        raise ProofWrong("its path holds something that is not a hash", "路径中含有非散列值")
    return path
