"""Who the witnesses of a node are: its peers, and how many of them must have signed."""

from dataclasses import dataclass

from exchange.federation.card import Card
from exchange.node.node import Node
from exchange.witnessing.errors import QuorumOutOfReach
from ledger.keys import Keys
from ledger.witness import CosignedNotes, Policy, WitnessKey
from ledger.witness.policy import NONE, Group

ADD = "/hutong/v1/witness/add-checkpoint"
SEEN = "/hutong/v1/witness/seen"
PREFIX = "/hutong/v1/witness"
_QUORUM = "quorum"


@dataclass(frozen=True, slots=True)
class Circle:
    """The witnesses of a node's ledger, what they said so far, and how many of them are enough."""

    cards: tuple[Card, ...]
    policy: Policy
    notes: CosignedNotes

    def require_reachable(self) -> None:
        """Return if all of the witnesses together are enough. Raises QuorumOutOfReach."""
        require_reachable(self.policy)


def circle_of(node: Node) -> Circle:
    """The witnesses as the node's peers and settings are now. Raises KeptCardUnusable."""
    cards = tuple(card for card in node.peers if card.witness_key)
    policy = policy_for(cards, node.settings["witness.quorum"], node.log.keys)
    return Circle(cards, policy, CosignedNotes(node.layout.witness))


def policy_for(cards: tuple[Card, ...], quorum: str | int, log: Keys) -> Policy:
    """The policy over these peers. `quorum`: majority, all, any, none, or how many.

    More than there are is never met, and `require_reachable` says so: taken for all there are, it would be less than
    was asked for.
    A key that stands on several cards counts once, for the first: its holder is one witness under however many names.
    """
    witnesses: dict[str, tuple[WitnessKey, str]] = {}
    for card in cards:
        key = WitnessKey.parse(card.witness_key) if card.witness_key else None
        if key and key.public_key not in {known.public_key for known, _ in witnesses.values()}:
            witnesses[card.id] = key, card.url + PREFIX
    least = _least(quorum, len(witnesses))
    if not least:
        return Policy(logs=tuple(log), witnesses=witnesses, quorum=NONE)
    groups = {_QUORUM: Group(least, tuple(witnesses))}
    return Policy(logs=tuple(log), witnesses=witnesses, groups=groups, quorum=_QUORUM)


def require_reachable(policy: Policy) -> None:
    """Return if all the witnesses of a policy together meet it. Raises QuorumOutOfReach."""
    if not policy.is_met(policy.witnesses):
        asked = max(group.least for group in policy.groups.values())
        raise QuorumOutOfReach(asked, len(policy.witnesses))


def written(policy: Policy) -> str:
    """The policy as a file that others can check this ledger with (C2SP tlog-policy). Raises QuorumOutOfReach."""
    require_reachable(policy)
    lines = [f"log {log}" for log in policy.logs]
    lines += [f"witness {name} {key} {url}".rstrip() for name, (key, url) in policy.witnesses.items()]
    lines += [f"group {name} {one.least} {' '.join(one.members)}" for name, one in policy.groups.items()]
    return "\n".join([*lines, f"quorum {policy.quorum}", ""])


def _least(quorum: str | int, witnesses: int) -> int:
    majority = min(witnesses // 2 + 1, witnesses)
    by_name: dict[str | int, int] = {
        "none": 0,
        "any": min(1, witnesses),
        "all": witnesses,
        "majority": majority,
    }
    return by_name[quorum] if quorum in by_name else int(quorum)
