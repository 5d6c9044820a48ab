"""The state of a ledger that its witnesses vouch for, from the files: the ledger need not open."""

from collections.abc import Mapping
from pathlib import Path

from exchange.federation.peers import PeerBook
from exchange.node.layout import Layout
from exchange.node.settings import read_settings
from exchange.wiring import verifier_key
from exchange.witnessing.circle import policy_for, require_reachable
from ledger.keyring import keys_of_file
from ledger.witness import Cosigned, CosignedNotes, Policy
from ledger.witness.policy import BadPolicy, NotWitnessed


def witnessed_state(folder: Path, environment: Mapping[str, str], policy: bytes | None) -> Cosigned:
    """The longest state that was witnessed as `policy` (a file's content) asks, or as the node's settings do.

    Whether the ledger continues it is for `verify` to find out. Raises NotWitnessed where there is none, BadPolicy,
    QuorumOutOfReach.
    """
    layout = Layout(folder).require()
    log = keys_of_file(layout.ledger, verifier_key(folder, environment))
    if policy is None:
        cards = tuple(card for card in PeerBook(layout.peers) if card.witness_key)
        asked = policy_for(cards, read_settings(layout.settings, environment)["witness.quorum"], log)
        require_reachable(asked)
    else:
        asked = _read(policy)
    found = CosignedNotes(layout.witness).newest(log, asked) if layout.witness.exists() else None
    if found is None or not asked.witnesses:
        raise NotWitnessed(0, len(asked.witnesses))
    return found


def _read(policy: bytes) -> Policy:
    try:
        return Policy.parse(policy.decode())
    except UnicodeDecodeError:
        raise BadPolicy(0, "it is not UTF-8 text", "不是 UTF-8 文本") from None
