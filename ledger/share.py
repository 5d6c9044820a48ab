"""Read a share of the log by itself: all that can be checked without what came before it.

A share is a row of whole tiles. Whoever puts the shares together compares what they begin with with what the one
before ended with. A share is a hint to go on faster, never a verdict: where anything in it is wrong there is none.
"""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import apsw
import msgspec

from ledger import body as bodies
from ledger.body import Body, BodyWrong
from ledger.keys import successor_named
from ledger.merkle import HASH_BYTES, commitment_of, leaf_hash
from ledger.tiles import WIDTH, subtree_root
from ledger.volumes import rows_between


class Newest(msgspec.Struct, frozen=True):
    """A patient's newest entry so far."""

    index: int
    sequence: int
    leaf: bytes

    @property
    def next(self) -> tuple[int, str]:
        """The number and the reference back that the patient's next entry must carry."""
        return self.sequence + 1, commitment_of(self.leaf) if self.leaf else ""


class Crew(Protocol):
    """Whoever reads the shares of a log."""

    def shares(self, size: int, sizes: Sequence[int]) -> Generator["Share", None, None]:
        """The whole shares of a log of `size` entries in their order, up to the first that is not as it should be.

        `sizes` are those of which the peaks are wanted, rising.
        """
        ...


NOBODY = Newest(-1, 0, b"")
WITHOUT_PATIENT = (0, "")


@dataclass(slots=True)
class Share:
    """What the entries from `start` on say.

    `first_us` and `last_us` are the times of the first and of the last; `tiles` the root of each tile, with the peaks
    over its beginning at each size that was asked for; `begins` what the first entry of each patient carries;
    `successors` the entries that hand the key over.
    """

    start: int
    first_us: int = 0
    last_us: int = 0
    tiles: list[tuple[bytes, dict[int, list[bytes]]]] = field(default_factory=list)
    begins: dict[str, tuple[int, str]] = field(default_factory=dict)
    newest: dict[str, Newest] = field(default_factory=dict)
    successors: set[int] = field(default_factory=set)

    @classmethod
    def read(cls, db: apsw.Connection, start: int, stop: int, sizes: Sequence[int]) -> "Share | None":
        """The share up to but not including `stop`, with the peaks at `sizes`; None where anything is wrong."""
        share = cls(start)
        numbers = range(start // WIDTH, stop // WIDTH)
        stored_tiles = db.execute(
            "SELECT number, CAST(hashes AS BLOB) FROM tile"
            " WHERE level = 0 AND number >= ? AND number < ? ORDER BY number",
            (numbers.start, numbers.stop),
        )
        leaves: list[bytes] = []
        for place, stored, sealed in rows_between(db, start, stop):
            if place != start + len(leaves) or not share._goes_on(place, stored, sealed, leaves):
                return None
        tiles = [b"".join(leaves[at : at + WIDTH]) for at in range(0, len(leaves), WIDTH)]
        if len(leaves) != stop - start or list(zip(numbers, tiles, strict=True)) != list(stored_tiles):
            return None
        share._raise_tiles(tiles, sizes)
        return share

    def _goes_on(self, index: int, stored: bytes, sealed: bytes, leaves: list[bytes]) -> bool:
        try:
            body = bodies.skim(stored, sealed)
        except BodyWrong:
            return False
        if body.index != index or body.time_us <= self.last_us:
            return False
        self.first_us, self.last_us = self.first_us or body.time_us, body.time_us
        leaves.append(leaf_hash(stored))
        if successor_named(body.entry) is not None:
            self.successors.add(index)
        return self._follows(body, leaves[-1])

    def _follows(self, body: Body, leaf: bytes) -> bool:
        """Whether it is its patient's next; the patient's first of this share may carry anything."""
        patient, carried = body.entry.patient, (body.sequence, body.previous)
        if not patient:
            return carried == WITHOUT_PATIENT
        before = self.newest.get(patient)
        if before is None:
            self.begins[patient] = carried
        elif carried != before.next:
            return False
        self.newest[patient] = Newest(body.index, body.sequence, leaf)
        return True

    def _raise_tiles(self, tiles: Sequence[bytes], sizes: Iterable[int]) -> None:
        asked: dict[int, list[int]] = {}
        for size in sorted(sizes):
            asked.setdefault((size - 1 - self.start) // WIDTH, []).append(size)
        for number, tile in enumerate(tiles):
            before = self.start + number * WIDTH
            peaks = {size: _peaks(tile[: (size - before) * HASH_BYTES]) for size in asked.get(number, ())}
            self.tiles.append((subtree_root(tile), peaks))


def _peaks(hashes: bytes) -> list[bytes]:
    """The roots of the whole subtrees over the beginning of a tile, the largest first."""
    peaks, at, count = [], 0, len(hashes) // HASH_BYTES
    for height in reversed(range(count.bit_length())):
        if count >> height & 1:
            end = at + (HASH_BYTES << height)
            peaks.append(subtree_root(hashes[at:end]))
            at = end
    return peaks
