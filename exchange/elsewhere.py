"""What a patient of another region goes by in this node's vault: never the name of a patient of ours.

Another region's id may be the same text as one of ours; under one key, two people would be one in the ledger.
"""

from collections.abc import Iterable, Iterator

# In the place of a node that nobody named: no node's id is empty.
UNSAID = ""


def elsewhere(holder: str, asked: str) -> str:
    """The name of the key for somebody the node `holder` was asked about as `asked` (an id or a number)."""
    # No id of a record holds a slash (FHIR R4, 2.24.0.1).
    return f"{holder}/{asked}"


def names_of(asked: str, holders: Iterable[str]) -> Iterator[str]:
    """Every name somebody asked for by these words may go by; the words alone, as older programs had it, too."""
    yield asked
    yield from (elsewhere(holder, asked) for holder in (*holders, UNSAID))
