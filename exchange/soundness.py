"""Before anything leaves: is the ledger whole, do the tables beside it agree, are peers and erasures on record?

Somebody with the node's files but not its keys can delete a revocation, approve a project, take a patient's key away
or put a card of their own among the peers. Small ledgers are read before every answer; large ones when a node begins
to serve, and by `hutong status`, which is to be run every day.
"""

import hashlib
from collections.abc import Iterator

from exchange.audit.agreement import disagreements
from exchange.erasing import erased
from exchange.errors import ExchangeError
from exchange.holdings import missing
from exchange.node.node import Node
from ledger.errors import CannotOpen
from ledger.sealing import unseal
from ledger.verify import verify

# Reading this many entries takes well under a second.
ALWAYS_BELOW = 10_000


class NotSound(ExchangeError):
    """Something of the node was changed behind its back."""

    exit_code = 4

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(
            f"this node is not sound: {en}",
            f"本节点数据不可信：{zh}",
            hint="nothing was released; keep the folder as evidence, see hutong status, restore a backup",
            hint_zh="没有放行任何数据；请保留目录作为证据，查看 hutong status 并恢复备份",
        )


def require_sound(node: Node, *, however_large: bool = False) -> None:
    """Return if nothing was changed behind the node's back, as far as it looks. Raises NotSound."""
    if not however_large and node.log.size > ALWAYS_BELOW:
        return
    verified = verify(node.log, node.vkey)
    if not verified.ok:
        raise NotSound(verified.en, verified.zh)
    for wrong in disagreements(node.log, node.house_key):
        raise NotSound(wrong.en, wrong.zh)
    for peer in strangers(node):
        raise NotSound(f"the card of {peer} was never joined", f"节点 {peer} 的名片没有互联记录")
    if lost := lost_keys(node):
        raise NotSound(*without_erasure(lost))
    if however_large and (
        gone := missing(node)
    ):  # counting millions of records takes too long for every answer
        raise NotSound(f"{gone} records are gone since the last import", f"与上次导入相比缺少 {gone} 条记录")


def lost_keys(node: Node) -> int:
    """How many patients with entries have no key and no erasure of their own: their refusals would be unseen.

    What the vault says of itself proves nothing: whoever took the key out could have written it.
    """
    with node.log.reading() as db:
        patients = [str(row[0]) for row in db.execute("SELECT patient FROM patient_edge")]
    without = {one for one in patients if node.vault.key_behind(one) is None}
    # After the vault: an erasure is on record before its key is gone.
    return len(without - erased(node.log)) if without else 0


def without_erasure(lost: int) -> tuple[str, str]:
    """The same in words: (en, zh)."""
    return f"{lost} keys of patients are gone without an erasure", f"缺少 {lost} 位患者的密钥，且没有销毁记录"


def strangers(node: Node) -> Iterator[str]:
    """Ids of the peers whose card is not the one an entry of this ledger says was joined."""
    cards = list(node.peers)  # before the log: a card is put in place after its entry
    joined = set(_joined(node))
    return (card.id for card in cards if hashlib.sha256(card.written).hexdigest() not in joined)


def _joined(node: Node) -> Iterator[str]:
    for one in node.log.scan():
        if (one.entry.type, one.entry.subtype) == ("node", "join"):
            try:
                yield str(unseal(one.sealed, key=node.house_key).get("card", ""))
            except CannotOpen:
                continue
