"""Many want to write at once: the first in line writes for everybody who waits, and the sync is paid once.

No thread of our own: whoever leads does so in its own call, and hands over to the next one who waits.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar


class Job:
    """One submission. `weight` says how much of a turn it takes."""

    def __init__(self, weight: int = 1) -> None:
        self.weight = weight
        self.done = False
        self.error: BaseException | None = None
        self._wait = threading.Lock()
        self._wait.acquire()

    def finish(self, error: BaseException | None = None) -> None:
        """Say how it went, and wake the submitter. What was said first stands."""
        if not self.done:
            self.done, self.error = True, error
            self.wake()

    def wake(self) -> None:
        """Let the submitter go on: its job is done, or it is the one to lead now."""
        self._wait.release()

    def wait(self) -> None:
        """Sleep until woken."""
        self._wait.acquire()


J = TypeVar("J", bound=Job)


class Turns(Generic[J]):
    """`write` takes the jobs of one turn, in the order they came, and finishes each of them."""

    def __init__(self, write: Callable[[Sequence[J]], None], *, most: int) -> None:
        self._write = write
        self._most = most
        self._mutex = threading.Lock()
        self._line: deque[J] = deque()
        self._leader: J | None = None
        self._thread = 0

    def submit(self, job: J) -> None:
        """Return when `job` was written; raises what it failed with."""
        if self._thread == threading.get_ident():
            raise RuntimeError("a change must not append to the log it is part of")
        with self._mutex:
            self._line.append(job)
            if self._leader is None:
                self._leader = job
        if self._leader is not job:
            self._wait_for(job)
        if not job.done:
            self._lead(job)
        if job.error is not None:
            raise job.error

    def _wait_for(self, job: J) -> None:
        try:
            job.wait()
        except BaseException:
            # Ctrl-C while waiting: leave the line, and do not leave it without a leader.
            with self._mutex:
                if job in self._line:
                    self._line.remove(job)
                if self._leader is job:
                    self._appoint_next()
            raise

    def _lead(self, own: J) -> None:
        jobs: list[J] = []
        try:
            self._thread = threading.get_ident()
            jobs = self._take()
            self._write(jobs)
        except BaseException as error:
            for job in jobs or [own]:
                job.finish(error)
            if not isinstance(error, Exception):
                raise
        finally:
            self._thread = 0
            with self._mutex:
                self._appoint_next()

    def _take(self) -> list[J]:
        taken: list[J] = []
        weight = 0
        with self._mutex:
            while self._line and (not taken or weight + self._line[0].weight <= self._most):
                taken.append(self._line.popleft())
                weight += taken[-1].weight
        return taken

    def _appoint_next(self) -> None:
        self._leader = self._line[0] if self._line else None
        if self._leader is not None:
            self._leader.wake()
