"""Policy servers for the tests: the real one, and one that says whatever it is told to say."""

import json
import os
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from policies.canaries import MUST_PERMIT

PERMIT: dict[str, Any] = {
    "allow": True,
    "reasons": [],
    "obligations": [{"code": "deidentify", "value": "care"}, {"code": "seal", "value": None}],
}
REFUSAL: dict[str, Any] = {
    "allow": False,
    "reasons": [{"code": "CONSENT_NOT_PERMITTED", "en": "x", "zh": "某", "law": ""}],
    "obligations": [],
}
PATIENCE_S = 30


@dataclass(frozen=True)
class Running:
    """A real OPA server, and the process to kill."""

    url: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def hang(self) -> None:
        """Stop it; it is when this returns: until every thread has heard the signal it may still answer."""
        self.process.send_signal(signal.SIGSTOP)
        _, status = os.waitpid(self.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)


@contextmanager
def real_server(
    opa: Path, *arguments: str | Path, place: Path, port: int = 0, token: str = ""
) -> Iterator[Running]:
    """`opa run --server` with these arguments on a port of its own, ready; ended with the block."""
    port = port or _free_port()
    url = f"http://127.0.0.1:{port}"
    log = place / f"opa-{port}.log"
    command = [opa, "run", "--server", "--addr", f"127.0.0.1:{port}", "--log-level", "error", *arguments]
    with open(log, "wb") as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    try:
        _wait_for(url, token, process, log)
        yield Running(url, process)
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(url: str, token: str, process: subprocess.Popen[bytes], log: Path) -> None:
    asking = urllib.request.Request(
        f"{url}/health?bundles&plugins", headers={"Authorization": f"Bearer {token}"} if token else {}
    )
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(asking, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"opa did not start: {log.read_text()}")


Reply = tuple[int, Mapping[str, str], bytes]


@dataclass
class MadeUp:
    """A server that is well, answers both canaries as it must, and every other question by `says`.

    `seen` are the requests as (method, path, headers). `slow_s` is waited before each byte of an answer.
    """

    revision: str
    says: Callable[[Mapping[str, Any]], Reply] = lambda _: ok("", PERMIT)
    health: Reply = (200, {"Content-Type": "application/json"}, b"{}")
    slow_s: float = 0.0
    seen: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    url: str = ""

    def reply(self, method: str, body: bytes) -> Reply:
        if method == "GET":
            return self.health
        asked = json.loads(body)["input"]
        plain = {**MUST_PERMIT, "consent": asked.get("consent")}
        if asked == plain:
            return ok(self.revision, PERMIT if asked["consent"]["decision"] == "permit" else REFUSAL)
        return self.says(asked)


def ok(revision: str, result: object, **more: object) -> Reply:
    """An answer in OPA's own form."""
    answer = {"provenance": {"bundles": {"b": {"revision": revision}}}, "result": result, **more}
    return raw(json.dumps(answer).encode())


def raw(body: bytes, status: int = 200, kind: str = "application/json", **headers: str) -> Reply:
    return status, {"Content-Type": kind, **headers}, body


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, made_up: MadeUp) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.made_up = made_up

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up on purpose is no error of the server."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def _answer(self, method: str) -> None:
        made_up, body = self.server.made_up, self.rfile.read(int(self.headers.get("Content-Length", 0)))
        made_up.seen.append((method, self.path, dict(self.headers)))
        status, headers, content = made_up.reply(method, body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        slow_s = made_up.slow_s if method == "POST" else 0
        try:
            for part in (bytes([byte]) for byte in content) if slow_s else (content,):
                time.sleep(slow_s)
                self.wfile.write(part)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what goes wrong shows in what the engine says."""


@contextmanager
def made_up_server(made_up: MadeUp, tls: ssl.SSLContext | None = None) -> Iterator[MadeUp]:
    """It, on a port of its own."""
    server = _Server(made_up)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    made_up.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    try:
        yield made_up
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
