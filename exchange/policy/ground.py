"""What decides beside the rules: settings, registry and documents of the node. They are on record before they count.

Whoever edits node.toml, registry.toml or orders.toml needs no key of the node; the ledger says since when the edited
file was decided by, and its sealed details what was in force.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import orjson

from exchange.node.settings import Settings

SECTIONS = ("consent", "emergency", "research")
# A path says where something lies on this machine, and decides nothing.
PLACES = ("emergency.spool_file",)
Marks = tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The settings and the registry a process of the node started with, and its documents, which it reads anew."""

    settings: Settings
    registry: bytes
    papers: Path

    def marks(self) -> Marks:
        """Changes when the documents were written again; cheap, as it is looked at before every decision."""
        try:
            about = self.papers.stat()
        except FileNotFoundError:
            return None
        return about.st_mtime_ns, about.st_size

    def told(self) -> dict[str, object]:
        """What is in force: the settings that decide, and the SHA-256 of registry and documents ("" for none)."""
        return {
            "settings": {
                key: one.value
                for key, one in self.settings.values.items()
                if key.partition(".")[0] in SECTIONS and key not in PLACES
            },
            "registry": hashlib.sha256(self.registry).hexdigest(),
            "documents": hashlib.sha256(self.papers.read_bytes()).hexdigest() if self.papers.exists() else "",
        }


def digest_of(told: object) -> str:
    """The name of what is in force: SHA-256 of its canonical JSON, in hex."""
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
