"""Sign and check HTTP messages as RFC 9421 says, with Ed25519, at a time that is handed in.

What is signed: method and address (or status and the request's own signature), type and digest of the sealed
body (RFC 9530), and a digest of what is inside it. So a signature binds a node to its words for good, not
only to a ciphertext, and an answer to the one question it belongs to.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    VerifyResult,
)
from http_sf.compat import InnerList
from nacl.signing import SigningKey, VerifyKey

from exchange.federation.card import SKEW

# How long a message may be under way.
LIFETIME = timedelta(seconds=60)
PLAIN_DIGEST = "Hutong-Plain-Digest"
LABEL = "hutong"
QUESTION_TAG = "hutong-question-v1"
ANSWER_TAG = "hutong-answer-v1"
COVERED_QUESTION = ("@method", "@target-uri", "content-type", "content-digest", PLAIN_DIGEST.lower())
COVERED_ANSWER = ("@status", "content-type", "content-digest", PLAIN_DIGEST.lower(), '"signature";req')
_NONCE = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_PARAMETERS = {"created", "expires", "keyid", "nonce", "alg", "tag"}


class Headers(Protocol):
    """Header fields in the order they came; a name may come twice."""

    def items(self) -> Iterable[tuple[str, str]]: ...
    def __iter__(self) -> Iterator[str]: ...
    def __contains__(self, name: object, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it stands on the wire; `url` is absolute. Without `body` its digest is not compared."""

    method: str
    url: str
    headers: Headers
    body: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response and the request it answers."""

    status_code: int
    headers: Headers
    body: bytes | None = field(repr=False)
    request: HttpRequest


class WrongTime(Exception):
    """The message is expired, from the future, or valid for too long."""


class WrongSignature(Exception):
    """The message is not signed as it must be."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What a good signature says."""

    node: str
    nonce: str
    expires: datetime


def sign(
    message: HttpRequest | HttpResponse,
    *,
    key: SigningKey,
    node: str,
    nonce: str,
    now: datetime,
    covered: tuple[str, ...],
    tag: str,
) -> None:
    """Add Content-Digest, Signature-Input and Signature to the headers of `message`."""
    HTTPMessageSigner(signature_algorithm=_Ed25519, key_resolver=_Own(key)).sign(
        message,
        key_id=node,
        created=now,
        expires=now + LIFETIME,
        nonce=nonce,
        label=LABEL,
        tag=tag,
        covered_component_ids=covered,
        body=message.body,
    )


def check(
    message: HttpRequest | HttpResponse,
    *,
    key_of: Callable[[str], VerifyKey],
    now: datetime,
    covered: tuple[str, ...],
    tag: str,
) -> Signed:
    """Who signed `message`, covering `covered`. Raises WrongTime, WrongSignature, what `key_of` raises."""
    theirs = _Theirs(key_of)
    verifier = _Verifier(signature_algorithm=_Ed25519, key_resolver=theirs)
    verifier.now = now
    try:
        results = verifier.verify(
            message, max_age=None, expect_tag=tag, require_components=covered, body=message.body
        )
    except HTTPMessageSignaturesException as error:
        # The library wraps what a resolver raises; who is unknown or expired is told as such.
        raise theirs.problem or WrongSignature() from error
    return _said(results)


def plain_digest(plain: bytes) -> str:
    """The digest of the words, as the header gives it. They carry a salt, so it tells nothing of them."""
    return f"sha-256=:{b64encode(hashlib.sha256(plain).digest()).decode()}:"


def _said(results: list[VerifyResult]) -> Signed:
    if len(results) != 1:
        raise WrongSignature
    parameters = results[0].parameters
    if set(parameters) != _PARAMETERS or not _NONCE.fullmatch(str(parameters["nonce"])):
        raise WrongSignature
    expires = datetime.fromtimestamp(int(parameters["expires"]), UTC)
    return Signed(node=str(parameters["keyid"]), nonce=str(parameters["nonce"]), expires=expires)


class _Ed25519(HTTPSignatureAlgorithm):
    """Ed25519 by libsodium, which refuses weak keys and second spellings of a signature."""

    algorithm_id = "ed25519"

    def __init__(self, public_key: VerifyKey | None = None, private_key: SigningKey | None = None) -> None:
        self._public, self._private = public_key, private_key

    def sign(self, message: bytes) -> bytes:
        if self._private is None:
            raise TypeError("there is no key to sign with")
        return self._private.sign(message).signature

    def verify(self, signature: bytes, message: bytes) -> None:
        if self._public is None:
            raise TypeError("there is no key to check with")
        self._public.verify(message, signature)


class _Own(HTTPSignatureKeyResolver):
    def __init__(self, key: SigningKey) -> None:
        self._key = key

    def resolve_private_key(self, key_id: str) -> SigningKey:
        return self._key


class _Theirs(HTTPSignatureKeyResolver):
    def __init__(self, key_of: Callable[[str], VerifyKey]) -> None:
        self._key_of = key_of
        self.problem: Exception | None = None

    def resolve_public_key(self, key_id: str) -> VerifyKey:
        try:
            return self._key_of(key_id)
        except Exception as problem:
            self.problem = problem
            raise


class _Verifier(HTTPMessageVerifier):
    """The library's verifier, with our clock instead of the machine's."""

    now: datetime

    def validate_created_and_expires(
        self,
        sig_input: InnerList,
        max_age: timedelta | None = None,
    ) -> None:
        created, expires = sig_input.params.get("created"), sig_input.params.get("expires")
        if type(created) is not int or type(expires) is not int:
            raise InvalidSignature("created and expires are required")
        now, skew = self.now.timestamp(), SKEW.total_seconds()
        if not (0 <= expires - created <= LIFETIME.total_seconds()):
            raise WrongTime
        if created > now + skew or expires < now - skew:
            raise WrongTime
