"""One open node: its folder, its settings and its counter, for the commands and the server to work with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from consent import Registry
from exchange.directory import Directory, Organisation
from exchange.federation.keys import NodeKeys
from exchange.federation.peers import PeerBook
from exchange.node.layout import Layout
from exchange.node.settings import Settings
from exchange.node.vault import Vault
from exchange.path.office import Office
from exchange.path.recording import Desk
from exchange.path.spool import Spool
from exchange.records import Store
from ledger import Log


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Everything of one node. Opened by `exchange.wiring.open_node`, closed by leaving its context."""

    layout: Layout
    settings: Settings
    office: Office
    spool: Spool
    peers: PeerBook
    keys: NodeKeys
    vkey: str

    @property
    def id(self) -> str:
        return self.office.desk.node

    @property
    def region(self) -> str:
        return self.office.desk.region

    @property
    def log(self) -> Log:
        return self.office.log

    @property
    def vault(self) -> Vault:
        return self.office.vault

    @property
    def records(self) -> Store:
        return self.office.records

    @property
    def consents(self) -> Registry:
        return self.office.consents

    @property
    def directory(self) -> Directory:
        return self.office.directory

    @property
    def own(self) -> Organisation:
        return self.office.own

    @property
    def desk(self) -> Desk:
        return self.office.desk

    @property
    def house_key(self) -> bytes:
        return self.office.house_key

    @property
    def clock(self) -> Callable[[], datetime]:
        return self.office.clock

    def name_of(self, reference: str, lang: str) -> str | None:
        """The name people read for "Organization/x", "Practitioner/x" or "Group/x"; None where nobody knows it."""
        return self.office.directory.name_of(reference, lang)
