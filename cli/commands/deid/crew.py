"""The same work on many things, by several processes; answers come in the order of the things."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import ClassVar, TypeVar

from cli.errors import TerminalError

T = TypeVar("T")
R = TypeVar("R")

# So many batches are under way for each process: enough to keep it busy, few enough to stay in memory.
_AHEAD = 3


class ProcessDied(TerminalError):
    """One of the processes was ended from outside: by somebody, or by the system for want of memory."""

    exit_code: ClassVar[int] = 5

    def __init__(self) -> None:
        super().__init__(
            "one of the processes was ended; what was answered before it counts, the rest is missing",
            "有一个进程被终止；此前的输出有效，其余缺失",
            hint="if memory ran out, use fewer --jobs or smaller files, and start again",
            hint_zh="若因内存不足，请减少 --jobs 或拆小文件后重新运行",
        )


def answers(work: Callable[[T], R], things: Iterable[T], *, jobs: int, batch: int = 1) -> Iterator[R]:
    """`work` of each of `things`, in their order. With one job it is done here, one thing at a time.

    `work` and things go to the processes by pickle, `batch` things at a time. Raises ProcessDied.
    """
    if jobs == 1:
        yield from map(work, things)
        return
    context = multiprocessing.get_context("spawn")  # fork would copy threads and locks half-way
    try:
        with ProcessPoolExecutor(jobs, mp_context=context) as pool:
            waiting: deque[Future[list[R]]] = deque()
            several = iter(things)
            while group := tuple(islice(several, batch)):
                waiting.append(pool.submit(_all, work, group))
                if len(waiting) > jobs * _AHEAD:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
    except BrokenProcessPool:
        raise ProcessDied from None


def _all(work: Callable[[T], R], things: tuple[T, ...]) -> list[R]:
    return [work(one) for one in things]
