"""A message is read only if it is from whom it says, to us, unchanged, and in time."""

import hashlib
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import assume, given
from hypothesis import strategies as st

from exchange.federation.card import SKEW, Card
from exchange.federation.envelope import (
    TYPE,
    Opened,
    open_answer,
    open_question,
    sealed_answer,
    sealed_question,
)
from exchange.federation.errors import CardExpired, PeerNotTrusted, Rejected, UnknownPeer
from exchange.federation.evidence import holds
from exchange.federation.keys import NodeKeys
from exchange.federation.signing import (
    COVERED_QUESTION,
    LIFETIME,
    QUESTION_TAG,
    HttpRequest,
    HttpResponse,
    WrongSignature,
    sign,
)
from tests.federation.regions import (
    KUNSHAN,
    KUNSHAN_CARD,
    NOW,
    TIANJIN,
    TIANJIN_CARD,
    ZHUHAI,
    ZHUHAI_CARD,
    card,
    entropy,
)

WORDS = b"a question"
REPLY = b"an answer"
SIGNED_HEADERS = ("Content-Type", "Content-Digest", "Hutong-Plain-Digest", "Signature-Input", "Signature")


def _peers(*cards: Card) -> Callable[[str], Card]:
    def by_id(node: str) -> Card:
        for one in cards:
            if one.id == node:
                return one
        raise UnknownPeer

    return by_id


def _asked(
    seed: str = "", at: datetime = NOW, keys: NodeKeys = ZHUHAI, to: Card = KUNSHAN_CARD
) -> HttpRequest:
    return sealed_question(WORDS, keys=keys, asker="zh", holder=to, now=at, entropy=entropy(seed))


def _opened(request: HttpRequest, at: datetime = NOW, *peers: Card) -> Opened:
    return open_question(
        request, keys=KUNSHAN, peer_of=_peers(*(peers or (ZHUHAI_CARD, TIANJIN_CARD))), now=at
    )


def _replied(request: HttpRequest, at: datetime = NOW, keys: NodeKeys = KUNSHAN) -> HttpResponse:
    return sealed_answer(
        REPLY, request, keys=keys, holder="ks", asker=ZHUHAI_CARD, now=at, entropy=entropy("reply")
    )


def _read(response: HttpResponse, at: datetime = NOW) -> bytes:
    return open_answer(response, keys=ZHUHAI, holder=KUNSHAN_CARD, now=at)[0]


def _with(request: HttpRequest, **headers: str) -> HttpRequest:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return replace(request, headers={**dict(request.headers.items()), **names})


def _code(request: HttpRequest, at: datetime = NOW, *peers: Card) -> str:
    with pytest.raises(Rejected) as refused:
        _opened(request, at, *peers)
    return refused.value.code


def _flipped(value: str, at: int) -> str:
    return value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1 :]


def test_a_question_arrives_with_the_name_of_who_asks() -> None:
    opened = _opened(_asked())
    assert opened.plain == WORDS
    assert opened.peer == ZHUHAI_CARD
    assert opened.expires == NOW + LIFETIME


def test_an_answer_arrives() -> None:
    assert _read(_replied(_asked())) == REPLY


def test_a_proxy_sees_nothing_of_question_or_answer() -> None:
    request = _asked()
    response = _replied(request)
    for message in (request, response):
        told = repr(dict(message.headers.items())).encode() + (message.body or b"")
        assert WORDS not in told
        assert REPLY not in told


def test_a_question_may_be_two_minutes_under_way_when_clocks_differ_and_not_a_second_more() -> None:
    _opened(_asked(), NOW + LIFETIME + SKEW)
    assert _code(_asked(), NOW + LIFETIME + SKEW + timedelta(seconds=1)) == "wrong-time"


def test_a_question_may_be_a_minute_early_and_not_a_second_more() -> None:
    _opened(_asked(at=NOW + SKEW))
    assert _code(_asked(at=NOW + SKEW + timedelta(seconds=1))) == "wrong-time"


@pytest.mark.attack
def test_a_signature_that_never_ends_is_refused() -> None:
    request = _asked()
    forever = dict(request.headers.items())["Signature-Input"].replace(
        f"expires={int((NOW + LIFETIME).timestamp())}", "expires=99999999999"
    )
    assert _code(_with(request, Signature_Input=forever)) == "wrong-time"


@pytest.mark.attack
def test_a_changed_body_is_refused() -> None:
    request = _asked()
    assert request.body is not None
    body = bytes([request.body[0] ^ 1]) + request.body[1:]
    assert _code(replace(request, body=body)) == "bad-signature"


