"""How it stands: who signed this node's ledger, whose ledgers it signed, and which of them showed two histories."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from exchange.node.node import Node
from exchange.witnessing.circle import Circle, circle_of
from ledger.identity import EPOCH
from ledger.witness import Cosigned, SeenLogs, check_fork
from ledger.witness.fork import Forked

# A witness that has not signed for so long needs a person who calls it.
MAY_BE_SILENT = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OurWitness:
    """A witness of this ledger: how many of its entries it signed for, and when last; None where it never did."""

    node: str
    size: int | None
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """Another node's ledger, and the longest state of it that was signed here."""

    node: str
    origin: str
    size: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFork:
    """Two histories a log showed here, and the proof anybody can check."""

    node: str
    shown: Forked
    at: datetime
    proof: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`witnessed` is the longest state that enough of the witnesses signed; `needed` says how many that are."""

    size: int
    needed: int
    ours: tuple[OurWitness, ...]
    witnessed: Cosigned | None
    vouched: tuple[Vouched, ...]
    forks: tuple[ShownFork, ...]


def standing(node: Node) -> Standing:
    """How it stands now, from what is kept here; nobody is asked."""
    circle, seen = circle_of(node), SeenLogs(node.layout.witness)
    names = {card.ledger.name: card.id for card in node.peers}
    log = node.log.keys
    return Standing(
        size=node.log.size,
        needed=sum(group.least for group in circle.policy.groups.values()),
        ours=_ours(circle, log.name),
        witnessed=circle.notes.newest(log, circle.policy) if circle.cards else None,
        vouched=tuple(
            Vouched(
                node=names.get(one.checkpoint.origin, ""),
                origin=one.checkpoint.origin,
                size=one.checkpoint.size,
                at=_when(one.at),
            )
            for one in seen.all()
        ),
        forks=tuple(
            ShownFork(node=names.get(origin, ""), shown=check_fork(proof), at=_when(at), proof=proof)
            for origin, proof, at in seen.forks()
        ),
    )


def _ours(circle: Circle, origin: str) -> tuple[OurWitness, ...]:
    said = circle.notes.confirmed(origin)
    return tuple(
        OurWitness(node=card.id, size=said[card.id].checkpoint.size, at=_when(said[card.id].at))
        if card.id in said
        else OurWitness(node=card.id, size=None, at=None)
        for card in circle.cards
    )


def _when(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)
