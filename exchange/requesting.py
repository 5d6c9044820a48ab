"""Ask for a record: of this node, or of the node of another region."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from exchange.asker import actor_of
from exchange.directory import NotInDirectory, contains, is_region
from exchange.errors import ExchangeError
from exchange.evidence.claim import claim_of
from exchange.evidence.code import token
from exchange.federation.card import Card
from exchange.instants import to_us
from exchange.node.node import Node
from exchange.path.release import Deliver, Released, release
from exchange.path.request import Actor, BasedOn, Request
from exchange.path.verdict import Because
from exchange.path.wording import next_step
from exchange.soundness import require_sound
from exchange.vocabulary import require_asked
from ledger.identity import RANDOM_BYTES, entry_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody at this node asks. `holder`: region, organisation or node that keeps the record; "" = this node.

    `person` is an id of this node's registry, or "Patient/<id>" for the patient themself; `others` are ids of whom
    it is asked for as well. `case`: "referral:ID"; `code`: what the patient showed, instead of a case. `authn_method`
    is how the patient was recognised, one of METHODS (exchange/path/circumstances.py).
    """

    patient: str
    purpose: str
    person: str
    holder: str = ""
    classes: tuple[str, ...] = ()
    emergency_reason: str | None = None
    case: str = ""
    code: str = ""
    on_behalf_of: str = ""
    others: tuple[str, ...] = ()
    authn_method: str = ""


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
            hint_zh="hutong node list 可查看已互联地区；互联：hutong node join 名片文件",
        )


def request(node: Node, ask: Ask, deliver: Deliver = lambda _: None) -> Outcome:
    """Ask, and give back what came; what is released goes through `deliver` too, exactly once.

    Where `deliver` raises, a record of this node was not handed over, and the ledger says so. A refusal is an outcome;
    what could not be asked at all raises.
    """
    peer = holder_of(node, ask.holder)
    one = request_of(node, ask, holder=peer.id if peer else node.id)
    require_sound(node)
    if peer is None:
        return _from_here(node, one, deliver)
    from exchange.federation.asking import request_from  # only now: it loads the HTTP client

    answer = request_from(peer, one, node.desk, node.vault, node.keys, node.clock, node.settings)
    if answer.permit:
        deliver(answer.bundle)
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


def request_of(node: Node, ask: Ask, *, holder: str = "") -> Request:
    """The question as the path takes it; `holder` is the node it goes to, this one where none is named.

    Raises UnknownCode, BadCase, BadCode, CannotActFor; NotInDirectory for a person this node does not know. A
    declared emergency that says "treatment" means emergency treatment.
    """
    purpose = "ETREAT" if ask.purpose == "TREAT" and ask.emergency_reason is not None else ask.purpose
    require_asked(purpose, ask.classes)
    return Request(
        id=entry_id(to_us(node.clock()), node.desk.entropy(RANDOM_BYTES)),
        patient=ask.patient,
        purpose=purpose,
        actor=actor_of(node, ask.person, ask.on_behalf_of),
        asked_at=node.clock(),
        classes=ask.classes,
        emergency_reason=ask.emergency_reason,
        based_on=_ground(ask, holder or node.id),
        others=_others(node, ask),
        authn_method=ask.authn_method or ("code" if ask.code else ""),
        zone=node.settings["node.zone"],
    )


def _from_here(node: Node, one: Request, deliver: Deliver) -> Outcome:
    handed: list[bytes] = []

    def hand_over(bundle: bytes) -> None:
        deliver(bundle)
        handed.append(bundle)

    result = release(one, node.office, hand_over)
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


def _others(node: Node, ask: Ask) -> tuple[Actor, ...]:
    """Everybody the record is asked for besides whoever asks, each once."""
    found = {actor.id: actor for one in ask.others for actor in (actor_of(node, one),)}
    return tuple(actor for name, actor in found.items() if name != ask.person.removeprefix("Practitioner/"))


def _ground(ask: Ask, holder: str) -> BasedOn | None:
    """What the asker names as evidence; the node that holds the record looks it up."""
    if ask.code:
        return BasedOn(kind="code", id=token(ask.code, holder=holder))
    return claim_of(ask.case) if ask.case else None


def holder_of(node: Node, holder: str) -> Card | None:
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
