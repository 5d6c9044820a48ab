"""Proof that whoever holds a log's key showed two histories: two signed states that cannot both be true.

Anybody can check it, with the log's public key and nothing else. Either both are of the same size and their roots
differ; or a path leads from the longer one to another root over the first entries than the shorter one has.
"""

from dataclasses import dataclass

import msgspec

from ledger.checkpoint import Checkpoint
from ledger.errors import BadKey, BadNote, ProofWrong
from ledger.keys import Handover, HandoverWrong, Keys
from ledger.merkle import roots_from_consistency

FORMAT = "hutong-fork-1"
MOST_BYTES = 1 << 18


class ForkWrong(ProofWrong):
    """A file shows no fork: it is malformed, or its two states do not contradict each other."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en, zh)
        self.hint = "the witness that kept it writes it again: hutong witness forks -o DIR"
        self.hint_zh = "请由保存它的见证方重新写出：hutong witness forks -o 目录"


class Fork(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The JSON text: both signed notes, the shorter log first; hashes of the path (RFC 9162, 2.1.4.1) in hex.

    `handovers` lead from the first key of the log to `verifier_key`, where its key was ever changed.
    """

    format: str
    verifier_key: str
    one: str
    other: str
    path: list[str]
    handovers: list[Handover] | msgspec.UnsetType = msgspec.UNSET

    def written(self) -> bytes:
        """The file to hand on."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


@dataclass(frozen=True, slots=True)
class Forked:
    """What a proof shows: `origin` signed two different histories of its first `size` entries."""

    origin: str
    size: int
    longest: int
    pinned: bool


def fork_between(log: Keys, one: bytes, other: bytes, path: list[bytes]) -> Fork | None:
    """The proof in two notes of `log`, and a path between them; None where they prove nothing."""
    found = Fork(
        format=FORMAT,
        verifier_key=str(log),
        one=one.decode(),
        other=other.decode(),
        path=[step.hex() for step in path],
        handovers=list(log.handovers) or msgspec.UNSET,
    )
    try:
        _shown(found, log)
    except (ForkWrong, BadNote):
        return None
    return found


def check_fork(proof: bytes, vkey: str | None = None) -> Forked:
    """What `proof` shows, offline. `vkey` is the key of the log as the reader knows it. Raises ForkWrong."""
    try:
        if len(proof) > MOST_BYTES:
            raise ValueError
        told = msgspec.json.decode(proof, type=Fork)
        if told.format != FORMAT:
            raise ValueError
        log = Keys.following(told.verifier_key, told.handovers or ())
        if vkey is not None and vkey.strip() not in log:
            raise ForkWrong("it is about another log than the one expected", "属于另一个账本")
        size, longest = _shown(told, log)
    except (ValueError, RecursionError):
        raise ForkWrong("it is not proof of a fork", "不是分叉证明文件") from None
    except (BadKey, BadNote, HandoverWrong) as bad:
        raise ForkWrong(str(bad), bad.zh) from None
    return Forked(log.name, size, longest, pinned=vkey is not None)


def _shown(told: Fork, log: Keys) -> tuple[int, int]:
    """Sizes of the two states. Raises ForkWrong unless they contradict, BadNote unless the log signed both."""
    one, other = (Checkpoint.open(note.encode(), log) for note in (told.one, told.other))
    if one.size == other.size:
        if one.root == other.root:
            raise ForkWrong("both states are the same", "两个状态相同")
        return one.size, other.size
    path = [bytes.fromhex(step) for step in told.path]
    roots = roots_from_consistency(one.size, other.size, path)
    if roots is None or roots[1] != other.root:
        raise ForkWrong("its path does not belong to the longer state", "路径不属于较长的状态")
    if roots[0] == one.root:
        raise ForkWrong("the longer state continues the shorter one", "较长的状态是较短状态的延续")
    return one.size, other.size
