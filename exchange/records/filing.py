"""Work out, once, all that is kept beside a record: whose it is, its facts, how it is found, its seal."""

import enum
import hashlib
import hmac
from dataclasses import dataclass, field

import msgspec

from exchange.records.compartment import belonging
from exchange.records.identifiers import Lookup
from exchange.records.labels import ItemFacts, describe
from exchange.records.problems import Found
from exchange.records.strict_json import compact

_SEAL = b"hutong:records:seal\0"


class Reach(enum.IntEnum):
    """Who may ever get a record: nobody, those who may see its patient, or whoever gets another record."""

    HELD = 0
    PATIENT = 1
    SHARED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A resource ready to be stored. `subjects` are references; a keyed one where only a number is known."""

    type: str
    id: str
    reach: Reach
    subjects: tuple[str, ...]
    facts: ItemFacts
    identifiers: tuple[str, ...] = field(repr=False)
    digest: bytes = field(repr=False)
    body: bytes = field(repr=False)


def prepare(found: Found, lookup: Lookup) -> Filed:
    """`found` with everything that is decided at import."""
    belongs = belonging(found.resource)
    # Two ways to write one number are one person.
    subjects = tuple(dict.fromkeys(lookup.reference(target) for target in belongs.about))
    findable = any(not subject.endswith("?") for subject in subjects)
    return Filed(
        type=found.type,
        id=found.id,
        reach=Reach.SHARED if belongs.shared else Reach.PATIENT if findable else Reach.HELD,
        subjects=subjects,
        facts=describe(found.resource, lookup.reference),
        identifiers=tuple(dict.fromkeys(lookup.every(found.resource))),
        digest=hashlib.sha256(found.tight).digest(),
        body=found.body,
    )


def seal(key: bytes, *row: object) -> bytes:
    """HMAC-SHA-256 over the columns of a row: without the node's key nobody can change one unseen."""
    return hmac.digest(key, _SEAL + msgspec.msgpack.encode(row), hashlib.sha256)


def is_sealed(key: bytes, sealed: object, *row: object) -> bool:
    """Whether `sealed` is what the holder of `key` wrote beside exactly this row."""
    return isinstance(sealed, bytes) and hmac.compare_digest(sealed, seal(key, *row))


def is_of(digest: bytes, body: object) -> bool:
    """Whether `body` is the one `digest` was made of."""
    try:
        return isinstance(body, bytes) and hmac.compare_digest(digest, hashlib.sha256(compact(body)).digest())
    except (msgspec.DecodeError, RecursionError):
        return False
