"""The nodes this one knows: one card a file, in the folder `peers`."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from exchange.directory import contains
from exchange.errors import CannotWrite
from exchange.federation.card import Card, read_card
from exchange.federation.errors import FederationError, KeptCardUnusable, UnknownPeer
from exchange.records.resource_types import is_id


@dataclass(frozen=True, slots=True)
class PeerBook:
    """The cards in `folder`, read anew each time: a node joined now is known now."""

    folder: Path

    def __iter__(self) -> Iterator[Card]:
        """All cards, by node id. One that cannot be read is an error: silence would hide a region."""
        return (self._read(path) for path in sorted(self.folder.glob("*.json")))

    def by_id(self, node: str) -> Card:
        """The card of this node. Whether it is in force is the caller's question. Raises UnknownPeer."""
        path = self.folder / f"{node}.json"
        if not is_id(node) or node.startswith(".") or not path.is_file():
            raise UnknownPeer
        return self._read(path)

    def by_region(self, code: str) -> Card:
        """The card of the node that answers for region `code` or one around it. Raises UnknownPeer."""
        for card in self:
            if contains(card.region, code):
                return card
        raise UnknownPeer

    def keep(self, card: Card) -> None:
        """Write the card so that it is there wholly or not at all, also after a crash. Raises CannotWrite."""
        path = self.folder / f"{card.id}.json"
        # Not named *.json until it is whole, so that nobody reads half a card.
        draft = path.with_suffix(".draft")
        try:
            with draft.open("wb") as file:
                file.write(card.written)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            descriptor = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise CannotWrite(f"peers/{path.name}", error.strerror or type(error).__name__) from error

    def _read(self, path: Path) -> Card:
        try:
            card = read_card(path.read_bytes())
        except OSError as error:
            raise KeptCardUnusable(path.name, "the file cannot be read", "文件无法读取") from error
        except FederationError as wrong:
            raise KeptCardUnusable(path.name, str(wrong), wrong.zh) from None
        # A card under another node's name would let its keys speak for that node.
        if path.name != f"{card.id}.json":
            raise KeptCardUnusable(path.name, "it is the card of another node", "是其他节点的名片")
        return card
