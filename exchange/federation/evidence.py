"""Show later who said what: the signature of a message, kept without the message.

With these few header fields and the words themselves anybody who has the node's card can check, years later
and without us, that this node signed these words; and of an answer, to which question.
"""

from collections.abc import Mapping
from datetime import datetime

from nacl.signing import VerifyKey

from exchange.federation.signing import (
    ANSWER_TAG,
    COVERED_ANSWER,
    COVERED_QUESTION,
    PLAIN_DIGEST,
    QUESTION_TAG,
    HttpRequest,
    HttpResponse,
    Signed,
    WrongSignature,
    check,
    plain_digest,
)

_KEPT = ("content-type", "content-digest", PLAIN_DIGEST.lower(), "signature-input", "signature")
_FIELDS = {"url", "at", *_KEPT}


def keep(message: HttpRequest | HttpResponse, *, at: datetime) -> dict[str, str]:
    """The evidence of a message whose signature was checked `at` this time."""
    answer = isinstance(message, HttpResponse)
    request = message.request if isinstance(message, HttpResponse) else message
    kept = {name.lower(): value for name, value in message.headers.items() if name.lower() in _KEPT}
    kept |= {"url": request.url, "at": at.isoformat()}
    if answer:
        kept["answers"] = next(
            value for name, value in request.headers.items() if name.lower() == "signature"
        )
    return kept


def holds(evidence: Mapping[str, str], plain: bytes, key: VerifyKey) -> Signed:
    """Who signed the words `plain`, if the owner of `key` did. Raises WrongSignature."""
    answer = "answers" in evidence
    if set(evidence) - {"answers"} != _FIELDS or evidence[PLAIN_DIGEST.lower()] != plain_digest(plain):
        raise WrongSignature
    headers = {name: evidence[name] for name in _KEPT}
    message: HttpRequest | HttpResponse = HttpRequest("POST", evidence["url"], headers, None)
    if answer:
        asked = HttpRequest("POST", evidence["url"], {"signature": evidence["answers"]}, None)
        message = HttpResponse(200, headers, None, asked)
    return check(
        message,
        key_of=lambda _: key,
        now=datetime.fromisoformat(evidence["at"]),
        covered=COVERED_ANSWER if answer else COVERED_QUESTION,
        tag=ANSWER_TAG if answer else QUESTION_TAG,
    )
