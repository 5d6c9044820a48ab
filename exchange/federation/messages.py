"""The words of a question and of an answer: closed schemas, read strictly, refused when anything is unknown.

Codes that will stand in the ledger in clear (purpose, role, classes) come from closed lists here: a peer must
not be able to write a person's number into our ledger. Times are RFC 3339 with their offset.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal, TypeVar

import msgspec

from exchange.path.request import Actor, Request
from exchange.path.verdict import Because
from exchange.records.resource_types import R4_TYPES
from exchange.records.strict_json import NotStrict, parse
from exchange.vocabulary import PURPOSES

Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9\-.]{1,64}\Z")]
Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z_]{0,63}\Z")]
Purpose = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2,12}\Z")]
Salt = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Name = Annotated[str, msgspec.Meta(max_length=200)]
Prose = Annotated[str, msgspec.Meta(max_length=2000)]
Aware = Annotated[datetime, msgspec.Meta(tz=True)]
# Whoever may ask through their own node. A patient asks the node that holds the record (docs/adr/0009).
Role = Literal[
    "physician",
    "nurse",
    "emergency-physician",
    "family-doctor",
    "pharmacist",
    "researcher",
    "public-health-officer",
    "insurance-clerk",
    "security-officer",
    "ai-device",
    "radiologist",
    "ecg-physician",
    "pathologist",
    "manager",
    "data-processor",
    "courier",
    "home-nurse",
]
# Of exchange/path/circumstances.py.
Method = Literal["", "health-card", "identity-card", "social-security-card", "code", "face", "staff"]
Zone = Literal["", "hospital", "health", "government", "mobile", "internet"]
_SALT_BYTES = 32

Message = TypeVar("Message", bound=msgspec.Struct)


class NotAMessage(Exception):
    """The bytes are no message of this kind. Says nothing of what they are."""


class Asker(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who asks, as the asking node vouches for them. Groups are the holder's business and are not sent.

    A device says which model in which version it is, and on behalf of which person of its node it asks.
    """

    id: Id
    name: Name
    role: Role
    organisation: Id
    on_behalf_of: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9\-.]{0,64}\Z")]
    on_behalf_of_name: Name = ""
    on_behalf_of_role: Role | Literal[""] = ""
    model: Name = ""
    model_version: Name = ""


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the asker rests on. Whether it holds is not said: the holder looks it up (docs/adr/0017).

    The `id` of a code is the token it makes, never the code.
    """

    kind: Literal["referral", "consultation", "visit", "contract", "code", "agreement", "order"]
    id: Id


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one node asks another. `patient` is an id, or `system|value`.

    `asker` and `holder` are node ids: a question cannot be passed on in another node's name. `salt` keeps the
    digest of the words from telling them. What is not said is not sent, so that a node that knows no such field
    takes the question.
    """

    id: Id
    asker: Id
    holder: Id
    patient: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    purpose: Purpose
    classes: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=64)], ...], msgspec.Meta(max_length=50)]
    actor: Asker
    asked_at: Aware
    emergency_reason: Prose | None
    based_on: Case | None
    salt: Salt
    others: Annotated[tuple[Asker, ...], msgspec.Meta(max_length=20)] = ()
    authn_method: Method = ""
    zone: Zone = ""


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why, in both languages, the law it rests on, and whom it is about where several were asked for."""

    code: Code
    en: Prose
    zh: Prose
    law: Prose
    person: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9\-.]{0,64}\Z")] = ""


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the one who asked can do next."""

    en: Prose
    zh: Prose


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comes back. A refusal has reasons and a next step; a permit has a Bundle and a receipt.

    `entry` is the holder's ledger entry about this. `receipt` is the proof that the intent stands in that
    ledger (ledger.proof); empty for a refusal, where it would tell whether the patient is known, and for an
    emergency answered while the holder's ledger was down.
    """

    request: Id
    asker: Id
    holder: Id
    permit: bool
    code: Code
    reasons: Annotated[tuple[Reason, ...], msgspec.Meta(max_length=50)]
    next_step: Step | None
    bundle: msgspec.Raw
    count: Annotated[int, msgspec.Meta(ge=0, le=2**31)]
    entry: Id
    receipt: str
    salt: Salt

    @property
    def record(self) -> bytes | None:
        """The FHIR Bundle as JSON, byte for byte as the holder made it; None when nothing was released."""
        return bytes(self.bundle) if self.permit else None


class _Head(msgspec.Struct):
    """The part of a Bundle that must fit the answer it comes in."""

    resourceType: Literal["Bundle"]
    id: str
    total: int


NO_BUNDLE = msgspec.Raw(b"null")


def salt(entropy: Callable[[int], bytes]) -> str:
    """32 fresh bytes, as a message carries them."""
    return entropy(_SALT_BYTES).hex()


def question_of(request: Request, *, holder: str, entropy: Callable[[int], bytes]) -> Question:
    """`request` in the words of the wire. Raises NotAMessage where the wire has no words for it."""
    actor, case = request.actor, request.based_on
    try:
        plain = msgspec.json.encode(
            {
                "id": request.id,
                "asker": actor.vouched_by,
                "holder": holder,
                "patient": request.patient,
                "purpose": request.purpose,
                "classes": request.classes,
                "actor": _asker(actor),
                "others": [_asker(one) for one in request.others],
                "asked_at": request.asked_at,
                "emergency_reason": request.emergency_reason,
                "based_on": None if case is None else {"kind": case.kind, "id": case.id},
                "salt": salt(entropy),
                "authn_method": request.authn_method,
                "zone": request.zone,
            }
        )
    except msgspec.MsgspecError:
        raise NotAMessage from None
    return read_question(plain)


def _asker(actor: Actor) -> dict[str, str]:
    return {
        "id": actor.id,
        "name": actor.name,
        "role": actor.role,
        "organisation": actor.organisation.id,
        "on_behalf_of": actor.on_behalf_of,
        "on_behalf_of_name": actor.on_behalf_of_name,
        "on_behalf_of_role": actor.on_behalf_of_role,
        "model": actor.model,
        "model_version": actor.model_version,
    }


def read_question(plain: bytes) -> Question:
    """The question in `plain`. Raises NotAMessage."""
    question = _read(plain, Question)
    known = question.purpose in PURPOSES and R4_TYPES.issuperset(question.classes)
    people = [one.id for one in (question.actor, *question.others)]
    # Somebody named twice would be reviewed twice, and the patient told twice.
    if not known or not question.patient.isprintable() or len(people) != len(set(people)):
        raise NotAMessage
    return question


def read_answer(plain: bytes) -> Answer:
    """The answer in `plain`, whose Bundle, if it has one, is the one announced. Raises NotAMessage."""
    answer = _read(plain, Answer)
    if not answer.permit:
        if bytes(answer.bundle) != b"null" or answer.count or answer.receipt or answer.next_step is None:
            raise NotAMessage
        return answer
    head = _read(bytes(answer.bundle), _Head)
    if head.id != answer.request or head.total != answer.count:
        raise NotAMessage
    return answer


def reasons_of(reasons: tuple[Because, ...]) -> tuple[Reason, ...]:
    """The reasons of a verdict in the words of the wire."""
    return tuple(
        Reason(code=one.code, en=one.en, zh=one.zh, law=one.law, person=one.person) for one in reasons
    )


def encode(message: Question | Answer) -> bytes:
    """The words as they are sealed and signed."""
    return msgspec.json.encode(message)


def _read(plain: bytes, kind: type[Message]) -> Message:
    try:
        parse(plain)
        return msgspec.json.decode(plain, type=kind)
    except (NotStrict, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotAMessage from None
