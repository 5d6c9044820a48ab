"""The same work on many things, by several processes; answers come in the order of the things."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

# So many batches are under way for each process: enough to keep it busy, few enough to stay in memory.
_AHEAD = 3


def answers(work: Callable[[T], R], things: Iterable[T], *, jobs: int, batch: int = 1) -> Iterator[R]:
    """`work` of each of `things`, in their order. With one job it is done here, one thing at a time.

    `work` and things go to the processes by pickle, `batch` things at a time.
    """
    if jobs == 1:
        yield from map(work, things)
        return
    context = multiprocessing.get_context("spawn")  # fork would copy threads and locks half-way
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        waiting: deque[Future[list[R]]] = deque()
        several = iter(things)
        while group := tuple(islice(several, batch)):
            waiting.append(pool.submit(_all, work, group))
            if len(waiting) > jobs * _AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def _all(work: Callable[[T], R], things: tuple[T, ...]) -> list[R]:
    return [work(one) for one in things]
