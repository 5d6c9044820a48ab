"""A small network that says for each character: first of a name, further character of one, or neither.

Three tables give each character a vector; three layers look at their neighbours (one with five characters,
two with three characters two and four apart), so a decision sees eight characters to either side.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Codes = NDArray[np.int32]

OUTSIDE, BEGINS, GOES_ON = range(3)
CLASSES = 3
# How far apart the characters are that each layer looks at.
OFFSETS = ((-2, -1, 0, 1, 2), (-2, 0, 2), (-4, 0, 4))
REACH = 8


@dataclass(frozen=True)
class Network:
    """The weights. Matrices only; `tables` one row a code, `layers` one row for each input of each offset."""

    tables: tuple[Matrix, ...]
    layers: tuple[Matrix, ...]
    biases: tuple[Matrix, ...]
    last: Matrix
    last_bias: Matrix

    PIECE: ClassVar[int] = 1024

    def scores(self, codes: tuple[Codes, ...]) -> Matrix:
        """Probabilities (characters x CLASSES). A long text goes through in pieces, so memory stays small."""
        length = len(codes[0])
        if length <= self.PIECE:
            return self._scores(codes)
        parts = []
        for start in range(0, length, self.PIECE):
            low, high = max(0, start - REACH), min(length, start + self.PIECE + REACH)
            piece = self._scores(tuple(code[low:high] for code in codes))
            parts.append(piece[start - low : start - low + self.PIECE])
        return np.concatenate(parts)

    def _scores(self, codes: tuple[Codes, ...]) -> Matrix:
        state = self.tables[0][codes[0]]
        for table, code in zip(self.tables[1:], codes[1:], strict=True):
            state += table[code]
        for number, (layer, bias, offsets) in enumerate(zip(self.layers, self.biases, OFFSETS, strict=True)):
            new = neighbours(state, offsets) @ layer
            new += bias
            np.maximum(new, 0, out=new)
            if number:
                new += state
            state = new
        odds = state @ self.last + self.last_bias
        odds -= odds.max(axis=1, keepdims=True)
        np.exp(odds, out=odds)
        odds /= odds.sum(axis=1, keepdims=True)
        return odds


def neighbours(state: Matrix, offsets: tuple[int, ...]) -> Matrix:
    """Each row beside the rows `offsets` away; nothing (zeros) beyond either end."""
    length, width = state.shape
    out = np.zeros((length, len(offsets) * width), np.float32)
    for number, offset in enumerate(offsets):
        columns = slice(number * width, (number + 1) * width)
        if offset < 0:
            out[-offset:, columns] = state[:offset]
        elif offset == 0:
            out[:, columns] = state
        else:
            out[:-offset, columns] = state[offset:]
    return out
