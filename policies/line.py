"""Speak to an OPA server over HTTP: one question, one answer, in time, and from that server only.

Nothing the environment names is used (proxy, credentials, certificates), no redirect is followed, nothing is asked
twice. The deadline is for the whole of one exchange: a server that dribbles is as late as one that is silent.
"""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

import anyio
import httpx
from anyio.from_thread import start_blocking_portal

from policies.answer import ERROR, FAILED, NO_ACCESS, REJECTED, TIMEOUT, TLS, UNREACHABLE
from policies.decision import Reason
from policies.errors import TrustUnusable

_MOST_TOKEN_BYTES = 16 * 2**10


class NoAnswer(Exception):
    """The exchange did not come to an answer. Never leaves this room: the engine says `reason`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class Line:
    """A connection that is kept between questions. Safe to use from several threads; `close()` ends it."""

    def __init__(
        self, url: str, *, ca_file: Path | None, token_file: Path | None, deadline_ms: int, limit: int
    ) -> None:
        """`url` is where the server's own paths begin; `limit` the most bytes of an answer. Raises TrustUnusable."""
        self._url = url.rstrip("/")
        self._token_file = token_file
        self._seconds = deadline_ms / 1000
        self._limit = limit
        trust = _trust(ca_file) if url.startswith("https:") else False
        with ExitStack() as stack:
            self._portal = stack.enter_context(start_blocking_portal())
            self._client: httpx.AsyncClient = self._portal.call(
                lambda: httpx.AsyncClient(trust_env=False, timeout=None, verify=trust)  # noqa: S113 - see _exchange
            )
            stack.callback(lambda: self._portal.call(self._client.aclose))
            self._open = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection and its thread."""
        self._open.close()

    def get(self, path: str) -> bytes:
        """What is there. Raises NoAnswer."""
        return self._said("GET", path, b"")

    def post(self, path: str, body: bytes) -> bytes:
        """What comes back for `body`, JSON both. Raises NoAnswer."""
        return self._said("POST", path, body)

    def _said(self, method: str, path: str, body: bytes) -> bytes:
        with _explained():
            status, kind, content = self._portal.call(self._exchange, method, path, body)
        if status != httpx.codes.OK:
            raise NoAnswer(_reason_of(status))
        if kind.partition(";")[0].strip().lower() != "application/json":
            raise NoAnswer(ERROR)
        return content

    async def _exchange(self, method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", **self._credentials()}
        if body:
            headers["Content-Type"] = "application/json"
        with anyio.fail_after(self._seconds):
            async with self._client.stream(
                method, self._url + path, content=body, headers=headers
            ) as response:
                content = bytearray()
                async for chunk in response.aiter_raw():
                    content += chunk
                    if len(content) > self._limit:
                        raise NoAnswer(ERROR)
        return response.status_code, response.headers.get("Content-Type", ""), bytes(content)

    def _credentials(self) -> dict[str, str]:
        """Read anew for every question: such tokens are exchanged while a node runs."""
        if self._token_file is None:
            return {}
        try:
            with open(self._token_file, "rb") as stream:
                token = stream.read(_MOST_TOKEN_BYTES).decode("ascii").strip()
        except (OSError, UnicodeDecodeError):
            raise NoAnswer(NO_ACCESS) from None
        if not token or not token.isprintable() or " " in token:
            raise NoAnswer(NO_ACCESS)
        return {"Authorization": f"Bearer {token}"}


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    """Trust the certificates in the PEM file and no others; without one, those the machine trusts."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError:
        raise TrustUnusable(ca_file.name if ca_file else "") from None


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except NoAnswer:
        raise
    except TimeoutError:
        raise NoAnswer(TIMEOUT) from None
    except (httpx.HTTPError, OSError) as error:
        raise NoAnswer(TLS if _is_about_trust(error) else UNREACHABLE) from None


def _is_about_trust(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _reason_of(status: int) -> Reason:
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return NO_ACCESS
    match status // 100:
        case 4:
            return REJECTED
        case 5:
            return FAILED
        case _:
            return ERROR
