"""Ask the witnesses to sign the newest state of this ledger, and hear whether they saw another one."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from exchange.federation.card import Card
from exchange.federation.errors import FederationError
from exchange.federation.line import Fetched, Line, fetched, require_safe
from exchange.federation.signing import HttpRequest
from exchange.witnessing.circle import ADD, SEEN, Circle
from ledger import Log
from ledger.checkpoint import Checkpoint
from ledger.errors import BadNote
from ledger.identity import EPOCH
from ledger.merkle import consistency_proof
from ledger.note import MOST_NOTE_BYTES
from ledger.witness import (
    Answer,
    Confirmed,
    WitnessKey,
    WitnessSays,
    read_answer,
    require_not_behind,
    submission,
)

# A state that has not changed is signed anew after so long, so that one can see that nothing happened.
FRESH_FOR = timedelta(hours=1)
# A signature made further from now is an old one handed out again, or one for a day to come.
MAY_DIFFER = timedelta(hours=1)
_SECOND = timedelta(seconds=1)
_TEXT = "text/plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking one witness. `problem` in English and Chinese, None where it signed."""

    witness: str
    size: int
    problem: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """One ledger, and the way to its witnesses."""

    log: Log
    circle: Circle
    line: Line
    clock: Callable[[], datetime]

    def due(self) -> tuple[Card, ...]:
        """The witnesses that have not signed the newest state, or not lately."""
        confirmed = self.circle.notes.confirmed(self.log.signer.origin)
        size, oldest = self.log.size, self._now() - FRESH_FOR // _SECOND
        return tuple(
            card
            for card in self.circle.cards
            if card.id not in confirmed
            or confirmed[card.id].checkpoint.size != size
            or confirmed[card.id].at <= oldest
        )

    def ask_all(self) -> list[Asked]:
        """Ask every witness once. Raises Behind where one shows that this ledger is not what it saw."""
        return self.ask(self.circle.cards)

    def ask(self, cards: Sequence[Card]) -> list[Asked]:
        """The same of some of them. All are shown one state: a quorum that signed several has signed none."""
        note = self.log.checkpoint()
        # At the same time: one that is silent must not keep the others waiting.
        with ThreadPoolExecutor(max_workers=max(1, min(8, len(cards)))) as together:
            told = list(together.map(lambda card: self._ask(card, note), cards))
        require_not_behind(self.log, self.circle.notes)
        return told

    def _ask(self, card: Card, note: bytes) -> Asked:
        try:
            require_safe(card, self.line)
            return self._asked(card, WitnessKey.parse(card.witness_key or ""), note)
        except FederationError as error:
            return Asked(witness=card.id, size=0, problem=(str(error), error.zh))

    def _asked(self, card: Card, key: WitnessKey, note: bytes) -> Asked:
        state = Checkpoint.open(note, self.log.keys)
        before = self.circle.notes.confirmed(self.log.signer.origin).get(card.id)

        def from_size(old: int) -> WitnessSays:
            return self._submit(card, key, submission(old, self._path(old, state.size), note), note)

        says = from_size(min(before.checkpoint.size, state.size) if before else 0)
        if says.size is not None and says.size <= state.size:
            says = from_size(says.size)  # it knows more, or less, than was remembered of it
        if says.line is None:
            self._hear_what_it_saw(card)
            return Asked(witness=card.id, size=state.size, problem=_refusal(card.id, says))
        if abs(says.at - self._now()) > MAY_DIFFER // _SECOND:
            return Asked(witness=card.id, size=state.size, problem=_other_time(card.id))
        self.circle.notes.keep(state, note, {card.id: says.line}, self._now())
        return Asked(witness=card.id, size=state.size)

    def _path(self, old: int, size: int) -> list[bytes]:
        """What shows that the log of `size` entries grew out of that of `old`."""
        if not 0 < old < size:
            return []
        # Read before the witness is asked: a snapshot held while it is silent keeps the write-ahead log from shrinking.
        with self.log.tree() as (_, tree):
            return consistency_proof(old, size, tree.node)

    def _submit(self, card: Card, key: WitnessKey, body: bytes, note: bytes) -> WitnessSays:
        reply = self._fetch(HttpRequest("POST", card.url + ADD, {"Content-Type": _TEXT}, body), card)
        return read_answer(Answer(reply.status, reply.body, reply.type), note, key)

    def _hear_what_it_saw(self, card: Card) -> None:
        """Keep the state the witness shows, if this ledger's own signature stands under it: its word is not enough."""
        place = f"{card.url}{SEEN}?origin={quote(self.log.signer.origin, safe='')}"
        reply = self._fetch(HttpRequest("GET", place, {}, b""), card)
        try:
            state = Checkpoint.open(reply.body, self.log.keys)
        except BadNote:
            return
        self.circle.notes.keep_shown(Confirmed(card.id, state, reply.body, self._now()))

    def _fetch(self, request: HttpRequest, card: Card) -> Fetched:
        return fetched(request, card, self.line, most=MOST_NOTE_BYTES, accept=_TEXT)

    def _now(self) -> int:
        return (self.clock() - EPOCH) // _SECOND


def _other_time(witness: str) -> tuple[str, str]:
    return (
        f"{witness} signed as of another time than it is here: compare the clocks",
        f"{witness} 签名所记时间与本地相差过大：请核对双方时钟",
    )


def _refusal(witness: str, says: WitnessSays) -> tuple[str, str]:
    if says.size is not None:
        return (
            f"{witness} says it has seen {says.size} entries",
            f"{witness} 称已见过 {says.size} 条",
        )
    reasons = {
        404: ("does not know this ledger: hand it this node's card", "不认识本账本：请把本节点名片交给对方"),
        403: (
            "knows this ledger by another key: hand it this node's card",
            "所知的本账本公钥不同：请把本节点名片交给对方",
        ),
        409: ("has signed another state of the same length", "已为另一个同样长度的状态签名"),
        422: ("has seen another history", "见过另一段历史"),
        200: ("answered with a signature that is not its own", "应答的签名不是它自己的"),
    }
    en, zh = reasons.get(says.refused or 0, (f"did not sign ({says.refused})", f"没有签名({says.refused})"))
    return f"{witness} {en}", f"{witness} {zh}"
