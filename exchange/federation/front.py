"""Takes other nodes' messages in: keeps what is under way in bounds, and lets threads do the work.

Nothing of a message goes into a log, and there is no access log. An answer without a record always takes a whole
number of quarters of a second, so that its timing does not tell why there is none.
"""

import asyncio
import logging
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from exchange.federation.answering import respond
from exchange.federation.counter import Counter
from exchange.federation.counting import Tally
from exchange.federation.envelope import (
    MAX_QUESTION_BYTES,
    NOTICE_PATH,
    PATH,
    Opened,
    open_question,
    sealed_answer,
)
from exchange.federation.errors import Rejected
from exchange.federation.messages import encode
from exchange.federation.signing import HttpRequest, HttpResponse
from exchange.federation.silence import place_of
from exchange.withdrawal import wire
from exchange.withdrawal.taking import take
from ledger.witness import Answer
from ledger.witness.witnessing import MOST_BYTES as WITNESS_BYTES

if TYPE_CHECKING:
    from fastapi import Request

log = logging.getLogger("hutong.federation")
T = TypeVar("T")
# From a message to the reply, how it is counted (counting.OUTCOMES), and whether it goes out in steps of time.
Work = Callable[[HttpRequest], tuple[HttpResponse, str, bool]]

STEP_SECONDS = 0.25
# Anybody may ask for a signature, and each costs a write to the disk: this many take a thread or wait for one.
MOST_WITNESSED = 8


class Front:
    """The front of one node's counter. `close` when nothing more will come."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.tally = Tally()
        self.under_way = 0
        self._witnessing = 0
        self._pool = ThreadPoolExecutor(counter.threads, thread_name_prefix="hutong")

    def close(self) -> None:
        """Wait for what is under way, then let the threads go."""
        self._pool.shutdown()

    async def exchange(self, request: "Request") -> HttpResponse:
        """The sealed answer to a question. Raises Rejected."""
        return await self._served(request, PATH, self._answer)

    async def notice(self, request: "Request") -> HttpResponse:
        """The sealed acknowledgement of a message about a withdrawal. Raises Rejected."""
        return await self._served(request, NOTICE_PATH, self._acknowledge)

    async def _served(self, request: "Request", path: str, work: Work) -> HttpResponse:
        # A place is taken by what has arrived: whoever sends slowly keeps nobody else from being heard.
        body = await _body_of(request, self.counter.patience)
        if self.under_way >= self.counter.limit:
            raise Rejected("busy")
        self.under_way += 1
        try:
            came = asyncio.get_running_loop().time()
            message = HttpRequest("POST", self.counter.card.url + path, request.headers, body)
            reply, outcome, in_steps = await self._in_thread(lambda: work(message))
            self.tally.add(outcome)
            if in_steps:
                await _until_next_step(came)
            return reply
        finally:
            self.under_way -= 1

    def checkpoint(self) -> bytes:
        """The newest signed checkpoint."""
        return self.counter.office().log.checkpoint()

    async def add_checkpoint(self, request: "Request") -> Answer:
        """What this node answers as a witness, to few at once: care must not wait for them. Raises Rejected."""
        body = await _body_of(request, self.counter.patience, WITNESS_BYTES)
        if self._witnessing >= MOST_WITNESSED:
            raise Rejected("busy")
        self._witnessing += 1
        try:
            return await self._in_thread(lambda: self.counter.witness.add_checkpoint(body))
        finally:
            self._witnessing -= 1

    def seen(self, origin: str) -> bytes:
        """The longest state of another region's ledger that this node signed; b"" where there is none."""
        found = self.counter.witness.seen.of(origin)
        return found.note if found else b""

    def ledger_size(self) -> int:
        """How many entries the ledger has."""
        return self.counter.office().log.size

    async def aside(self, work: Callable[[], T]) -> T | None:
        """What `work` gives, or None when it cannot be had; why is the log's business, not the public's."""
        try:
            return await self._in_thread(work)
        except Rejected:
            return None

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except Rejected:
            raise
        except Exception as error:  # noqa: BLE001 - never a traceback: a message may name what it is about
            log.error("the node could not answer: %s", place_of(error))
            raise Rejected("failed") from None

    def _answer(self, message: HttpRequest) -> tuple[HttpResponse, str, bool]:
        opened = self._opened(message)
        said = respond(opened, self.counter.office())
        reply = self._sealed(encode(said), message, opened)
        return reply, "permit" if said.permit else "deny", not said.count

    def _acknowledge(self, message: HttpRequest) -> tuple[HttpResponse, str, bool]:
        opened = self._opened(message)
        said = take(opened, self.counter.office())
        return self._sealed(wire.encode(said), message, opened), "notice", False

    def _opened(self, message: HttpRequest) -> Opened:
        counter = self.counter
        return open_question(message, keys=counter.keys, peer_of=counter.peers.by_id, now=counter.clock())

    def _sealed(self, words: bytes, message: HttpRequest, opened: Opened) -> HttpResponse:
        counter = self.counter
        return sealed_answer(
            words,
            message,
            keys=counter.keys,
            holder=counter.card.id,
            asker=opened.peer,
            now=counter.clock(),
            entropy=counter.entropy,
        )


async def _body_of(request: "Request", patience: float, most: int = MAX_QUESTION_BYTES) -> bytes:
    """The body, if it comes within `patience` seconds and is no longer than `most` bytes."""
    from starlette.requests import ClientDisconnect

    body = bytearray()
    try:
        async with asyncio.timeout(patience):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise Rejected("too-large")
    except (TimeoutError, ClientDisconnect):
        raise Rejected("too-slow") from None
    return bytes(body)


async def _until_next_step(came: float) -> None:
    """Sleep until a whole number of steps has gone by since the message `came`."""
    gone = asyncio.get_running_loop().time() - came
    await asyncio.sleep(math.ceil(gone / STEP_SECONDS) * STEP_SECONDS - gone)
