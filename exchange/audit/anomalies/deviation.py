"""How far a number lies from the usual ones: the robust z-score, by the median and its absolute deviation."""

from collections.abc import Sequence
from statistics import median

# Makes the median absolute deviation comparable to a standard deviation (Hampel 1974).
_SCALE = 1.4826


def deviations(number: int, usual: Sequence[int]) -> float:
    """In deviations of `usual`, which must not be empty; negative below their median.

    >>> round(deviations(100, [10, 12, 14]), 1), deviations(3, [3, 3, 3])
    (29.7, 0.0)
    """
    middle = median(usual)
    # Weeks that are very much alike must not make every other one odd.
    spread = max(_SCALE * median([abs(one - middle) for one in usual]), middle / 20, 1.0)
    return (number - middle) / spread
