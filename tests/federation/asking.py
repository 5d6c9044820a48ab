"""What a doctor of one region asks another for, as `hutong exchange request` does, and the bytes it travels as."""

import secrets
from dataclasses import dataclass, replace

import httpx
import orjson

from exchange.federation.asking import Asked, request_over
from exchange.federation.envelope import PATH, sealed_question
from exchange.federation.messages import Question, encode, question_of, read_question
from exchange.federation.signing import HttpRequest
from exchange.path.request import Actor, Request
from ledger.identity import RANDOM_BYTES, entry_id
from tests.federation.nodes import PATIENT, Clock, Site


@dataclass(frozen=True)
class Two:
    """The holder, being served, and the asker. The patient lets Zhuhai's first hospital see the record."""

    holder: Site
    asker: Site
    clock: Clock


def actor(site: Site, person: str, organisation: str = "") -> Actor:
    """Somebody the node vouches for, at the organisation they belong to or at another."""
    directory = site.node().directory
    found = directory.person(person)
    return Actor(
        id=found.id,
        role=found.role,
        organisation=directory.organisation(organisation or found.organisation),
        groups=(),
        vouched_by=site.node().id,
        name=found.name_zh,
    )


def request_by(site: Site, person: str, **changes: object) -> Request:
    """They ask for the patient's record, for treatment."""
    now = site.clock()
    one = Request(
        id=entry_id(int(now.timestamp() * 1_000_000), secrets.token_bytes(RANDOM_BYTES)),
        patient=PATIENT,
        purpose="TREAT",
        actor=actor(site, person),
        asked_at=now,
    )
    return replace(one, **changes)  # type: ignore[arg-type]  # any field of a request


def asked_by(site: Site, one: Request) -> Asked:
    """Ask Kunshan."""
    node = site.node()
    return request_over(site.line(), site.peers.by_id("ks"), one, node.desk, node.vault)


def request(two: Two, **changes: object) -> Request:
    """Dr zh-dr-001 of Zhuhai's first hospital asks for the patient's record, for treatment."""
    return request_by(two.asker, "zh-dr-001", **changes)


def asked(two: Two, one: Request) -> Asked:
    return asked_by(two.asker, one)


def question(two: Two, **changes: object) -> Question:
    one = question_of(request(two), holder="ks", entropy=secrets.token_bytes)
    return read_question(
        encode(one) if not changes else orjson.dumps({**orjson.loads(encode(one)), **changes})
    )


def sealed(sender: Site, to: Site, plain: bytes, path: str = PATH) -> HttpRequest:
    """`plain` as the sender's node would send it to one counter of the other."""
    return sealed_question(
        plain,
        keys=sender.node().keys,
        asker=sender.node().id,
        holder=sender.peers.by_id(to.node().id),
        now=sender.clock(),
        entropy=secrets.token_bytes,
        path=path,
    )


def post(sent: HttpRequest) -> httpx.Response:
    return httpx.post(sent.url, content=sent.body, headers=dict(sent.headers.items()), trust_env=False)
