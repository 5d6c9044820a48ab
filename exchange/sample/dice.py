"""Chance that falls the same way every time: the same seed gives the same people, on every machine.

A stream of SHAKE-256 output cut into numbers. Python's own generator would do, but what `choice` or
`shuffle` make of it has changed between versions, and a sample has to stay byte for byte what it was.
Nothing here is secret, and nothing secret may ever be drawn here.
"""

import hashlib
import struct
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

T = TypeVar("T")

_DRAWS = struct.Struct("<64Q")


class Dice:
    """An endless stream of numbers that belongs to `seed`."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._block = 0
        self._left: list[int] = []

    def of(self, name: str) -> "Dice":
        """Dice of their own for one part of the work: drawing more there changes nothing elsewhere."""
        return Dice(f"{self._seed}/{name}")

    def number(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + self._draw() % (high - low + 1)

    def chance(self, percent: float) -> bool:
        """True in `percent` of 100 cases."""
        return self._draw() % 100_000 < percent * 1000

    def one(self, among: Sequence[T]) -> T:
        """One of them, each as likely."""
        return among[self._draw() % len(among)]

    def weighted(self, among: Sequence[T], weights: Sequence[float]) -> T:
        """One of them, as likely as its weight says; weights count to three decimals."""
        whole = [round(weight * 1000) for weight in weights]
        left = self._draw() % sum(whole)
        for item, weight in zip(among, whole, strict=True):
            left -= weight
            if left < 0:
                return item
        raise AssertionError("weights add up")

    def some(self, among: Sequence[T], count: int) -> list[T]:
        """`count` different ones (all, when there are fewer), in the order given."""
        left = list(range(len(among)))
        while len(left) > max(count, 0):
            del left[self._draw() % len(left)]
        return [among[index] for index in left]

    def measure(self, low: float, high: float, decimals: int = 0) -> float:
        """A measured value between `low` and `high`, the middle more likely than the ends."""
        middle = sum(self._draw() % 10_001 for _ in range(3)) / 30_000
        value = round(low + (high - low) * middle, decimals)
        return value if decimals else int(value)

    def day(self, first: date, last: date) -> date:
        """A day from `first` to `last`, both included; `last` where that is earlier."""
        return first + timedelta(days=self.number(0, (last - first).days)) if first <= last else last

    def _draw(self) -> int:
        if not self._left:
            source = f"hutong:sample:{self._seed}:{self._block}".encode()
            self._left = list(_DRAWS.unpack(hashlib.shake_256(source).digest(_DRAWS.size)))
            self._block += 1
        return self._left.pop()
