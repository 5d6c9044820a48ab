"""A node's identity: one key it signs with, one key others seal to. Both come from the master secret.

Nothing else to back up, nothing else to lose. Ed25519 (RFC 8032) and X25519 (RFC 7748) through libsodium.
"""

from dataclasses import dataclass

from nacl.public import PrivateKey
from nacl.signing import SigningKey

from exchange.node.secrets import MasterSecret


@dataclass(frozen=True, slots=True, repr=False)
class NodeKeys:
    """The secret halves; the public ones are on the node's card."""

    signing: SigningKey
    box: PrivateKey

    @classmethod
    def of(cls, master: MasterSecret) -> "NodeKeys":
        """The keys that belong to this master secret: always the same two."""
        return cls(SigningKey(master.for_use("node signing")), PrivateKey(master.for_use("node box")))
