"""A peer that is down, slow, endless or talks nonsense: the asker is told so in time and believes nothing."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from exchange.federation.asking import ask
from exchange.federation.card import Card
from exchange.federation.envelope import MAX_ANSWER_BYTES, PATH, TYPE, sealed_answer
from exchange.federation.errors import (
    AnswerTooLarge,
    CardExpired,
    FederationError,
    InsecureAddress,
    PeerNotTrusted,
    PeerRejected,
    PeerUnreachable,
)
from exchange.federation.line import Line, trust_in
from exchange.federation.messages import Answer, encode
from exchange.federation.running import listen
from exchange.federation.signing import HttpRequest
from tests.federation.regions import KUNSHAN, NOW, QUESTION, ZHUHAI, ZHUHAI_CARD, card, entropy
from tests.federation.test_messages import PERMIT, REFUSAL

Behaviour = Callable[[socket.socket], None]


@contextmanager
def _peer(behave: Behaviour) -> Iterator[Card]:
    """Kunshan's card with the address of a server on this machine that behaves so."""
    listener = listen("127.0.0.1", 0)

    def serve() -> None:
        try:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(10)
                behave(connection)
        except OSError:
            return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield _at(f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        listener.close()


def _at(url: str) -> Card:
    return card(KUNSHAN, "ks", "320583", url=url)


def _line(timeout: float = 5.0) -> Line:
    return Line(keys=ZHUHAI, node="zh", clock=lambda: NOW, entropy=entropy(), timeout=timeout)


def _answers(head: bytes, body: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        _read_question(connection)
        connection.sendall(b"HTTP/1.1 " + head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    return behave


def _read_question(connection: socket.socket) -> tuple[dict[str, str], bytes]:
    """The headers and the body of what was asked."""
    heard = b""
    while b"\r\n\r\n" not in heard:
        heard += connection.recv(65536)
    head, _, body = heard.partition(b"\r\n\r\n")
    headers: dict[str, str] = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    while len(body) < int(headers["Content-Length"]):
        body += connection.recv(65536)
    return headers, body


def _lies(lie: Answer) -> Behaviour:
    """Kunshan itself, with its own keys, answering what it should not."""

    def behave(connection: socket.socket) -> None:
        headers, body = _read_question(connection)
        url = f"http://127.0.0.1:{connection.getsockname()[1]}{PATH}"
        reply = sealed_answer(
            encode(lie),
            HttpRequest("POST", url, headers, body),
            keys=KUNSHAN,
            holder="ks",
            asker=ZHUHAI_CARD,
            now=NOW,
            entropy=entropy("lie"),
        )
        assert reply.body
        head = "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
        length = f"Content-Length: {len(reply.body)}\r\n\r\n"
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + (head + length).encode() + reply.body)

    return behave


def _silent(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def _dribbles_its_head(connection: socket.socket) -> None:
    _read_question(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-More: and more\r\n")
        time.sleep(0.05)


def _dribbles_its_body(connection: socket.socket) -> None:
    _read_question(connection)
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: " + TYPE.encode() + b"\r\nContent-Length: 100000\r\n\r\n"
    )
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def _never_stops(connection: socket.socket) -> None:
    _read_question(connection)
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: " + TYPE.encode() + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    for _ in range(MAX_ANSWER_BYTES // 0x100000 + 2):
        connection.sendall(chunk)


def _hangs_up(connection: socket.socket) -> None:
    _read_question(connection)


def test_a_peer_that_is_down_is_told_as_such() -> None:
    with listen("127.0.0.1", 0) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(
        PeerUnreachable, match=r"ks did not answer: the connection failed \(ConnectError\)"
    ) as refused:
        ask(QUESTION, _at(f"http://127.0.0.1:{port}"), _line())
    assert refused.value.exit_code == 5


@pytest.mark.parametrize("behave", [_silent, _dribbles_its_head, _dribbles_its_body])
def test_a_slow_peer_is_given_up_in_time(behave: Behaviour) -> None:
    with _peer(behave) as peer:
        began = time.monotonic()
        with pytest.raises(PeerUnreachable, match=r"not within 0\.4 seconds"):
            ask(QUESTION, peer, _line(timeout=0.4))
        assert time.monotonic() - began < 3


def test_a_peer_that_hangs_up_is_told_as_such() -> None:
    with _peer(_hangs_up) as peer, pytest.raises(PeerUnreachable):
        ask(QUESTION, peer, _line())


@pytest.mark.attack
def test_an_endless_answer_is_thrown_away() -> None:
    with _peer(_never_stops) as peer, pytest.raises(AnswerTooLarge, match="larger than 32 MiB"):
        ask(QUESTION, peer, _line(timeout=20))


@pytest.mark.attack
@pytest.mark.parametrize("body", [b"", b"{}", b'{"permit":true}', b"\x00" * 5000, b"<html>"])
def test_an_answer_nobody_signed_is_not_believed(body: bytes) -> None:
    head = b"200 OK\r\nContent-Type: " + TYPE.encode()
    with _peer(_answers(head, body)) as peer, pytest.raises(PeerNotTrusted) as refused:
        ask(QUESTION, peer, _line())
    assert refused.value.exit_code == 4


def test_a_refusal_by_the_holder_itself_is_believed() -> None:
    """So that the lies below fail for the reason they are meant to."""
    with _peer(_lies(REFUSAL)) as peer:
        assert ask(QUESTION, peer, _line()).answer == REFUSAL


@pytest.mark.attack
@pytest.mark.parametrize(
    ("lie", "said"),
    [
        (msgspec.structs.replace(REFUSAL, request="other"), "it answers another question"),
        (msgspec.structs.replace(REFUSAL, asker="tj"), "it answers another question"),
        (msgspec.structs.replace(REFUSAL, holder="tj"), "it answers another question"),
        (PERMIT, "its receipt proves nothing"),
        (msgspec.structs.replace(PERMIT, receipt=""), "its receipt proves nothing"),
        (msgspec.structs.replace(PERMIT, count=7), "it is not an answer that can be read"),
    ],
    ids=["request", "asker", "holder", "receipt", "no receipt", "count"],
)
def test_a_holder_that_lies_is_found_out(lie: Answer, said: str) -> None:
    with _peer(_lies(lie)) as peer, pytest.raises(PeerNotTrusted, match=said):
        ask(QUESTION, peer, _line())


@pytest.mark.parametrize(
    ("head", "body", "said"),
    [
        (b"409 Conflict", b'{"code":"replayed","en":"boo","zh":"x"}', "the message was received before"),
        (b"503 Busy", b'{"code":"busy"}', "too many questions under way"),
        (b"500 Oops", b"<html>secret</html>", "it gave no reason"),
        (b"500 Oops", b'{"code":"made up"}', "it gave no reason"),
        (b"500 Oops", b'{"code":17}', "it gave no reason"),
        (b"200 OK\r\nContent-Type: text/html", b"welcome to our hotel", "it gave no reason"),
        (b"302 Found\r\nLocation: http://127.0.0.1:1/", b"", "it gave no reason"),
    ],
)
def test_of_a_rejection_only_its_code_is_believed(head: bytes, body: bytes, said: str) -> None:
    with _peer(_answers(head, body)) as peer, pytest.raises(PeerRejected, match=said) as refused:
        ask(QUESTION, peer, _line())
    assert refused.value.exit_code == 5
    assert "boo" not in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["http://ks.example", "http://10.0.0.8:8320", "http://127.0.0.1.example", "http://[2001:db8::1]"]
)
def test_nothing_is_sent_in_the_open_beyond_this_machine(url: str) -> None:
    with pytest.raises(InsecureAddress, match="nothing was sent"):
        ask(QUESTION, _at(url), _line())


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "https://127.0.0.1:1"]
)
def test_on_this_machine_or_with_tls_it_is_tried(url: str) -> None:
    with pytest.raises(PeerUnreachable):
        ask(QUESTION, _at(url), _line())