@pytest.mark.attack
@pytest.mark.parametrize("name", SIGNED_HEADERS)
@given(data=st.data())
def test_a_changed_header_is_refused(name: str, data: st.DataObject) -> None:
    request = _asked()
    value = dict(request.headers.items())[name]
    at = data.draw(st.integers(0, len(value) - 1))
    # The sign before "=" in base64 holds bits that mean nothing: another text, the same signature.
    assume(value[at + 1 : at + 2] != "=")
    refusal = _code(_with(request, **{name: _flipped(value, at)}))
    assert refusal in ("bad-signature", "wrong-type", "unknown-node", "wrong-time")


@pytest.mark.attack
@pytest.mark.parametrize("name", SIGNED_HEADERS)
def test_a_missing_header_is_refused(name: str) -> None:
    request = _asked()
    headers = {key: value for key, value in request.headers.items() if key != name}
    assert _code(replace(request, headers=headers)) in ("bad-signature", "wrong-type")


@pytest.mark.attack
@pytest.mark.parametrize(
    "missing", ["@method", "@target-uri", "content-type", "content-digest", "hutong-plain-digest"]
)
def test_a_signature_that_covers_less_is_refused(missing: str) -> None:
    request = _asked()
    headers = {k: v for k, v in request.headers.items() if not k.startswith(("Signature", "Content-Digest"))}
    bare = replace(request, headers=headers)
    covered = tuple(one for one in COVERED_QUESTION if one != missing)
    sign(bare, key=ZHUHAI.signing, node="zh", nonce="A" * 22, now=NOW, covered=covered, tag=QUESTION_TAG)
    # The library covers the digest of a body by itself.
    if missing != "content-digest":
        assert _code(bare) == "bad-signature"


@pytest.mark.attack
def test_an_answer_is_no_question() -> None:
    """The tag keeps a signature made for one purpose from serving another."""
    response = _replied(_asked())
    assert _code(
        HttpRequest("POST", KUNSHAN_CARD.url, response.headers, response.body), NOW, KUNSHAN_CARD
    ) == ("bad-signature")


@pytest.mark.attack
@pytest.mark.parametrize("method", ["PUT", "GET"])
def test_another_method_is_refused(method: str) -> None:
    assert _code(replace(_asked(), method=method)) == "bad-signature"


@pytest.mark.attack
def test_a_question_sent_to_another_node_is_refused_here() -> None:
    stray = _asked(to=TIANJIN_CARD)
    assert _code(stray) == "not-for-us"
    assert _code(replace(stray, url=KUNSHAN_CARD.url + "/hutong/v1/exchange")) == "bad-signature"


@pytest.mark.attack
def test_a_node_nobody_joined_is_refused() -> None:
    assert _code(_asked(), NOW, TIANJIN_CARD) == "unknown-node"


@pytest.mark.attack
def test_a_node_that_signs_in_the_name_of_another_is_refused() -> None:
    assert _code(_asked(keys=TIANJIN)) == "bad-signature"


@pytest.mark.attack
def test_a_node_whose_card_has_expired_is_refused() -> None:
    short = card(ZHUHAI, "zh", "440400", valid_for=timedelta(days=1))
    assert short.expires == NOW
    assert _code(_asked(), NOW, short) == "expired-card"


@pytest.mark.attack
def test_nothing_is_sent_to_a_node_whose_card_has_expired_and_nothing_believed() -> None:
    short = card(KUNSHAN, "ks", "320583", valid_for=timedelta(days=1))
    with pytest.raises(CardExpired):
        open_answer(_replied(_asked()), keys=ZHUHAI, holder=short, now=NOW)


@pytest.mark.attack
def test_another_type_is_refused() -> None:
    assert _code(_with(_asked(), Content_Type="application/json")) == "wrong-type"


@pytest.mark.attack
def test_words_other_than_those_signed_are_refused() -> None:
    """A node could sign one thing and seal another, and later say it had asked the first."""
    other = sealed_question(
        b"other", keys=ZHUHAI, asker="zh", holder=KUNSHAN_CARD, now=NOW, entropy=entropy("other")
    )
    digest = dict(other.headers.items())["Hutong-Plain-Digest"]
    request = replace(_asked(), headers={"Content-Type": TYPE, "Hutong-Plain-Digest": digest})
    sign(
        request,
        key=ZHUHAI.signing,
        node="zh",
        nonce="A" * 22,
        now=NOW,
        covered=COVERED_QUESTION,
        tag=QUESTION_TAG,
    )
    assert _code(request) == "bad-signature"


