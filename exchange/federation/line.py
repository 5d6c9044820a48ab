"""How this node reaches others over HTTP: only where it is safe, only so long, only so much.

No proxy, no credentials and no certificates that the environment names are used, and no redirect is followed.
"""

import asyncio
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from exchange.errors import BadSetting
from exchange.federation.card import Card
from exchange.federation.envelope import MAX_ANSWER_BYTES, TYPE, request_type
from exchange.federation.errors import AnswerTooLarge, InsecureAddress, PeerRejected, PeerUnreachable
from exchange.federation.keys import NodeKeys
from exchange.federation.sealing import Entropy
from exchange.federation.signing import HttpRequest, HttpResponse
from exchange.node.settings import Settings
from exchange.path.recording import Desk

if TYPE_CHECKING:
    import ssl

TIMEOUT_SECONDS = 10.0
MAX_REJECTION_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How this node reaches others. `timeout` is for the whole of one question and answer, in seconds.

    `tls` is the trust to use for https; None trusts the public authorities. Plain http goes to this machine
    only, unless `plain_http` says that something else protects the way.
    """

    keys: NodeKeys
    node: str
    clock: Callable[[], datetime]
    entropy: Entropy
    timeout: float = TIMEOUT_SECONDS
    tls: "ssl.SSLContext | None" = None
    plain_http: bool = False


def line_by(settings: Settings, desk: Desk, keys: NodeKeys, clock: Callable[[], datetime]) -> Line:
    """The line as this node's settings have it. Raises BadSetting."""
    return Line(
        keys=keys,
        node=desk.node,
        clock=clock,
        entropy=desk.entropy,
        timeout=settings["serve.timeout_seconds"],
        tls=trust_in(settings["serve.ca_file"]) if settings["serve.ca_file"] else None,
        plain_http=settings["serve.plain_http"],
    )


def trust_in(file: str) -> "ssl.SSLContext":
    """Trust the certificates in the PEM `file` and no others. Raises BadSetting."""
    import ssl

    try:
        return ssl.create_default_context(cafile=file)
    except OSError:
        raise BadSetting("serve.ca_file", "is not a file of PEM certificates", "不是 PEM 证书文件") from None


def require_safe(peer: Card, line: Line) -> None:
    """Return if `peer` may be spoken to now, at its address. Raises CardExpired, InsecureAddress."""
    peer.require_valid(line.clock())
    parts = urlsplit(peer.url)
    if parts.scheme != "https" and not line.plain_http and not _is_here(parts.hostname or ""):
        raise InsecureAddress(peer.id)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back in clear: status, type of the content, content. Nothing of it is signed."""

    status: int
    type: str
    body: bytes


def sent(request: HttpRequest, peer: Card, line: Line, *, most: int = MAX_ANSWER_BYTES) -> HttpResponse:
    """Send the sealed `request` and wait for the sealed answer, at most so many bytes.

    Raises PeerUnreachable, PeerRejected, AnswerTooLarge.
    """
    response, body = _reached(request, peer, line, most, TYPE)
    if response.status_code != HTTPStatus.OK or request_type(response.headers) != TYPE:
        raise PeerRejected(peer.id, _code_in(body))
    return response


def fetched(request: HttpRequest, peer: Card, line: Line, *, most: int, accept: str) -> Fetched:
    """Send `request` in clear and give what comes back, whatever its status. Raises PeerUnreachable, AnswerTooLarge."""
    response, body = _reached(request, peer, line, most, accept)
    return Fetched(response.status_code, request_type(response.headers), body)


def _reached(
    request: HttpRequest, peer: Card, line: Line, most: int, accept: str
) -> tuple[HttpResponse, bytes]:
    import httpx

    try:
        return asyncio.run(_exchange(request, peer, line, most, accept))
    except TimeoutError:
        seconds = f"{line.timeout:g}"
        raise PeerUnreachable(peer.id, f"not within {seconds} seconds", f"{seconds} 秒内未应答") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        # The type only: the text may hold an address with more in it than an operator wants in a log.
        kind = type(error).__name__
        raise PeerUnreachable(peer.id, f"the connection failed ({kind})", f"连接失败({kind})") from None


async def _exchange(
    request: HttpRequest, peer: Card, line: Line, most: int, accept: str
) -> tuple[HttpResponse, bytes]:
    """One question, one answer, in time: a peer that dribbles is as late as one that is silent."""
    import httpx

    async with (
        asyncio.timeout(line.timeout),
        httpx.AsyncClient(trust_env=False, timeout=None, verify=line.tls or True) as client,  # noqa: S113
        client.stream(
            request.method,
            request.url,
            content=request.body,
            headers={**dict(request.headers.items()), "Accept": accept, "Accept-Encoding": "identity"},
        ) as response,
    ):
        limit = most if response.status_code == HTTPStatus.OK else MAX_REJECTION_BYTES
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > limit:
                raise AnswerTooLarge(peer.id, limit)
    return HttpResponse(response.status_code, response.headers, bytes(body), request), bytes(body)


def _code_in(body: bytes) -> str:
    """The code of a rejection. It is not signed, so nothing else of it is believed or shown."""
    try:
        return msgspec.json.decode(body, type=_Rejection).code
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


class _Rejection(msgspec.Struct):
    code: str