def _certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate nobody knows, and a client's that trusts just this one."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(signed.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, private)
    return server, trust_in(str(certificate))


@pytest.mark.attack
@pytest.mark.parametrize("known", [True, False])
def test_a_certificate_nobody_knows_is_not_accepted(tmp_path: Path, known: bool) -> None:
    server, trusting = _certificate(tmp_path)

    def behave(connection: socket.socket) -> None:
        with server.wrap_socket(connection, server_side=True) as secured:
            _answers(b"409 Conflict", b'{"code":"replayed"}')(secured)

    with _peer(behave) as peer:
        over_tls = _at(peer.url.replace("http://", "https://"))
        line = replace(_line(), tls=trusting if known else None)
        with pytest.raises(PeerRejected if known else PeerUnreachable):
            ask(QUESTION, over_tls, line)


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with listen("127.0.0.1", 0) as proxy:
        proxy.settimeout(0.2)
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        with pytest.raises(FederationError):
            ask(QUESTION, _at("http://127.0.0.1:1"), _line(timeout=1))
        with pytest.raises(TimeoutError):
            proxy.accept()


def test_nothing_is_sent_to_a_peer_whose_card_has_expired() -> None:
    with _peer(_hangs_up) as peer:
        late = Line(keys=ZHUHAI, node="zh", clock=lambda: peer.expires, entropy=entropy())
        with pytest.raises(CardExpired):
            ask(QUESTION, peer, late)
