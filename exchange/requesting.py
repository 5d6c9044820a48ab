"""Ask for a record: of this node, or of the node of another region."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from exchange.directory import NotInDirectory, contains, is_region
from exchange.errors import ExchangeError, UnknownPatient
from exchange.federation.card import Card
from exchange.instants import to_us
from exchange.node.node import Node
from exchange.path.release import Released, release
from exchange.path.request import Actor, BasedOn, Request
from exchange.path.verdict import Because
from exchange.path.wording import next_step
from exchange.records import AmbiguousPatient
from exchange.soundness import require_sound
from exchange.vocabulary import require_asked
from ledger.identity import RANDOM_BYTES, entry_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody at this node asks. `holder`: region, organisation or node that keeps the record; "" = this node.

    `person` is an id of this node's registry, or "Patient/<id>" for the patient themself. `case`: "referral:ID".
    """

    patient: str
    purpose: str
    person: str
    holder: str = ""
    classes: tuple[str, ...] = ()
    emergency_reason: str | None = None
    case: str = ""
    on_behalf_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer. `bundle` is empty when refused; `withheld` counts items by the code of the reason."""

    permit: bool
    code: str
    bundle: bytes
    reasons: tuple[Because, ...]
    next_step: tuple[str, str]
    entry_id: str
    count: int
    withheld: Mapping[str, int]
    holder: str


class UnknownHolder(ExchangeError):
    """Nobody this node is joined with keeps records there."""

    exit_code = 6

    def __init__(self) -> None:
        super().__init__(
            "no node this one is joined with keeps the records of --from",
            "本节点尚未与 --from 所指的地区互联",
            hint="hutong node list shows the regions; join one with: hutong node join CARD",
            hint_zh="hutong node list 可查看已互联地区;互联:hutong node join 名片文件",
        )


class BadCase(ExchangeError):
    """--case is not kind:id."""

    def __init__(self) -> None:
        super().__init__(
            "--case is not written as kind:id",
            "--case 的写法应为 类型:编号",
            hint="for example --case referral:R-2026-001 (kinds: referral, consultation, visit)",
            hint_zh="例如 --case referral:R-2026-001(类型:referral、consultation、visit)",
        )


def request(node: Node, ask: Ask) -> Outcome:
    """Ask, and give back what came. A refusal is an outcome; what could not be asked at all raises."""
    one = request_of(node, ask)
    require_sound(node)
    peer = _holder(node, ask.holder)
    if peer is None:
        return _from_here(node, one)
    from exchange.federation.asking import request_from  # only now: it loads the HTTP client

    answer = request_from(peer, one, node.desk, node.vault, node.keys, node.clock, node.settings)
    return Outcome(
        permit=answer.permit,
        code=answer.code,
        bundle=answer.bundle,
        reasons=answer.because,
        next_step=next_step(answer.code),
        entry_id=answer.entry,
        count=answer.count,
        withheld=answer.withheld,
        holder=peer.id,
    )


def request_of(node: Node, ask: Ask) -> Request:
    """The question as the path takes it. Raises UnknownCode; NotInDirectory for a person this node does not know.

    A declared emergency that says "treatment" means emergency treatment.
    """
    purpose = "ETREAT" if ask.purpose == "TREAT" and ask.emergency_reason is not None else ask.purpose
    require_asked(purpose, ask.classes)
    return Request(
        id=entry_id(to_us(node.clock()), node.desk.entropy(RANDOM_BYTES)),
        patient=ask.patient,
        purpose=purpose,
        actor=_actor(node, ask),
        asked_at=node.clock(),
        classes=ask.classes,
        emergency_reason=ask.emergency_reason,
        based_on=_based_on(node, ask),
    )


def _from_here(node: Node, one: Request) -> Outcome:
    handed: list[bytes] = []
    result = release(one, node.office, handed.append)
    verdict = result.verdict
    released = isinstance(result, Released)
    return Outcome(
        permit=verdict.permit,
        code=verdict.code,
        bundle=handed[0] if released else b"",
        reasons=verdict.reasons,
        next_step=next_step(verdict.code),
        entry_id=result.intent.id if isinstance(result, Released) else result.entry.id,
        count=result.count if isinstance(result, Released) else 0,
        withheld=Counter(item.reason for item in verdict.withheld),
        holder=node.id,
    )


def _actor(node: Node, ask: Ask) -> Actor:
    kind, _, name = ask.person.partition("/")
    if kind == "Patient" and name:
        own = node.own
        return Actor(id=ask.person, role="patient", organisation=own, groups=(), vouched_by=node.id)
    person = node.directory.person(ask.person.removeprefix("Practitioner/"))
    organisation = node.directory.organisation(person.organisation)
    return Actor(
        id=person.id,
        role=person.role,
        organisation=organisation,
        groups=node.directory.groups_of(person.reference, organisation.reference),
        vouched_by=node.id,
        name=person.name_zh,
        on_behalf_of=ask.on_behalf_of,
    )


def _based_on(node: Node, ask: Ask) -> BasedOn | None:
    """The case the asker names. It is open only if this node holds it, active, about this very patient."""
    if not ask.case:
        return None
    kind, colon, name = ask.case.partition(":")
    if not (kind and colon and name):
        raise BadCase
    return BasedOn(kind=kind, id=name, open=_is_open(node, name, ask.patient))


def _is_open(node: Node, case: str, patient: str) -> bool:
    try:
        orders = node.records.of_patient(node.records.patient(patient), ("ServiceRequest",))
    except (UnknownPatient, AmbiguousPatient):
        return False
    return any(one.id == case and orjson.loads(one.body).get("status") == "active" for one in orders)


def _holder(node: Node, holder: str) -> Card | None:
    """The node that keeps the records of `holder`; None for this one. Raises UnknownHolder."""
    if holder in ("", node.id, node.region):
        return None
    for card in node.peers:
        if (
            holder == card.id
            or card.organisation(holder)
            or (is_region(holder) and contains(card.region, holder))
        ):
            return card
    if is_region(holder) and contains(node.region, holder):
        return None
    try:
        node.directory.organisation(holder)
    except NotInDirectory:
        raise UnknownHolder from None
    return None
