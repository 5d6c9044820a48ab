"""An OPA server is believed only as far as a complete yes by the very rules this node expects goes."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from policies import Decision
from policies.server import ServerEngine
from tests.policies.asking import PLAIN, asked, codes
from tests.policies.certificates import Authority
from tests.policies.questions import JSON
from tests.policies.servers import PERMIT, REFUSAL, MadeUp, Reply, made_up_server, ok, raw

REVISION = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64
# Anything but what the made-up server takes for a canary.
QUESTION = asked(role="nurse")
DEADLINE_MS = 5_000


def _engine(url: str, **more: Any) -> ServerEngine:
    return ServerEngine(REVISION, url, **{"deadline_ms": DEADLINE_MS, **more})


def _decided(made_up: MadeUp, **more: Any) -> Decision:
    """What the engine makes of one question to this server."""
    with made_up_server(made_up), closing(_engine(made_up.url, **more)) as engine:
        return engine.decide(QUESTION)


def _says(reply: Reply) -> MadeUp:
    return MadeUp(REVISION, says=lambda _: reply)


def test_a_complete_yes_by_the_expected_rules_is_a_yes() -> None:
    assert _decided(_says(ok(REVISION, PERMIT))).allow
    refused = _decided(_says(ok(REVISION, REFUSAL)))
    assert codes(refused) == ["CONSENT_NOT_PERMITTED"]


@pytest.mark.parametrize(
    "provenance",
    [
        b'{"bundles":{"b":{"revision":"%s"},"c":{"revision":"%s"}}}' % (REVISION.encode(), OTHER.encode()),
        b'{"bundles":{"b":{"revision":"%s"},"c":{"revision":"%s"}}}' % (REVISION.encode(), REVISION.encode()),
        b'{"bundles":{"b":{"revision":"%s"}},"revision":"%s"}' % (REVISION.encode(), OTHER.encode()),
        b'{"bundles":{"b":{"revision":"%s"}}}' % OTHER.encode(),
        b'{"bundles":{"b":{}}}',
        b'{"bundles":{}}',
        b"{}",
    ],
)
def test_other_rules_or_more_than_those_are_not_believed(provenance: bytes) -> None:
    answer = b'{"provenance":%s,"result":{"allow":true,"reasons":[],"obligations":' % provenance
    answer += b'[{"code":"deidentify","value":"care"}]}}'
    assert codes(_decided(_says(raw(answer)))) == ["POLICY_OTHER_REVISION"]


def test_a_server_with_one_unnamed_bundle_says_its_revision_in_the_older_way() -> None:
    answer = json.dumps({"provenance": {"revision": REVISION}, "result": PERMIT})
    assert _decided(_says(raw(answer.encode()))).allow


YES = b'{"provenance":{"bundles":{"b":{"revision":"%s"}}},"result":%s}'


def _answer(result: bytes, more: bytes = b"") -> bytes:
    return (YES % (REVISION.encode(), result))[:-1] + more + b"}"


_DUTIES = b'"reasons":[],"obligations":[{"code":"deidentify","value":"care"}]'
STRANGE: dict[str, tuple[bytes, str]] = {
    "yes as text": (_answer(b'{"allow":"true",%s}' % _DUTIES), "POLICY_ERROR"),
    "yes as a number": (_answer(b'{"allow":1,%s}' % _DUTIES), "POLICY_ERROR"),
    "no, and then yes": (_answer(b'{"allow":false,"allow":true,%s}' % _DUTIES), "POLICY_ERROR"),
    "two results": (_answer(b'{"allow":false}', b',"result":{"allow":true,%s}' % _DUTIES), "POLICY_ERROR"),
    "two revisions under one name": (
        b'{"provenance":{"bundles":{"b":{"revision":"%s"},"b":{"revision":"%s"}}},"result":{"allow":true,%s}}'
        % (OTHER.encode(), REVISION.encode(), _DUTIES),
        "POLICY_ERROR",
    ),
    "an obligation that is no text": (
        _answer(b'{"allow":true,"reasons":[],"obligations":[{"code":1,"value":"care"}]}'),
        "POLICY_ERROR",
    ),
    "something beside the result": (_answer(b'{"allow":true,%s}' % _DUTIES, b',"partial":true'), "POLICY_ERROR"),
    "a warning": (_answer(b'{"allow":true,%s}' % _DUTIES, b',"warning":{"code":"x"}'), "POLICY_ERROR"),
    "no provenance": (b'{"result":{"allow":true,%s}}' % _DUTIES, "POLICY_ERROR"),
    "no result": (_answer(b"0").replace(b',"result":0', b""), "POLICY_UNDEFINED"),
    "an empty result": (_answer(b"{}"), "POLICY_ERROR"),
    "true alone": (_answer(b"true"), "POLICY_ERROR"),
    "not a number": (_answer(b'{"allow":true,"reasons":[],"obligations":[NaN]}'), "POLICY_ERROR"),
    "nothing": (b"", "POLICY_ERROR"),
    "half of it": (_answer(b'{"allow":true,%s}' % _DUTIES)[:-9], "POLICY_ERROR"),
    "half a character": (_answer(b'{"allow":true,%s}' % _DUTIES).replace(b"care", b"ca\xff"), "POLICY_ERROR"),
    "nested without end": (b"[" * 100_000, "POLICY_ERROR"),
    "without end": (_answer(b'"%s"' % (b"x" * 300_000)), "POLICY_ERROR"),
}  # fmt: skip


@pytest.mark.attack
@pytest.mark.parametrize(("body", "code"), STRANGE.values(), ids=STRANGE)
def test_a_strange_answer_is_a_refusal(body: bytes, code: str) -> None:
    decision = _decided(_says(raw(body)))
    assert (decision.allow, codes(decision)) == (False, [code])


@pytest.fixture(scope="module")
def talkative() -> Iterator[tuple[MadeUp, ServerEngine]]:
    with made_up_server(MadeUp(REVISION)) as made_up, closing(_engine(made_up.url)) as engine:
        yield made_up, engine


@pytest.mark.attack
@settings(max_examples=60)
@given(JSON)
def test_no_strange_result_is_a_yes(talkative: tuple[MadeUp, ServerEngine], result: object) -> None:
    made_up, engine = talkative
    made_up.says = lambda _: ok(REVISION, result)
    assert not engine.decide(QUESTION).allow


STATUSES = {
    400: "POLICY_REJECTED",
    404: "POLICY_REJECTED",
    401: "POLICY_NO_ACCESS",
    403: "POLICY_NO_ACCESS",
    500: "POLICY_FAILED",
    503: "POLICY_FAILED",
    204: "POLICY_ERROR",
    302: "POLICY_ERROR",
}


@pytest.mark.parametrize(("status", "code"), STATUSES.items())
def test_each_status_has_its_own_reason_even_with_a_yes_in_it(status: int, code: str) -> None:
    body = b"" if status == 204 else ok(REVISION, PERMIT)[2]
    assert codes(_decided(_says(raw(body, status)))) == [code]


@pytest.mark.attack
def test_a_redirect_is_not_followed() -> None:
    with made_up_server(_says(ok(REVISION, PERMIT))) as elsewhere:
        decision = _decided(_says(raw(b"", 307, Location=f"{elsewhere.url}/v1/data")))
        assert (codes(decision), elsewhere.seen) == (["POLICY_ERROR"], [])


@pytest.mark.parametrize("kind", ["text/html", "text/plain; charset=utf-8", "application/jsonx", ""])
def test_what_does_not_call_itself_json_is_not_read(kind: str) -> None:
    assert codes(_decided(_says(raw(ok(REVISION, PERMIT)[2], kind=kind)))) == ["POLICY_ERROR"]


@pytest.mark.attack
def test_a_server_that_dribbles_is_as_late_as_one_that_is_silent() -> None:
    made_up = MadeUp(REVISION, says=lambda _: ok(REVISION, PERMIT))
    with made_up_server(made_up), closing(_engine(made_up.url, deadline_ms=300)) as engine:
        assert engine.unready() is None
        made_up.slow_s = 0.1
        began = time.monotonic()
        assert codes(engine.decide(QUESTION)) == ["POLICY_TIMEOUT"]
        assert time.monotonic() - began < 3


def test_a_server_that_takes_no_call_is_unreachable() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    with closing(_engine(url)) as engine:
        assert codes(engine.decide(QUESTION)) == ["POLICY_UNREACHABLE"]
        assert engine.revisions() == ()


def test_a_server_that_hangs_up_is_unreachable_and_asked_once_only() -> None:
    calls: list[bytes] = []
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def hang_up() -> None:
            with suppress(OSError):
                while True:
                    one, _ = listening.accept()
                    calls.append(one.recv(65536))
                    one.close()

        threading.Thread(target=hang_up, daemon=True).start()
        with closing(_engine(f"http://127.0.0.1:{listening.getsockname()[1]}")) as engine:
            assert codes(engine.decide(QUESTION)) == ["POLICY_UNREACHABLE"]
        listening.shutdown(socket.SHUT_RDWR)
    assert len(calls) == 1


UNWELL = {
    "not well": (MadeUp(REVISION, health=raw(b"{}", 500)), "POLICY_NOT_READY"),
    "nothing to be well": (MadeUp(REVISION, health=raw(b"{}", 404)), "POLICY_REJECTED"),
    "other rules": (MadeUp(OTHER), "POLICY_OTHER_REVISION"),
}


@pytest.mark.parametrize(("made_up", "code"), UNWELL.values(), ids=UNWELL)
def test_a_server_that_is_not_ready_is_not_asked(made_up: MadeUp, code: str) -> None:
    made_up.says = lambda _: ok(REVISION, PERMIT)
    assert codes(_decided(made_up)) == [code]


class _AlwaysYes(MadeUp):
    def reply(self, method: str, body: bytes) -> Reply:
        return self.health if method == "GET" else ok(REVISION, PERMIT)


class _AlwaysNo(MadeUp):
    def reply(self, method: str, body: bytes) -> Reply:
        return self.health if method == "GET" else ok(REVISION, REFUSAL)


@pytest.mark.attack
@pytest.mark.parametrize("kind", [_AlwaysYes, _AlwaysNo])
def test_a_server_that_says_the_same_to_all_fails_its_canaries(kind: type[MadeUp]) -> None:
    assert codes(_decided(kind(REVISION))) == ["POLICY_NOT_READY"]


def test_after_anything_went_wrong_the_canaries_are_asked_again() -> None:
    replies = [ok(REVISION, PERMIT), raw(b"{}", 500), ok(REVISION, PERMIT)]
    made_up = MadeUp(REVISION, says=lambda _: replies.pop(0))
    with made_up_server(made_up), closing(_engine(made_up.url)) as engine:
        assert [engine.decide(QUESTION).allow for _ in range(3)] == [True, False, True]
    # Health and two canaries before the first question, and once more after the one that failed.
    assert [method for method, *_ in made_up.seen] == ["GET", "POST", "POST", "POST", "POST"] + ["GET"] + [
        "POST"
    ] * 3


def test_a_server_that_came_back_with_other_rules_is_refused_from_then_on() -> None:
    made_up = MadeUp(REVISION, says=lambda _: ok(made_up.revision, PERMIT))
    with made_up_server(made_up), closing(_engine(made_up.url)) as engine:
        assert engine.decide(QUESTION).allow
        made_up.revision = OTHER
        for _ in range(2):
            assert codes(engine.decide(QUESTION)) == ["POLICY_OTHER_REVISION"]
        assert engine.revisions() == (OTHER,)
        made_up.revision = REVISION
        assert engine.decide(QUESTION).allow


def test_what_is_no_json_is_never_sent() -> None:
    made_up = _says(ok(REVISION, PERMIT))
    strange: tuple[Any, ...] = (
        asked(confidentiality=float("nan")),
        asked(item={"x"}),
        "TREAT",
        None,
        [PLAIN],
    )
    with made_up_server(made_up), closing(_engine(made_up.url)) as engine:
        assert engine.unready() is None
        made_up.seen.clear()
        for question in strange:
            assert codes(engine.decide(question)) == ["POLICY_ERROR"]
        too_long = asked(classes=["Condition" * 10_000])
        assert codes(engine.decide(too_long)) == ["POLICY_ERROR"]
        # Each of them was followed by a new look whether the server is well: that is all it got to hear.
        canaries = [path for method, path, _ in made_up.seen if method == "POST"]
        assert len(canaries) == 2 * len(strange)


def test_a_closed_engine_refuses() -> None:
    with made_up_server(_says(ok(REVISION, PERMIT))) as made_up:
        engine = _engine(made_up.url)
        assert engine.decide(QUESTION).allow
        engine.close()
        assert codes(engine.decide(QUESTION)) == ["POLICY_ERROR"]


def test_the_token_is_read_anew_for_every_question(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first\n")
    made_up = _says(ok(REVISION, PERMIT))
    with made_up_server(made_up), closing(_engine(made_up.url, token_file=token)) as engine:
        assert engine.decide(QUESTION).allow
        token.write_text("second")
        assert engine.decide(QUESTION).allow
        assert [headers.get("Authorization") for *_, headers in made_up.seen] == ["Bearer first"] * 4 + [
            "Bearer second"
        ]
        for spoilt in ("", "two words", "line\nbreak", "ключ"):
            token.write_text(spoilt)
            assert codes(engine.decide(QUESTION)) == ["POLICY_NO_ACCESS"]
        token.unlink()
        assert codes(engine.decide(QUESTION)) == ["POLICY_NO_ACCESS"]


def test_a_server_behind_a_path_is_asked_there() -> None:
    made_up = _says(ok(REVISION, PERMIT))
    with made_up_server(made_up), closing(_engine(made_up.url + "/opa/")) as engine:
        assert engine.decide(QUESTION).allow
        assert {path for _, path, _ in made_up.seen} == {
            "/opa/health?bundles&plugins",
            "/opa/v1/data/hutong/release/decision?provenance=true&strict-builtin-errors=true",
        }


# Who is at the other end.


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.made(tmp_path_factory.mktemp("authority"))


def _over_tls(tls: ssl.SSLContext, **more: Any) -> list[str]:
    made_up = _says(ok(REVISION, PERMIT))
    with made_up_server(made_up, tls), closing(_engine(made_up.url, **more)) as engine:
        decision = engine.decide(QUESTION)
        return ["allowed"] if decision.allow else codes(decision)


def test_a_server_is_known_by_the_authority_in_the_settings(authority: Authority) -> None:
    assert _over_tls(authority.server("127.0.0.1"), ca_file=authority.file) == ["allowed"]


@pytest.mark.attack
def test_a_server_of_another_authority_or_name_is_not_believed(authority: Authority, tmp_path: Path) -> None:
    stranger = Authority.made(tmp_path)
    assert _over_tls(stranger.server("127.0.0.1"), ca_file=authority.file) == ["POLICY_TLS"]
    assert _over_tls(authority.server("127.0.0.2"), ca_file=authority.file) == ["POLICY_TLS"]
    assert _over_tls(authority.server("127.0.0.1")) == ["POLICY_TLS"]


@pytest.mark.attack
def test_nothing_the_environment_names_is_used(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sets a variable for another program must not change whom this node believes, or through whom it asks."""
    stranger = Authority.made(tmp_path)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(stranger.file))
    with made_up_server(_says(ok(REVISION, PERMIT))) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert _over_tls(authority.server("127.0.0.1"), ca_file=authority.file) == ["allowed"]
        assert _over_tls(stranger.server("127.0.0.1"), ca_file=authority.file) == ["POLICY_TLS"]
        assert _decided(_says(ok(REVISION, PERMIT))).allow
        assert proxy.seen == []


def test_https_to_a_server_that_speaks_none_is_no_safe_connection(authority: Authority) -> None:
    with made_up_server(_says(ok(REVISION, PERMIT))) as made_up:
        url = made_up.url.replace("http:", "https:")
        with closing(_engine(url, ca_file=authority.file)) as engine:
            assert codes(engine.decide(QUESTION)) == ["POLICY_TLS"]
