"""Chance that is handed in: the same seed draws the same for ever, on every machine (splitmix64)."""

from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

T = TypeVar("T")
_MASK = (1 << 64) - 1


class Chance:
    """Draws from a seed. https://prng.di.unimi.it/splitmix64.c"""

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def bits(self) -> int:
        """A number below 2**64."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def below(self, end: int) -> int:
        """A number from 0 to `end` - 1."""
        return self.bits() * end >> 64

    def maybe(self, share: float) -> bool:
        """True in `share` of all draws."""
        return self.bits() < share * 2.0**64

    def pick(self, several: Sequence[T]) -> T:
        """Any of `several`, each as often."""
        return several[self.below(len(several))]


class Weighted:
    """Things of which some are drawn more often."""

    def __init__(self, things: Sequence[str], weights: Sequence[float]) -> None:
        self._things = things
        self._sums = list(accumulate(weights))

    def draw(self, chance: Chance) -> str:
        """One of the things."""
        at = chance.bits() / 2.0**64 * self._sums[-1]
        low, high = 0, len(self._sums) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self._sums[middle] > at else (middle + 1, high)
        return self._things[low]


def ranked(things: Sequence[str], *, flat: float = 8.0) -> Weighted:
    """Things in order of how common they are: the weight falls as one over the rank."""
    return Weighted(things, [1 / (rank + flat) for rank in range(len(things))])
