"""One entry with all that is told about it, whatever the format: kind, people, places, words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from exchange.audit import words
from exchange.audit.export.kinds import Kind, kind_of
from exchange.audit.export.opening import Names, People
from exchange.audit.rules import reasons_of
from exchange.audit.words import Table
from exchange.instants import from_us
from exchange.node.node import Node
from ledger import Entry, Recorded
from ledger.merkle import leaf_hash

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Place:
    """A node and where it is reached. `id` is "" for one that no entry in clear tells; `url` where none is known."""

    id: str
    url: str = ""

    @property
    def host(self) -> str:
        """The machine's name, else the node's id; "unknown" where neither is told."""
        return urlsplit(self.url).hostname or self.id or "unknown"


ELSEWHERE = Place("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a format tells. `here` is the node that wrote the entry, `asker` the one whose organisation acted.

    `holder` is the node that was asked; ELSEWHERE unless names were opened. `organisation` is its name by language,
    empty where the registry does not know it.
    """

    found: Recorded
    kind: Kind
    people: People
    here: Place
    asker: Place
    holder: Place
    organisation: Mapping[str, str]
    rules: Table

    @property
    def entry(self) -> Entry:
        return self.found.entry

    @property
    def leaf(self) -> str:
        """The hash by which the entry stands in the ledger's tree (RFC 9162), hex."""
        return leaf_hash(self.found.body).hex()

    @property
    def claimed(self) -> datetime | None:
        """When whoever acted says that it was; None where nobody says."""
        return from_us(self.entry.claimed_us) if self.entry.claimed_us else None

    @property
    def code(self) -> str:
        """The kind of entry as one word."""
        return f"{self.entry.type}.{self.entry.subtype}"

    def what(self, lang: str) -> str:
        """What happened."""
        return words.event(self.entry, lang)

    def because(self, lang: str) -> str:
        """Why, with its code; "" where the entry gives no reason."""
        return words.reason(self.entry.why, lang, self.rules) if self.entry.why else ""


@dataclass(frozen=True, slots=True)
class Teller:
    """Turns entries into events."""

    names: Names
    here: Place
    places: Mapping[str, Place]
    organisations: Mapping[str, Mapping[str, str]]
    rules: Table

    @classmethod
    def of(cls, node: Node, names: Names) -> "Teller":
        """The one of this node. Registry, cards and rules are read once, as they are now."""
        peers = list(node.peers)
        places = {card.id: Place(card.id, card.url) for card in peers}
        at = {one.id: places[card.id] for card in peers for one in card.organisations}
        known = {
            one.id: {lang: one.name(lang) for lang in LANGUAGES} for one in node.directory.organisations()
        }
        return cls(names, Place(node.id, node.settings["serve.url"]), places | at, known, reasons_of(node))

    def tell(self, found: Recorded) -> Event:
        """The event of this entry."""
        entry, people = found.entry, self.names.of(found)
        return Event(
            found=found,
            kind=kind_of(entry),
            people=people,
            here=self.here if entry.node == self.here.id else Place(entry.node),
            asker=self.places.get(entry.organisation, self.here),
            holder=self.places.get(people.holder, ELSEWHERE) if people.holder else ELSEWHERE,
            organisation=self.organisations.get(entry.organisation, {}),
            rules=self.rules,
        )


def both(event_words: Mapping[str, str]) -> str:
    """Chinese and English side by side, for formats with room for one text; one of them where they are the same."""
    return " · ".join(dict.fromkeys(filter(None, (event_words.get("zh"), event_words.get("en")))))
