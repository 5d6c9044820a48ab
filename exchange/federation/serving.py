"""A node's counter over HTTP: what is there to be asked by other nodes, and by which address."""

import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from exchange.federation.counter import Counter
from exchange.federation.errors import Rejected
from exchange.federation.signing import HttpResponse

if TYPE_CHECKING:
    from fastapi import FastAPI

    from exchange.federation.front import Front


def app(counter: Counter) -> "FastAPI":
    """The node as an ASGI application. The web framework is loaded here, for those who serve."""
    from fastapi import FastAPI, Request, Response
    from fastapi.responses import PlainTextResponse

    from exchange.federation.envelope import NOTICE_PATH, PATH, TYPE
    from exchange.federation.front import Front

    front = Front(counter)
    sealed = {TYPE: {"schema": {"type": "string", "format": "binary"}}}
    about: dict[str, object] = {
        "requestBody": {"required": True, "content": sealed},
        "responses": {"200": {"description": "Sealed answer, permit or refusal", "content": sealed}},
    }

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        front.close()

    # No page with scripts from elsewhere: /openapi.json is the description.
    web = FastAPI(title="Hutong", version="1", docs_url=None, redoc_url=None, lifespan=lifespan)

    @web.post(PATH, summary="Ask for a record; body and answer are sealed and signed", openapi_extra=about)
    async def exchange(request: Request) -> Response:
        return await said(front.exchange(request))

    @web.post(NOTICE_PATH, summary="Tell of a withdrawal, or what was done about one", openapi_extra=about)
    async def notice(request: Request) -> Response:
        return await said(front.notice(request))

    async def said(answer: Awaitable[HttpResponse]) -> Response:
        try:
            reply = await answer
        except Rejected as no:
            front.tally.add(no.code)
            words = json.dumps({"code": no.code, "en": str(no), "zh": no.zh}, ensure_ascii=False)
            return Response(words, no.status, media_type="application/json")
        return Response(reply.body, reply.status_code, dict(reply.headers.items()))

    @web.get("/hutong/v1/card", summary="This node's card")
    async def card() -> Response:
        return Response(counter.card.written, media_type="application/json")

    @web.get("/hutong/v1/checkpoint", summary="The newest signed checkpoint of this node's ledger (C2SP)")
    async def checkpoint() -> Response:
        note = await front.aside(front.checkpoint)
        return Response(status_code=503) if note is None else PlainTextResponse(note)

    _witness(web, front)

    @web.get("/healthz", summary="Whether this node can answer")
    async def health() -> Response:
        size = await front.aside(front.ledger_size)
        return PlainTextResponse("ok\n") if size is not None else PlainTextResponse("ledger\n", 503)

    @web.get("/metrics", summary="Counts, for the operator")
    async def metrics() -> Response:
        size = await front.aside(front.ledger_size)
        return PlainTextResponse(front.tally.as_text(ledger_entries=size or 0, under_way=front.under_way))

    return web


def _witness(web: "FastAPI", front: "Front") -> None:
    """The counter where other regions have their ledgers signed."""
    from fastapi import Request, Response
    from fastapi.responses import PlainTextResponse

    from exchange.witnessing.circle import ADD, SEEN

    @web.post(ADD, summary="Sign the newest state of another region's ledger (C2SP tlog-witness)")
    async def add_checkpoint(request: Request) -> Response:
        try:
            told = await front.add_checkpoint(request)
        except Rejected as no:
            front.tally.add(no.code)
            return Response(status_code=no.status)
        # Just these headers: a charset added to the type of a size would be another type.
        return Response(told.body, told.status, {"Content-Type": told.type})

    @web.get(SEEN, summary="The longest state of a ledger that this node signed, as it was handed in")
    async def seen(origin: str) -> Response:
        note = await front.aside(lambda: front.seen(origin))
        return PlainTextResponse(note) if note else Response(status_code=503 if note is None else 404)
