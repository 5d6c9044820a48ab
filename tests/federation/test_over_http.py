"""Whatever comes in over the wire: an answer or a reason, never a crash, and nothing of it in a log."""

import logging
import re
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import apsw
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl.public import PrivateKey

from exchange.federation.card import read_card
from exchange.federation.connection import PromptConnection
from exchange.federation.envelope import MAX_QUESTION_BYTES, PATH, TYPE, sealed_question
from exchange.federation.errors import REJECTIONS
from exchange.federation.messages import encode
from exchange.federation.running import CannotListen, listen, serving
from exchange.federation.serving import app
from exchange.federation.signing import HttpRequest
from ledger.note import Verifier
from tests.federation.asking import Two, asked, question, request, sealed
from tests.federation.nodes import FAMILY, NUMBER
from tests.federation.regions import TIANJIN

anything = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=10) as one:
        yield one


def _sealed(two: Two, plain: bytes | None = None) -> HttpRequest:
    return sealed(two.asker, two.holder, plain if plain is not None else encode(question(two)))


def _posted(client: httpx.Client, sent: HttpRequest, **headers: str) -> httpx.Response:
    said = {
        **dict(sent.headers.items()),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return client.post(sent.url, content=sent.body, headers=said)


def _code(reply: httpx.Response) -> str:
    told = reply.json()
    words = REJECTIONS[told["code"]]
    assert told == {"code": told["code"], "en": words.en, "zh": words.zh}
    assert reply.status_code == words.status
    return str(told["code"])


def test_a_question_as_it_must_be_is_answered(two: Two, client: httpx.Client) -> None:
    assert _posted(client, _sealed(two)).status_code == 200


@pytest.mark.attack
def test_a_changed_body_is_refused(two: Two, client: httpx.Client) -> None:
    sent = _sealed(two)
    assert sent.body
    changed = HttpRequest(sent.method, sent.url, sent.headers, sent.body[:-1] + bytes([sent.body[-1] ^ 1]))
    assert _code(_posted(client, changed)) == "bad-signature"


@pytest.mark.attack
@pytest.mark.parametrize("name", ["Content_Digest", "Hutong_Plain_Digest", "Signature_Input", "Signature"])
@pytest.mark.parametrize("value", ["", "x", "sha-256=:AAAA:", "hutong=:AAAA:"])
def test_a_changed_header_is_refused(two: Two, client: httpx.Client, name: str, value: str) -> None:
    assert _code(_posted(client, _sealed(two), **{name: value})) == "bad-signature"


@pytest.mark.attack
def test_a_header_given_twice_is_refused(two: Two, client: httpx.Client) -> None:
    sent = _sealed(two)
    twice = [*sent.headers.items(), ("Hutong-Plain-Digest", "sha-256=:AAAA:")]
    reply = client.post(sent.url, content=sent.body, headers=twice)
    assert _code(reply) == "bad-signature"


@pytest.mark.attack
def test_a_node_nobody_joined_is_refused(two: Two, client: httpx.Client) -> None:
    sent = sealed_question(
        encode(question(two)),
        keys=TIANJIN,
        asker="tj",
        holder=two.asker.peers.by_id("ks"),
        now=two.clock(),
        entropy=secrets.token_bytes,
    )
    assert _code(_posted(client, sent)) == "unknown-node"


@pytest.mark.attack
def test_a_question_sealed_to_somebody_else_is_refused(two: Two, client: httpx.Client) -> None:
    stranger = replace(two.asker.peers.by_id("ks"), box=PrivateKey(b"s" * 32).public_key)
    sent = sealed_question(
        encode(question(two)),
        keys=two.asker.node().keys,
        asker="zh",
        holder=stranger,
        now=two.clock(),
        entropy=secrets.token_bytes,
    )
    assert _code(_posted(client, sent)) == "not-for-us"


@pytest.mark.attack
def test_too_much_is_not_read_to_its_end(two: Two, client: httpx.Client) -> None:
    sent = _sealed(two)
    much = HttpRequest(sent.method, sent.url, sent.headers, b"x" * (MAX_QUESTION_BYTES + 1))
    assert _code(_posted(client, much)) == "too-large"


@pytest.mark.attack
def test_another_type_is_refused(two: Two, client: httpx.Client) -> None:
    assert _code(_posted(client, _sealed(two), Content_Type="application/json")) == "wrong-type"


@pytest.mark.attack
def test_what_fails_is_not_written_down(two: Two, client: httpx.Client) -> None:
    """Who is not known to us must not be able to fill our disk."""
    before = two.holder.kinds()
    client.post(two.holder.card().url + PATH, content=b"x", headers={"Content-Type": TYPE})
    _posted(client, _sealed(two), Signature="hutong=:AAAA:")
    assert two.holder.kinds() == before


@pytest.mark.attack
@anything
@given(plain=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_words_of_a_known_node_are_refused_with_a_reason(
    two: Two, client: httpx.Client, plain: bytes
) -> None:
    assert _code(_posted(client, _sealed(two, plain))) == "not-a-question"


@pytest.mark.attack
@anything
@given(
    body=st.binary(max_size=300),
    signature=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60),
)
def test_any_bytes_are_refused_with_a_reason(
    two: Two, client: httpx.Client, body: bytes, signature: str
) -> None:
    reply = client.post(
        two.holder.card().url + PATH,
        content=body,
        headers={"Content-Type": TYPE, "Signature": signature, "Signature-Input": signature},
    )
    assert _code(reply) == "bad-signature"


@pytest.mark.attack
@pytest.mark.parametrize(
    "raw",
    [
        b"POST /hutong/v1/exchange HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /hutong/v1/exchange HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"A" * 70_000,
    ],
)
def test_a_broken_connection_harms_nobody(two: Two, client: httpx.Client, raw: bytes) -> None:
    url = httpx.URL(two.holder.card().url)
    assert url.port
    with socket.create_connection((url.host, url.port), timeout=5) as connection:
        connection.sendall(raw)
    assert client.get(two.holder.card().url + "/healthz").status_code == 200


@pytest.mark.attack
def test_who_sends_slowly_is_given_up_and_keeps_nobody_waiting(two: Two, client: httpx.Client) -> None:
    with listen("127.0.0.1", 0) as listener:
        address = listener.getsockname()
        url = f"http://{address[0]}:{address[1]}"
        counter = replace(two.holder.counter(), limit=1, patience=0.8)
        with serving(app(counter), listener), socket.create_connection(address, timeout=5) as slow:
            slow.sendall(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: {TYPE}\r\n".encode())
            slow.sendall(b"Content-Length: 100\r\n\r\nhalf")
            assert _code(_asked(client, url)) == "bad-signature"
            assert b" 408 " in slow.recv(100)


def test_more_than_a_node_can_hear_at_once_is_told_so(two: Two, client: httpx.Client) -> None:
    with listen("127.0.0.1", 0) as listener:
        address = listener.getsockname()
        with serving(app(replace(two.holder.counter(), limit=0)), listener):
            reply = _asked(client, f"http://{address[0]}:{address[1]}")
    assert (reply.status_code, _code(reply)) == (503, "busy")


def _asked(client: httpx.Client, url: str) -> httpx.Response:
    return client.post(url + PATH, content=b"", headers={"Content-Type": TYPE})


class _Hasty(PromptConnection):
    head_seconds = 0.5


@pytest.mark.attack
@pytest.mark.parametrize("said", [b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"])
def test_who_never_finishes_a_head_is_let_go(two: Two, said: bytes) -> None:
    with (
        listen("127.0.0.1", 0) as listener,
        serving(app(two.holder.counter()), listener, _Hasty),
        socket.create_connection(listener.getsockname(), timeout=5) as silent,
    ):
        silent.sendall(said)
        assert silent.recv(100) == b""


def test_a_connection_that_is_kept_answers_again(two: Two) -> None:
    asked = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with (
        listen("127.0.0.1", 0) as listener,
        serving(app(two.holder.counter()), listener, _Hasty),
        socket.create_connection(listener.getsockname(), timeout=5) as kept,
    ):
        for _ in range(3):
            kept.sendall(asked)
            assert _until(kept, b"ok\n").startswith(b"HTTP/1.1 200")
        # and when it has nothing more to say, or only half of it, it is let go too
        kept.sendall(asked[:10])
        assert kept.recv(100) == b""


def _until(connection: socket.socket, end: bytes) -> bytes:
    got = b""
    while not got.endswith(end) and (more := connection.recv(1000)):
        got += more
    return got


def test_card_and_checkpoint_are_there_for_anybody(two: Two, client: httpx.Client) -> None:
    url = two.holder.card().url
    card = read_card(client.get(url + "/hutong/v1/card").content)
    assert card.fingerprint == two.holder.card().fingerprint
    note = client.get(url + "/hutong/v1/checkpoint").content
    assert Verifier.parse(card.ledger_key).open(note).startswith("hutong.")


def test_counts_are_there_for_the_operator_and_name_nobody(two: Two, client: httpx.Client) -> None:
    def permits() -> int:
        text = client.get(two.holder.card().url + "/metrics").text
        return int(text.split('outcome="permit"} ')[1].split("\n")[0])

    before = permits()
    asked(two, request(two))
    assert permits() == before + 1


def test_the_node_describes_itself(two: Two, client: httpx.Client) -> None:
    described = client.get(two.holder.card().url + "/openapi.json").json()
    assert PATH in described["paths"]
    assert client.get(two.holder.card().url + "/docs").status_code == 404


def test_nothing_personal_is_in_any_log(
    two: Two, client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        asked(two, request(two, patient=NUMBER, emergency_reason=f"{FAMILY}昏迷", purpose="ETREAT"))
        asked(two, request(two, patient="p-404"))
        _posted(client, _sealed(two, NUMBER.encode()))
        client.get(two.holder.card().url + f"/patients/{NUMBER}")
    # The client's own debug log tells addresses; ours and the server's are what must be silent.
    ours = [
        one.getMessage()
        for one in caplog.records
        if not one.name.startswith(("httpx", "httpcore", "asyncio"))
    ]
    for word in (NUMBER, FAMILY, "p-404", "昏迷", "zh-dr-001"):
        assert all(word not in line for line in ours)


def test_an_answer_of_the_path_that_fails_is_a_refusal(two: Two, caplog: pytest.LogCaptureFixture) -> None:
    """A record altered behind the node's back is not released, and the asker learns no more than that."""
    records = two.holder.folder / "records.db"
    db = apsw.Connection(str(records))
    (sealed,) = db.execute("SELECT seal FROM resource WHERE type = 'Observation'").fetchall()[0]
    try:
        db.execute("UPDATE resource SET seal = ? WHERE type = 'Observation'", (bytes(32),))
        answer = asked(two, request(two))
    finally:
        db.execute("UPDATE resource SET seal = ? WHERE type = 'Observation'", (sealed,))
        db.close()
    assert (answer.permit, answer.code) == (False, "HOLDER_CANNOT_ANSWER")
    assert re.search(r"could not be answered: StoreAltered in \w+\.py, line \d+$", caplog.text, re.MULTILINE)
    assert two.holder.kinds()[-1] == ("access", "refuse", "HOLDER_CANNOT_ANSWER")
    assert asked(two, request(two)).permit


def test_a_port_that_is_taken_is_told() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(CannotListen) as refused:
        listen("127.0.0.1", taken.getsockname()[1])
    assert refused.value.exit_code == 5


SERVE = """
import sys
from fastapi import FastAPI
from exchange.federation.running import listen, serve
listener = listen("127.0.0.1", 0)
print(listener.getsockname()[1], flush=True)
serve(FastAPI(), listener)
print("stopped", flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_an_orderly_way_when_told_to(how: signal.Signals) -> None:
    run = subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, text=True)
    assert run.stdout
    port = int(run.stdout.readline())
    with httpx.Client(transport=httpx.HTTPTransport(retries=5), trust_env=False) as client:
        assert client.get(f"http://127.0.0.1:{port}/").status_code == 404
    run.send_signal(how)
    rest, _ = run.communicate(timeout=10)
    assert (rest, run.returncode) == ("stopped\n", 0)
