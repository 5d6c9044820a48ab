"""Ask the witnesses to sign the newest state of this ledger, and hear whether they saw another one."""

from collections.abc import Callable
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

    def is_due(self) -> bool:
        """Whether a witness has not signed the newest state, or not lately."""
        confirmed = self.circle.notes.confirmed(self.log.signer.origin)
        size, oldest = self.log.size, self._now() - FRESH_FOR // timedelta(seconds=1)
        return any(
            card.id not in confirmed
            or confirmed[card.id].checkpoint.size != size
            or confirmed[card.id].at <= oldest
            for card in self.circle.cards
        )

    def ask_all(self) -> list[Asked]:
        """Ask every witness once. Raises Behind where one shows that this ledger is not what it saw."""
        # At the same time: one that is silent must not keep the others waiting.
        with ThreadPoolExecutor(max_workers=max(1, min(8, len(self.circle.cards)))) as together:
            told = list(together.map(self._ask, self.circle.cards))
        require_not_behind(self.log, self.circle.notes)
        return told

    def _ask(self, card: Card) -> Asked:
        try:
            require_safe(card, self.line)
            return self._asked(card, WitnessKey.parse(card.witness_key or ""))
        except FederationError as error:
            return Asked(witness=card.id, size=0, problem=(str(error), error.zh))

    def _asked(self, card: Card, key: WitnessKey) -> Asked:
        before = self.circle.notes.confirmed(self.log.signer.origin).get(card.id)
        with self.log.tree() as (_, tree):
            note = self.log.checkpoint()
            state = Checkpoint.open(note, self.log.keys)

            def from_size(old: int) -> WitnessSays:
                path = tree.consistency_proof(old) if 0 < old < state.size else []
                return self._submit(card, key, submission(old, path, note), note)

            says = from_size(min(before.checkpoint.size, state.size) if before else 0)
            if says.size is not None and says.size <= state.size:
                says = from_size(says.size)  # it knows more, or less, than was remembered of it
        if says.line is not None:
            self.circle.notes.keep(state, note, {card.id: says.line}, self._now())
            return Asked(witness=card.id, size=state.size)
        self._hear_what_it_saw(card)
        return Asked(witness=card.id, size=state.size, problem=_refusal(card.id, says))

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
        return (self.clock() - EPOCH) // timedelta(seconds=1)


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
