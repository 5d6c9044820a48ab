"""Under which pseudonyms somebody stands in this ledger: as a patient of ours, and as one we asked other regions for.

A node that asks keeps its entries under a key that goes by the words of the question: an id of the other node, or a
number. One person may so have several, and whoever searches for one of them means all.
"""

from collections.abc import Iterator
from contextlib import suppress

import orjson

from exchange.audit.story import RecordErased
from exchange.elsewhere import names_of
from exchange.errors import UnknownPatient
from exchange.node.node import Node
from exchange.records.errors import UnknownRecord
from exchange.records.identifiers import BARE_SYSTEMS, normalise

# No pseudonym: of a patient without a key there is no entry.
_NOBODY = "nobody"


def patients_named(node: Node, text: str) -> frozenset[str] | None:
    """The pseudonyms behind an id, system|value or number; None for "". No key is made for somebody searched for.

    Raises UnknownPatient where neither our records nor our questions know them, AmbiguousPatient, RecordErased.
    """
    if not text:
        return None
    names = _every_name(node, text)
    found = frozenset(keys.pseudonym for name in names if (keys := node.vault.known(name)))
    if found:
        return found
    if any(map(node.vault.was_erased, names)):
        raise RecordErased  # "nothing found" would be false
    node.records.patient(text)
    return frozenset((_NOBODY,))


def people_named(node: Node, lang: str) -> dict[str, str]:
    """The name behind every pseudonym a person of the registry acts under; `lang` is "zh" or "en"."""
    return {node.desk.actor_named(one.id): one.name(lang) for one in node.directory.people()}


def was_erased(node: Node, text: str) -> bool:
    """Whether a key was destroyed that somebody went by under this id or number; a newer one leads to nothing older."""
    return bool(text) and any(map(node.vault.was_erased, _every_name(node, text)))


def _every_name(node: Node, text: str) -> list[str]:
    holders = [card.id for card in node.peers]
    return list(dict.fromkeys(name for one in _names(node, text) for name in names_of(one, holders)))


def _names(node: Node, text: str) -> Iterator[str]:
    """What a key of this person may go by."""
    yield text
    system, bar, value = text.strip().rpartition("|")
    yield from _spellings(system, value) if bar else _spellings("", text)
    # Somebody may be known by what others say of them, and have no record of their own.
    with suppress(UnknownPatient, UnknownRecord):
        patient = node.records.patient(text)
        yield patient
        record = orjson.loads(node.records.get("Patient", patient).body)
        for one in record.get("identifier", ()):
            yield from _spellings(str(one.get("system", "")), str(one.get("value", "")))


def _spellings(system: str, value: str) -> Iterator[str]:
    """How one number may have been typed: with its system or, where that is allowed, without."""
    system, plain = normalise(system, value)
    systems = BARE_SYSTEMS if not system else (system,)
    for written in dict.fromkeys((value.strip(), plain, plain.lower())):
        if not system or system in BARE_SYSTEMS:
            yield written
        yield from (f"{one}|{written}" for one in sorted(systems))
