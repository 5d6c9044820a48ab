"""Which key speaks for which part of a log: the first from the beginning, each next one from where it was handed over.

A key hands over by signing one state of the log together with its successor; the newest entry of that state names
the successor. From there on only the successor signs. Whoever holds any key of the chain can follow it to the
newest; the name of the log, its tree and its entries go on as they were (docs/adr/0026).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import msgspec

from ledger import body as bodies
from ledger.body import BodyWrong
from ledger.checkpoint import Checkpoint
from ledger.entry import Entry
from ledger.errors import BadKey, BadNote, LedgerError
from ledger.merkle import leaf_hash, root_from_inclusion
from ledger.note import Signer, Verifier, read_note, signature_line

HANDED_OVER = ("ledger", "handover")
MOST_HANDOVERS = 64
_NAMES_KEY = "signed-by:"


class HandoverWrong(LedgerError):
    """A key was not handed over by the one before it."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(
            f"the ledger's key was not handed over: {en}",
            f"账本密钥没有有效交接：{zh}",
            hint="ask the node by telephone for its card, and compare the fingerprint before trusting the new key",
            hint_zh="请致电该节点索取名片，核对指纹之后再信任新密钥",
        )


class Handover(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of key that anybody can check: the state both keys signed, and its newest entry, which names the new.

    `inclusion_path` (hex, lowest first) leads from the entry to the root of that state.
    """

    old_key: str
    new_key: str
    note: str
    entry: str
    inclusion_path: list[str]

    def state(self) -> Checkpoint:
        """The state at which the key changed. Raises HandoverWrong where it is not signed by both, or not announced."""
        try:
            old, new = Verifier.parse(self.old_key), Verifier.parse(self.new_key)
            state = Checkpoint.open(self.note.encode(), old)
            Checkpoint.open(self.note.encode(), new)
            body = self.entry.encode()
            path = [bytes.fromhex(step) for step in self.inclusion_path]
            named = successor_named(bodies.read_unsealed(body).entry)
        except (BadKey, BadNote) as wrong:
            raise HandoverWrong(str(wrong), wrong.zh) from None
        except (BodyWrong, ValueError):
            raise HandoverWrong("its entry or path cannot be read", "其条目或路径无法读取") from None
        if self.old_key == self.new_key:
            raise HandoverWrong("both keys are the same", "新旧密钥相同")
        if named != self.new_key:
            raise HandoverWrong("its entry names another key", "其条目写明的是另一把密钥")
        if root_from_inclusion(leaf_hash(body), state.size - 1, state.size, path) != state.root:
            raise HandoverWrong(
                "its entry is not the newest of the signed state", "其条目不是已签名状态的最后一条"
            )
        return state

    @property
    def time(self) -> datetime:
        """When the key changed, in UTC, as the entry says that names the new one."""
        return bodies.read_unsealed(self.entry.encode()).time


@dataclass(frozen=True, slots=True)
class Term:
    """A key, and how many entries there were when it handed over; None for the one that signs now."""

    verifier: Verifier
    until: int | None


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one log, oldest first. Opens what any of them signed in its own time, and nothing it signed later."""

    terms: tuple[Term, ...]
    handovers: tuple[Handover, ...] = ()

    @classmethod
    def only(cls, vkey: str) -> Self:
        """Of a log whose key was never changed. Raises BadKey."""
        return cls((Term(Verifier.parse(vkey), None),))

    @classmethod
    def following(cls, vkey: str, handovers: Iterable[Handover]) -> Self:
        """The chain that ends in `vkey`, each handover checked and after the one before it.

        Raises BadKey, HandoverWrong.
        """
        terms, reached, due = list[Term](), 0, None
        handovers = tuple(handovers)
        if len(handovers) > MOST_HANDOVERS:
            raise HandoverWrong("there are too many steps", "交接次数过多")
        for one in handovers:
            state = one.state()
            if state.size <= reached or (due is not None and one.old_key != due):
                raise HandoverWrong("the steps do not follow one another", "各次交接不连续")
            terms.append(Term(Verifier.parse(one.old_key), state.size))
            reached, due = state.size, one.new_key
        newest = Verifier.parse(vkey)
        if due is not None and due != str(newest):
            raise HandoverWrong("it leads to another key", "交接到的是另一把密钥")
        if len({term.verifier for term in terms} | {newest}) != len(terms) + 1:
            raise HandoverWrong("a key that had handed over comes back", "已交接的密钥再次出现")
        if len({term.verifier.name for term in terms} | {newest.name}) != 1:
            raise HandoverWrong("it is about two logs", "涉及两个账本")
        return cls((*terms, Term(newest, None)), handovers)

    @property
    def name(self) -> str:
        """The name (origin) of the log."""
        return self.newest.name

    @property
    def newest(self) -> Verifier:
        """The key that signs now."""
        return self.terms[-1].verifier

    def __contains__(self, vkey: object) -> bool:
        return any(str(term.verifier) == vkey for term in self.terms)

    def __iter__(self) -> Iterator[Verifier]:
        return (term.verifier for term in self.terms)

    def __str__(self) -> str:
        return str(self.newest)

    def open(self, note: bytes) -> str:
        """The text of a checkpoint that the key of its time signed. Raises BadNote."""
        signed = {(name, key_id) for name, key_id, _ in read_note(note)[1]}
        ours = [term for term in self.terms if (term.verifier.name, term.verifier.key_id) in signed]
        # By nobody of ours: said in the words of the key that is expected now.
        texts = [term.verifier.open(note) for term in ours or self.terms[-1:]]
        size = Checkpoint.parse(texts[0]).size
        if not any(self._may_sign(term, size) for term in ours):
            raise BadNote(
                "is signed by a key that was not this ledger's at that length",
                "签名密钥在该长度时并非本账本的密钥",
            )
        return texts[0]

    def _may_sign(self, term: Term, size: int) -> bool:
        at = self.terms.index(term)
        since = self.terms[at - 1].until if at else 0
        return (since or 0) <= size and (term.until is None or size <= term.until)


def in_clear(successor: str, in_doubt_since: str = "") -> tuple[str, ...]:
    """The obligations of the entry that hands over: they name the successor's verifier key for everybody to read.

    `in_doubt_since`: the RFC 3339 time after which the old key may have been in other hands; "" where it was not.
    """
    return (_NAMES_KEY + successor, *((f"in-doubt-since:{in_doubt_since}",) if in_doubt_since else ()))


def successor_named(entry: Entry) -> str | None:
    """The verifier key that an entry names as successor; None where it announces none."""
    if entry.subtype != HANDED_OVER[1] or entry.type != HANDED_OVER[0] or not entry.obligations:
        return None
    first = entry.obligations[0]
    return first.removeprefix(_NAMES_KEY) if first.startswith(_NAMES_KEY) else None


def signed_by_both(state: Checkpoint, old: Signer, new: Signer) -> bytes:
    """The note of a state with both signatures, the old key's first."""
    note = state.signed(old)
    (line,) = read_note(state.signed(new))[1]
    return note + signature_line(*line)
