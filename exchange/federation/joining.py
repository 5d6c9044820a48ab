"""Join another node: from now on its questions are answered, and ours may go to it.

The entry in the ledger comes first and the card is put in place after it. A crash in between leaves an entry
without an effect, which is harmless; the other order could leave trust that nobody recorded.
"""

import hashlib
import hmac
from dataclasses import dataclass

from exchange.directory import Directory, contains, read_directory, region_name
from exchange.federation.card import Card, make_card, read_card
from exchange.federation.entitlement import is_ours
from exchange.federation.errors import CannotJoin, FingerprintDiffers, UnknownPeer
from exchange.federation.peers import PeerBook
from exchange.instants import to_us
from exchange.node.node import Node
from exchange.witnessing.keys import cosigner_of
from ledger import Entry, Recorded
from ledger.witness import WitnessKey


@dataclass(frozen=True, slots=True)
class Joined:
    """The card that is trusted from now on, and the entry that says so."""

    card: Card
    entry: Recorded


def own_card(node: Node) -> Card:
    """This node's card, signed now, with the organisations of its registry that lie in its region."""
    registry = read_directory(node.layout.registry)
    settings = node.settings
    return make_card(
        node.keys,
        node=node.id,
        region=node.region,
        name=settings["node.name"] or node.id,
        url=settings["serve.url"] or f"http://{settings['serve.host']}:{settings['serve.port']}",
        ledger=node.log.keys,
        witness_key=str(cosigner_of(node).key),
        organisations=[one for one in registry.organisations() if contains(node.region, one.region)],
        issued=node.clock(),
    )


def join(node: Node, raw: bytes, *, fingerprint: str, by: str) -> Joined:
    """Accept the card in `raw`, whose `fingerprint` the operator `by` was told by telephone.

    A newer card of a node that is known replaces the older one. Raises BadCard, CardAltered, CardExpired,
    FingerprintDiffers, CannotJoin, OrganisationDiffers, and what ledger and disk raise.
    """
    card = read_card(raw)
    card.require_valid(node.clock())
    if not hmac.compare_digest(_digits(fingerprint), _digits(card.fingerprint)):
        raise FingerprintDiffers
    registry = read_directory(node.layout.registry)
    known = require_joinable(card, node.peers, own=(node.id, node.region), registry=registry)
    entry = Entry(
        type="node",
        subtype="join",
        action="U" if known else "C",
        outcome="0",
        region=node.region,
        node=node.id,
        source="operator",
        actor=node.desk.actor_named(by),
        claimed_us=to_us(node.clock()),
    )
    told = {
        "by": by,
        "peer": card.id,
        "region": card.region,
        "fingerprint": card.fingerprint,
        "card": hashlib.sha256(raw).hexdigest(),
    }
    recorded = node.desk.write(entry, told, key=node.house_key)
    node.peers.keep(card)
    return Joined(card, recorded)


def require_joinable(card: Card, peers: PeerBook, *, own: tuple[str, str], registry: Directory) -> bool:
    """Whether the node is known already, if it may be joined at all. `own` is our node id and region.

    Raises CannotJoin, OrganisationDiffers.
    """
    if card.id == own[0] or card.region == own[1]:
        raise CannotJoin("the card is this node's own, or for its own region", "这是本节点或本地区的名片")
    others = [one for one in peers if one.id != card.id]
    _require_own_ground(card, others, own[1])
    _require_own_keys(card, others, own)
    registry.merge(organisations=card.organisations)
    try:
        known = peers.by_id(card.id)
    except UnknownPeer:
        return False
    # An old card would bring back an organisation that has been suspended since.
    if card.issued < known.issued:
        raise CannotJoin("a newer card of this node is known", "本节点已有对方更新的名片")
    # Its fingerprint is over another key: whoever has that one must not be able to change the ledger's.
    if known.ledger_key not in card.ledger:
        raise CannotJoin(
            "the key of its ledger was changed without the old key's signature: hutong ledger rotate hands a key over",
            "其账本密钥的更换没有旧密钥的签名：应由对方用 hutong ledger rotate 交接",
        )
    return True


def _require_own_ground(card: Card, others: list[Card], own_region: str) -> None:
    """The card speaks for no region and no organisation that we or another node speak for."""
    for one in others:
        if contains(one.region, card.region) or contains(card.region, one.region):
            raise CannotJoin(
                f"node {one.id} answers for a region that overlaps: {region_name(one.region, 'en')}",
                f"节点 {one.id} 负责的地区与之重叠：{region_name(one.region, 'zh')}",
            )
    taken = {organisation.id for one in others for organisation in one.organisations}
    for organisation in card.organisations:
        if is_ours(organisation, card, own_region) or organisation.id in taken:
            raise CannotJoin(
                f"organisation {organisation.id} is this node's, or another node's",
                f"机构 {organisation.id} 属于本节点或其他节点",
            )


def _require_own_keys(card: Card, others: list[Card], own: tuple[str, str]) -> None:
    """Nobody else's ledger is named on the card, and nobody else's witness.

    One witness under two names would count as two, and under the name of another's ledger that one's states would be
    refused, or this node's own be signed by itself.
    """
    taken = {one.ledger.name for one in others} | {f"hutong.{own[1]}/{own[0]}"}
    if card.ledger.name in taken:
        raise CannotJoin(
            "the ledger on the card is this node's, or another node's", "名片上的账本属于本节点或其他节点"
        )
    if card.witness_key is None:
        return
    key = WitnessKey.parse(card.witness_key)
    keys = [WitnessKey.parse(one.witness_key) for one in others if one.witness_key]
    if any(key.public_key == one.public_key or key.name == one.name for one in keys):
        raise CannotJoin("the witness key on the card is another node's", "名片上的见证公钥属于其他节点")


def _digits(text: str) -> bytes:
    """The digits as they were read out: how they are grouped does not matter."""
    return "".join(text.split()).encode()
