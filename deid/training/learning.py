"""Teach the network: plain gradient descent (Adam, https://arxiv.org/abs/1412.6980) in numpy, one process."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deid.text.namefinder.features import UNKNOWN
from deid.text.namefinder.network import CLASSES, OFFSETS, Codes, Matrix, Network, neighbours

WIDTH = 48
HIDDEN = 64
BATCH = 6144
GAP = 8


@dataclass(frozen=True, slots=True)
class Lesson:
    """A note in codes, with the class of each character."""

    codes: tuple[Codes, ...]
    classes: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to learn: passes over all lessons, step size, and how often a character is hidden."""

    passes: int = 6
    step: float = 3e-3
    hide_in_names: float = 0.3
    hide_elsewhere: float = 0.06
    drop: float = 0.1


def learn(
    lessons: Sequence[Lesson],
    sizes: Sequence[int],
    plan: Plan,
    chance: np.random.Generator,
    tell: Callable[[str], None],
) -> Network:
    """A network from `lessons`; the same from the same chance on the same machine."""
    weights = _first_weights(sizes, chance)
    adam = _Adam(weights)
    total = math.ceil(sum(len(one.classes) + GAP for one in lessons) / BATCH) * plan.passes
    done = 0
    for number in range(plan.passes):
        losses = []
        for codes, classes in _batches(lessons, plan, chance):
            step = plan.step * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done / total))))
            loss, slopes = _slopes(weights, codes, classes, plan.drop, chance)
            adam.move(slopes, step * min(1.0, (done + 1) / 100))
            losses.append(loss)
            done += 1
        tell(f"pass {number + 1} of {plan.passes}: loss {float(np.mean(losses)):.5f}")
    return as_network(weights)


def as_network(weights: list[Matrix]) -> Network:
    """Weights in their order: three tables, then layer and bias three times, then the last and its bias."""
    return Network(
        tables=tuple(weights[:3]),
        layers=tuple(weights[3:9:2]),
        biases=tuple(weights[4:9:2]),
        last=weights[9],
        last_bias=weights[10],
    )


def _first_weights(sizes: Sequence[int], chance: np.random.Generator) -> list[Matrix]:
    weights = [chance.normal(0, 0.3, (size, WIDTH)).astype(np.float32) for size in sizes]
    inputs = WIDTH
    for offsets in OFFSETS:
        rows = inputs * len(offsets)
        weights.append(chance.normal(0, math.sqrt(2 / rows), (rows, HIDDEN)).astype(np.float32))
        weights.append(np.zeros(HIDDEN, np.float32))
        inputs = HIDDEN
    weights.append(chance.normal(0, math.sqrt(1 / HIDDEN), (HIDDEN, CLASSES)).astype(np.float32))
    weights.append(np.zeros(CLASSES, np.float32))
    return weights


def _batches(
    lessons: Sequence[Lesson], plan: Plan, chance: np.random.Generator
) -> "list[tuple[tuple[Codes, ...], NDArray[np.int64]]]":
    order = chance.permutation(len(lessons))
    empty = np.zeros(GAP, np.int32)
    batches, held, length = [], [], 0
    for number in order:
        held.append(lessons[number])
        length += len(lessons[number].classes) + GAP
        if length >= BATCH:
            batches.append(_together(held, empty, plan, chance))
            held, length = [], 0
    return batches


def _together(
    held: list[Lesson], empty: Codes, plan: Plan, chance: np.random.Generator
) -> tuple[tuple[Codes, ...], NDArray[np.int64]]:
    codes = [np.concatenate([part for one in held for part in (one.codes[at], empty)]) for at in range(3)]
    classes = np.concatenate([part for one in held for part in (one.classes, empty.astype(np.int64) - 1)])
    hidden = chance.random(len(classes)) < np.where(classes > 0, plan.hide_in_names, plan.hide_elsewhere)
    codes[0] = np.where(hidden & (codes[0] > UNKNOWN), UNKNOWN, codes[0])
    return tuple(codes), classes


def _slopes(
    weights: list[Matrix],
    codes: tuple[Codes, ...],
    classes: NDArray[np.int64],
    drop: float,
    chance: np.random.Generator,
) -> tuple[float, list[Matrix]]:
    """Loss a character, and its slope along each weight. Characters of class -1 stand between notes."""
    tables, layers, biases = weights[:3], weights[3:9:2], weights[4:9:2]
    state = tables[0][codes[0]] + tables[1][codes[1]] + tables[2][codes[2]]
    counted = classes >= 0
    state *= counted[:, None]
    seen, states, masks = [], [state], []
    for number, offsets in enumerate(OFFSETS):
        columns = neighbours(states[-1], offsets)
        new = np.maximum(columns @ layers[number] + biases[number], 0)
        keep = (chance.random(new.shape, np.float32) >= drop).astype(np.float32) / np.float32(1 - drop)
        seen.append(columns)
        masks.append(keep * (new > 0))
        states.append((new * keep + (states[-1] if number else 0)) * counted[:, None])
    odds = states[-1] @ weights[9] + weights[10]
    odds = np.exp(odds - odds.max(axis=1, keepdims=True))
    odds /= odds.sum(axis=1, keepdims=True)
    rows = np.flatnonzero(counted)
    loss = float(-np.log(odds[rows, classes[rows]] + 1e-9).mean())
    odds[rows, classes[rows]] -= 1
    odds *= counted[:, None] / np.float32(len(rows))
    slopes: list[Matrix] = [states[-1].T @ odds, odds.sum(axis=0)]
    back = odds @ weights[9].T
    for number in (2, 1, 0):
        back = back * counted[:, None]
        through = back * masks[number]
        slopes = [seen[number].T @ through, through.sum(axis=0), *slopes]
        spread = _gathered(through @ layers[number].T, OFFSETS[number])
        back = spread + back if number else spread
    back = back * counted[:, None]
    return loss, [
        *(_summed(back, code, len(table)) for code, table in zip(codes, tables, strict=True)),
        *slopes,
    ]


def _gathered(columns: Matrix, offsets: tuple[int, ...]) -> Matrix:
    """The reverse of `neighbours`."""
    width = columns.shape[1] // len(offsets)
    out = np.zeros((len(columns), width), np.float32)
    for number, offset in enumerate(offsets):
        part = columns[:, number * width : (number + 1) * width]
        if offset < 0:
            out[:offset] += part[-offset:]
        elif offset == 0:
            out += part
        else:
            out[offset:] += part[:-offset]
    return out


def _summed(back: Matrix, codes: Codes, size: int) -> Matrix:
    """Rows of `back` added up by code."""
    order = np.argsort(codes, kind="stable")
    found, starts = np.unique(codes[order], return_index=True)
    out = np.zeros((size, back.shape[1]), np.float32)
    out[found] = np.add.reduceat(back[order], starts, axis=0)
    return out


class _Adam:
    def __init__(self, weights: list[Matrix]) -> None:
        self._weights = weights
        self._first = [np.zeros_like(one) for one in weights]
        self._second = [np.zeros_like(one) for one in weights]
        self._steps = 0

    def move(self, slopes: list[Matrix], step: float) -> None:
        self._steps += 1
        scale = np.float32(step * math.sqrt(1 - 0.999**self._steps) / (1 - 0.9**self._steps))
        for number, slope in enumerate(slopes):
            self._first[number] += (slope - self._first[number]) * np.float32(0.1)
            self._second[number] += (slope * slope - self._second[number]) * np.float32(0.001)
            self._weights[number] -= (
                scale * self._first[number] / (np.sqrt(self._second[number]) + np.float32(1e-8))
            )
