"""What decides beside the rules: settings, registry and documents of the node. They are on record before they count.

Whoever edits node.toml, registry.toml or orders.toml needs no key of the node; the ledger says since when the edited
file was decided by, and its sealed details what was in force.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import orjson

from exchange.evidence.papers import as_it_lies
from exchange.node.settings import Settings

SECTIONS = ("consent", "emergency", "research")
# A path says where something lies on this machine, and decides nothing.
PLACES = ("emergency.spool_file",)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The settings and the registry a process of the node started with, and its documents, which it reads anew."""

    settings: Settings
    registry: bytes
    papers: Path

    def documents(self) -> str:
        """SHA-256 of the documents as they lie there now; "" for none. Raises BadOrders where they cannot be read."""
        return as_it_lies(self.papers)[1]

    def told(self, documents: str) -> dict[str, object]:
        """What is in force with these documents: the settings that decide, the SHA-256 of registry and documents."""
        return {**self._since_the_start, "documents": documents}

    @cached_property
    def _since_the_start(self) -> dict[str, object]:
        return {
            "settings": {
                key: one.value
                for key, one in self.settings.values.items()
                if key.partition(".")[0] in SECTIONS and key not in PLACES
            },
            "registry": hashlib.sha256(self.registry).hexdigest(),
        }


def digest_of(told: object) -> str:
    """The name of what is in force: SHA-256 of its canonical JSON, in hex."""
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
