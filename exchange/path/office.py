"""What the path needs to do its work, as things handed in: stores, keys, rules, time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from consent import Config, Registry
from exchange.directory import Directory, Organisation
from exchange.evidence.papers import Papers
from exchange.node.secrets import MasterSecret
from exchange.node.vault import Vault
from exchange.path.cleaners import Cleaners
from exchange.path.recording import Desk
from exchange.records import Store
from ledger import Log
from policies import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """One node's counter. `policy` is a callable because loading it takes time.

    `spool` is the desk of an emergency while the ledger cannot be written. `papers` reads orders and agreements anew.
    `past_policy` gives the rules of a revision this node has decided by; None where they are not kept.
    """

    desk: Desk
    spool: Desk
    log: Log
    records: Store
    vault: Vault
    consents: Registry
    consent_config: Config
    directory: Directory
    own: Organisation
    master: MasterSecret
    policy: Callable[[], Engine]
    past_policy: Callable[[str], Engine | None]
    cleaners: Cleaners
    papers: Callable[[], Papers]
    clock: Callable[[], datetime]

    @property
    def house_key(self) -> bytes:
        """The key for details that belong to no patient."""
        return self.master.for_use("house")
