"""Organisations on a node's card: plain data that survives JSON, read back as strictly as a registry."""

import dataclasses
from collections.abc import Iterable

from exchange.directory.entries import read_entry
from exchange.directory.errors import BadRegistry
from exchange.directory.organisation import Organisation
from exchange.directory.reading import check_unique

MAX_ORGANISATIONS = 20_000
# Left off a card where it is not known: programs from before there was such a field read the card all the same.
_IF_KNOWN = ("contact", "phone")


def to_card(organisations: Iterable[Organisation]) -> list[dict[str, object]]:
    """`organisations` as JSON-able objects, every field written out but a contact nobody knows."""
    return [
        {name: value for name, value in dataclasses.asdict(one).items() if value or name not in _IF_KNOWN}
        for one in organisations
    ]


def from_card(listed: object, place: str = "card") -> tuple[Organisation, ...]:
    """What `to_card` gave, after a journey through JSON. Raises BadRegistry naming `place`, entry and field.

    A parent may be missing: a card lists what its node answers for, not what lies above it.
    """
    place = f"{place}, organisation"
    if not isinstance(listed, list) or len(listed) > MAX_ORGANISATIONS:
        raise BadRegistry(
            place,
            f"must be a list of at most {MAX_ORGANISATIONS}",
            f"应为列表，最多 {MAX_ORGANISATIONS} 项",
        )
    organisations = tuple(
        read_entry(Organisation, one, f"{place} {number}") for number, one in enumerate(listed, 1)
    )
    check_unique(organisations, place)
    return organisations
