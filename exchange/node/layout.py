"""Where things lie in a node's folder."""

from dataclasses import dataclass
from pathlib import Path

from exchange.errors import NotANode


@dataclass(frozen=True, slots=True)
class Layout:
    """The rooms of one node folder; nothing is read or made here."""

    root: Path

    @property
    def settings(self) -> Path:
        return self.root / "node.toml"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def registry(self) -> Path:
        return self.root / "registry.toml"

    @property
    def papers(self) -> Path:
        return self.root / "orders.toml"

    @property
    def peers(self) -> Path:
        return self.root / "peers"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger.db"

    def volumes(self) -> list[Path]:
        """The closed volumes of the ledger, wherever a link in their place leads."""
        return sorted(self.root.glob("ledger-*.db"))

    @property
    def witness(self) -> Path:
        return self.root / "witness.db"

    @property
    def anchors(self) -> Path:
        return self.root / "anchors.db"

    @property
    def stamps(self) -> Path:
        return self.root / "timestamps"

    @property
    def vault(self) -> Path:
        return self.root / "vault.db"

    @property
    def records(self) -> Path:
        return self.root / "records.db"

    @property
    def spool(self) -> Path:
        return self.root / "spool.jsonl"

    @property
    def rejects(self) -> Path:
        return self.root / "rejects"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def policies(self) -> Path:
        return self.root / "policies"

    def require(self) -> "Layout":
        """Return self if a node lives here; otherwise say how to make one."""
        if not self.settings.is_file():
            raise NotANode(str(self.root))
        return self