@pytest.mark.attack
def test_the_answer_to_one_question_is_not_taken_for_the_answer_to_another() -> None:
    first, second = _asked("first"), _asked("second")
    swapped = replace(_replied(first), request=second)
    with pytest.raises(PeerNotTrusted, match="its signature is not right"):
        _read(swapped)


@pytest.mark.attack
def test_an_answer_by_another_node_is_refused() -> None:
    request = _asked()
    theirs = sealed_answer(
        REPLY, request, keys=TIANJIN, holder="tj", asker=ZHUHAI_CARD, now=NOW, entropy=entropy("tj")
    )
    with pytest.raises(PeerNotTrusted, match="another node signed it"):
        _read(theirs)


@pytest.mark.attack
def test_an_answer_in_the_name_of_the_holder_by_another_key_is_refused() -> None:
    with pytest.raises(PeerNotTrusted, match="its signature is not right"):
        _read(_replied(_asked(), keys=TIANJIN))


@pytest.mark.attack
def test_an_answer_sealed_to_another_node_is_refused() -> None:
    request = _asked()
    stray = sealed_answer(
        REPLY, request, keys=KUNSHAN, holder="ks", asker=TIANJIN_CARD, now=NOW, entropy=entropy("stray")
    )
    with pytest.raises(PeerNotTrusted, match="it was not sealed to this node"):
        _read(stray)


@pytest.mark.attack
def test_an_old_answer_is_refused() -> None:
    with pytest.raises(PeerNotTrusted, match="it is too old"):
        _read(_replied(_asked()), NOW + LIFETIME + SKEW + timedelta(seconds=1))


@pytest.mark.attack
@pytest.mark.parametrize("status", [201, 500])
def test_an_answer_with_another_status_is_refused(status: int) -> None:
    with pytest.raises(PeerNotTrusted):
        _read(replace(_replied(_asked()), status_code=status))


def test_a_node_can_show_later_what_it_was_asked() -> None:
    opened = _opened(_asked())
    assert holds(opened.signature, WORDS, ZHUHAI_CARD.signing).node == "zh"


def test_a_node_can_show_later_what_it_was_answered() -> None:
    words, evidence = open_answer(_replied(_asked()), keys=ZHUHAI, holder=KUNSHAN_CARD, now=NOW)
    assert holds(evidence, words, KUNSHAN_CARD.signing).node == "ks"


@pytest.mark.attack
def test_a_node_cannot_show_what_was_not_said() -> None:
    opened = _opened(_asked())
    _, answered = open_answer(_replied(_asked()), keys=ZHUHAI, holder=KUNSHAN_CARD, now=NOW)
    for evidence, key in ((opened.signature, ZHUHAI_CARD.signing), (answered, KUNSHAN_CARD.signing)):
        with pytest.raises(WrongSignature):
            holds(evidence, b"something else", key)
    with pytest.raises(WrongSignature):
        holds(opened.signature, WORDS, TIANJIN_CARD.signing)
    with pytest.raises(WrongSignature):
        holds(
            {**answered, "answers": _opened(_asked("other")).signature["signature"]},
            REPLY,
            KUNSHAN_CARD.signing,
        )


@given(st.dictionaries(st.sampled_from(SIGNED_HEADERS), st.text(max_size=120)), st.binary(max_size=200))
def test_any_headers_and_any_body_are_refused_with_a_reason(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(Rejected):
        _opened(HttpRequest("POST", KUNSHAN_CARD.url, {"Content-Type": TYPE, **headers}, body))


# A change here means that nodes of two versions no longer understand each other.
KNOWN_QUESTION = "2d96b4af44be97109cf397abb41e380144a73a3628c78ec11787e6a5efc05006"


def test_known_question() -> None:
    request = _asked("known")
    sent = repr(sorted(request.headers.items())).encode() + (request.body or b"")
    assert hashlib.sha256(sent).hexdigest() == KNOWN_QUESTION


def test_the_signature_is_what_rfc_9421_says() -> None:
    """Put together by hand from section 2.5, and checked with another library."""
    request = _asked()
    headers = dict(request.headers.items())
    base = "\n".join(
        (
            '"@method": POST',
            f'"@target-uri": {KUNSHAN_CARD.url}/hutong/v1/exchange',
            f'"content-type": {TYPE}',
            f'"content-digest": {headers["Content-Digest"]}',
            f'"hutong-plain-digest": {headers["Hutong-Plain-Digest"]}',
            f'"@signature-params": {headers["Signature-Input"].removeprefix("hutong=")}',
        )
    )
    key = Ed25519PublicKey.from_public_bytes(bytes(ZHUHAI.signing.verify_key))
    key.verify(b64decode(headers["Signature"].removeprefix("hutong=:").removesuffix(":")), base.encode())
