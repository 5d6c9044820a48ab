"""A question or an answer on its way: sealed inside (sealing.py), signed outside (signing.py).

Asker and holder each check everything about an envelope before they read a word of it.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from nacl.signing import VerifyKey

from exchange.federation.card import Card
from exchange.federation.errors import CardExpired, CardNotYetValid, PeerNotTrusted, Rejected, UnknownPeer
from exchange.federation.evidence import keep
from exchange.federation.keys import NodeKeys
from exchange.federation.sealing import CannotOpen, Entropy, seal, unseal
from exchange.federation.signing import (
    ANSWER_TAG,
    COVERED_ANSWER,
    COVERED_QUESTION,
    PLAIN_DIGEST,
    QUESTION_TAG,
    Headers,
    HttpRequest,
    HttpResponse,
    WrongSignature,
    WrongTime,
    check,
    plain_digest,
    sign,
)

PATH = "/hutong/v1/exchange"
# Where a node is told that a patient has taken a consent back; the address is signed, so one is not the other.
NOTICE_PATH = "/hutong/v1/notice"
TYPE = "application/vnd.hutong.sealed"
MAX_QUESTION_BYTES = 64 << 10
MAX_ANSWER_BYTES = 32 << 20
_NONCE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Opened:
    """A question that is from `peer`, to us, and in time. `signature` is the evidence of it (evidence.py)."""

    peer: Card
    plain: bytes = field(repr=False)
    nonce: str
    expires: datetime
    signature: Mapping[str, str] = field(repr=False)


def sealed_question(
    plain: bytes,
    *,
    keys: NodeKeys,
    asker: str,
    holder: Card,
    now: datetime,
    entropy: Entropy,
    path: str = PATH,
) -> HttpRequest:
    """`plain` as a signed request only `holder` can open, at its address `path`. `asker` is this node's id."""
    body = seal(plain, to=holder.box, entropy=entropy)
    request = HttpRequest("POST", holder.url + path, _headers(plain), body)
    sign(
        request,
        key=keys.signing,
        node=asker,
        nonce=_nonce(entropy),
        now=now,
        covered=COVERED_QUESTION,
        tag=QUESTION_TAG,
    )
    return request


def open_question(
    request: HttpRequest, *, keys: NodeKeys, peer_of: Callable[[str], Card], now: datetime
) -> Opened:
    """The question inside. `peer_of` raises UnknownPeer. Raises Rejected, with what may be told."""
    if request_type(request.headers) != TYPE:
        raise Rejected("wrong-type")

    cards: dict[str, Card] = {}

    def key_of(node: str) -> VerifyKey:
        cards[node] = peer_of(node)
        cards[node].require_valid(now)
        return cards[node].signing

    try:
        said = check(request, key_of=key_of, now=now, covered=COVERED_QUESTION, tag=QUESTION_TAG)
        plain = _words(request.body, request.headers, keys)
    except UnknownPeer:
        raise Rejected("unknown-node") from None
    except (CardExpired, CardNotYetValid):
        raise Rejected("expired-card") from None
    except WrongTime:
        raise Rejected("wrong-time") from None
    except WrongSignature:
        raise Rejected("bad-signature") from None
    except CannotOpen:
        raise Rejected("not-for-us") from None
    return Opened(peer_of(said.node), plain, said.nonce, said.expires, keep(request, at=now))


def sealed_answer(
    plain: bytes,
    request: HttpRequest,
    *,
    keys: NodeKeys,
    holder: str,
    asker: Card,
    now: datetime,
    entropy: Entropy,
) -> HttpResponse:
    """`plain` as a response only `asker` can open, signed as the answer to `request`. `holder` is our id."""
    body = seal(plain, to=asker.box, entropy=entropy)
    response = HttpResponse(200, _headers(plain), body, request)
    sign(
        response,
        key=keys.signing,
        node=holder,
        nonce=_nonce(entropy),
        now=now,
        covered=COVERED_ANSWER,
        tag=ANSWER_TAG,
    )
    return response


def open_answer(
    response: HttpResponse, *, keys: NodeKeys, holder: Card, now: datetime
) -> tuple[bytes, Mapping[str, str]]:
    """The words of `holder`'s answer to this request, and evidence. Raises PeerNotTrusted, CardExpired."""
    holder.require_valid(now)

    def key_of(node: str) -> VerifyKey:
        if node != holder.id:
            raise PeerNotTrusted(holder.id, "another node signed it", "签名者是其他节点")
        return holder.signing

    try:
        check(response, key_of=key_of, now=now, covered=COVERED_ANSWER, tag=ANSWER_TAG)
        plain = _words(response.body, response.headers, keys)
    except WrongTime:
        raise PeerNotTrusted(
            holder.id,
            "it is too old, or the clocks differ by more than a minute",
            "应答过旧，或双方时钟相差超过一分钟",
        ) from None
    except WrongSignature:
        raise PeerNotTrusted(holder.id, "its signature is not right", "签名无效") from None
    except CannotOpen:
        raise PeerNotTrusted(holder.id, "it was not sealed to this node", "不是密封给本节点的") from None
    return plain, keep(response, at=now)


def request_type(headers: Headers) -> str:
    """The Content-Type, if there is exactly one."""
    found = [value for name, value in headers.items() if name.lower() == "content-type"]
    return found[0] if len(found) == 1 else ""


def _headers(plain: bytes) -> dict[str, str]:
    return {"Content-Type": TYPE, PLAIN_DIGEST: plain_digest(plain)}


def _nonce(entropy: Entropy) -> str:
    return urlsafe_b64encode(entropy(_NONCE_BYTES)).rstrip(b"=").decode()


def _words(body: bytes | None, headers: Headers, keys: NodeKeys) -> bytes:
    """The words in `body`, if the signature was over exactly these."""
    plain = unseal(body or b"", key=keys.box)
    signed = [value for name, value in headers.items() if name.lower() == PLAIN_DIGEST.lower()]
    if signed != [plain_digest(plain)]:
        raise WrongSignature
    return plain
