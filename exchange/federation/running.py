"""Run a node's counter: listen, serve until told to stop, finish what is under way, stop."""

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from exchange.errors import ExchangeError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from uvicorn import Server

    from exchange.federation.connection import PromptConnection

STOP_SECONDS = 10
MAX_CONNECTIONS = 256
_POLL_SECONDS = 0.01


class CannotListen(ExchangeError):
    """The address cannot be listened on."""

    exit_code: ClassVar[int] = 5

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(
            f"cannot listen on {host}:{port}: {why}",
            f"无法在 {host}:{port} 监听：{why}",
            hint="another program may use the port; choose one with: hutong serve --port 8321",
            hint_zh="端口可能被占用；可更换：hutong serve --port 8321",
        )


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address; port 0 takes any that is free. Raises CannotListen."""
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise CannotListen(host, port, error.strerror or type(error).__name__) from error


def serve(web: "FastAPI", listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, then finish what is under way and return."""
    # uvicorn puts these back when it is done and raises the signal again; that must not end us untidily.
    before = {one: signal.signal(one, _nothing) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        _server(web).run(sockets=[listener])
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def serving(
    web: "FastAPI", listener: socket.socket, connection: "type[PromptConnection] | None" = None
) -> Iterator[None]:
    """Serve in a thread beside the caller, until the block ends."""
    server = _server(web, connection)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        while thread.is_alive() and not server.started:
            time.sleep(_POLL_SECONDS)
        yield
    finally:
        server.should_exit = True
        thread.join()


def _server(web: "FastAPI", connection: "type[PromptConnection] | None" = None) -> "Server":
    from uvicorn import Config, Server

    from exchange.federation.connection import PromptConnection

    return Server(
        Config(
            web,
            http=connection or PromptConnection,
            access_log=False,
            log_config=None,
            log_level="warning",
            proxy_headers=False,
            server_header=False,
            ws="none",
            limit_concurrency=MAX_CONNECTIONS,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
    )


def _nothing(*_: object) -> None:
    return
