"""Choices that look like chance and come out the same again under the same key.

A number changed figure by figure goes through a permutation nobody can follow without the key (a Feistel network
over the numbers of that form, after Black and Rogaway, "Ciphers with arbitrary finite domains", 2002), so two numbers
of one form never become the same, and none stays what it was.
"""

import hashlib
import hmac
import math
import string
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

_ROUNDS = 10
_CLASSES = (string.digits, string.ascii_uppercase, string.ascii_lowercase)


class Keyed:
    """Choices of one project; `key` is the derived one."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def number(self, below: int, *about: str) -> int:
        """A number from 0 to `below` - 1 that depends on every one of `about`."""
        return int.from_bytes(self._digest(*about)) % below

    def one_of(self, some: Sequence[T], *about: str) -> T:
        """One of `some`."""
        return some[self.number(len(some), *about)]

    def word(self, length: int, *about: str) -> str:
        """`length` small letters and figures, at most 24."""
        digest = self._digest(*about).hex()
        return "".join("abcdefghijkmnpqr"[int(char, 16)] for char in digest[:length])

    def permuted(self, number: str, *about: str) -> str:
        """`number` with other figures for its figures and letters for its letters; the rest stays where it is.

        ASCII only. Never what it was, unless there is nothing to change in it.
        """
        places = [(at, one) for at, char in enumerate(number) for one in _CLASSES if char in one]
        size = math.prod(len(one) for _, one in places)
        if size < 2:
            return number
        value = 0
        for at, one in places:
            value = value * len(one) + one.index(number[at])
        form = "".join(str(_CLASSES.index(one)) for _, one in places)
        changed = self._moved(value, size, (*about, form))
        out = list(number)
        for at, one in reversed(places):
            changed, place = divmod(changed, len(one))
            out[at] = one[place]
        return "".join(out)

    def _moved(self, value: int, size: int, about: Sequence[str]) -> int:
        """A permutation of 0 to `size` - 1 without a fixed point: mixed, moved on by a step, unmixed."""
        step = 1 + self.number(size - 1, *about, "step")
        mixed = self._mixed(value, size, about, range(_ROUNDS), _add)
        return self._mixed((mixed + step) % size, size, about, range(_ROUNDS - 1, -1, -1), _take)

    def _mixed(
        self,
        value: int,
        size: int,
        about: Sequence[str],
        rounds: Sequence[int],
        join: Callable[[int, int, int], int],
    ) -> int:
        """Through the network until the result lies in the domain again."""
        side = math.isqrt(size - 1) + 1
        while True:
            halves = list(divmod(value, side))
            for turn in rounds:
                other = halves[(turn + 1) % 2]
                halves[turn % 2] = join(halves[turn % 2], self.number(side, *about, f"{turn} {other}"), side)
            value = halves[0] * side + halves[1]
            if value < size:
                return value

    def _digest(self, *about: str) -> bytes:
        message = "\0".join(about).encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, message, hashlib.sha256)


def _add(a: int, b: int, side: int) -> int:
    return (a + b) % side


def _take(a: int, b: int, side: int) -> int:
    return (a - b) % side
