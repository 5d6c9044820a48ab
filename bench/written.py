"""What the path really writes for accesses and refusals: how long bodies, details and their seals are.

python -m bench.written
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from statistics import mean

from bench.path import agreeing, ask_all, sample_node
from exchange.audit.details import keys_of
from ledger.errors import CannotOpen
from ledger.sealing import opening

PATIENTS = 20


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes of one entry's body, of its details in clear, and of these as they are stored."""

    kind: str
    body: int
    text: int
    sealed: int


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as room:
        found = sorted(what_is_written(Path(room)), key=attrgetter("kind"))
    print(f"{'mean bytes':24}{'entries':>9}{'body':>9}{'details':>9}{'sealed':>9}")
    for kind, same in groupby(found, attrgetter("kind")):
        ones = list(same)
        sizes = (mean(map(attrgetter(name), ones)) for name in ("body", "text", "sealed"))
        print(f"{kind:24}{len(ones):9}" + "".join(f"{size:9,.0f}" for size in sizes))


def what_is_written(room: Path) -> list[Written]:
    """The entries of one access and one refusal for each of some patients, on a node of invented people in `room`."""
    with sample_node(room) as node:
        patients = agreeing(node, PATIENTS)
        before = node.log.size
        ask_all(node, patients, "TREAT")
        ask_all(node, patients, "HQUALIMP")
        return [
            Written(
                f"{found.entry.subtype} {found.entry.phase}", len(found.body), len(text), len(found.sealed)
            )
            for found in node.log.scan(before)
            if found.entry.type == "access"
            for text in _texts(found.sealed, keys_of(node.office, found))
        ]


def _texts(sealed: bytes, keys: list[bytes]) -> Iterator[bytes]:
    for key in keys:
        try:
            yield opening(sealed, key=key)["details"].encode()
        except CannotOpen:
            continue


if __name__ == "__main__":
    main()
