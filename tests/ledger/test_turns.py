"""Whoever comes first writes for everybody who waits."""

import os
import signal
import threading
import time
from collections.abc import Sequence

import pytest

from ledger.turns import Job, Turns

WAIT = 10


class Desk:
    """Writes nothing; notes who was written together, and holds the first turn until told."""

    def __init__(self) -> None:
        self.turns: list[list[int]] = []
        self.entered = threading.Event()
        self.go_on = threading.Event()

    def write(self, jobs: Sequence["Numbered"]) -> None:
        self.turns.append([job.number for job in jobs])
        self.entered.set()
        assert self.go_on.wait(WAIT)
        for job in jobs:
            job.finish(ValueError(str(job.number)) if job.number == 13 else None)


class Numbered(Job):
    def __init__(self, number: int, weight: int = 1) -> None:
        super().__init__(weight)
        self.number = number


def submit_all(turns: Turns[Numbered], desk: Desk, jobs: Sequence[Numbered]) -> list[int]:
    """The numbers that were refused. The first job holds the desk until all others stand in line."""
    refused: list[int] = []

    def submit(job: Numbered) -> None:
        try:
            turns.submit(job)
        except ValueError:
            refused.append(job.number)

    threads = [threading.Thread(target=submit, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
        assert desk.entered.wait(WAIT)
        time.sleep(0.02)
    desk.go_on.set()
    for thread in threads:
        thread.join(WAIT)
        assert not thread.is_alive()
    return refused


def test_all_who_wait_are_written_together_in_the_order_they_came() -> None:
    desk = Desk()
    assert submit_all(Turns(desk.write, most=100), desk, [Numbered(n) for n in range(6)]) == []
    assert desk.turns == [[0], [1, 2, 3, 4, 5]]


def test_a_turn_takes_no_more_than_it_can_carry() -> None:
    desk = Desk()
    jobs = [Numbered(0), Numbered(1, 60), Numbered(2, 50), Numbered(3, 500), Numbered(4)]
    assert submit_all(Turns(desk.write, most=100), desk, jobs) == []
    assert desk.turns == [[0], [1], [2], [3], [4]]


def test_whoever_fails_is_told_and_the_others_are_not() -> None:
    desk = Desk()
    assert submit_all(Turns(desk.write, most=100), desk, [Numbered(n) for n in (0, 12, 13, 14)]) == [13]


def test_when_the_desk_itself_fails_everybody_is_told_and_the_next_may_try() -> None:
    def fail(jobs: Sequence[Numbered]) -> None:
        if jobs[0].number == 0:
            raise ValueError("the desk fell over")
        for job in jobs:
            job.finish()

    turns = Turns[Numbered](fail, most=10)
    with pytest.raises(ValueError, match="fell over"):
        turns.submit(Numbered(0))
    turns.submit(Numbered(1))


def test_whoever_gives_up_waiting_leaves_the_line_and_the_others_go_on() -> None:
    """Ctrl-C in the main thread while another thread holds the desk."""
    desk = Desk()
    turns = Turns(desk.write, most=1)
    first, last = (threading.Thread(target=turns.submit, args=(Numbered(n),), daemon=True) for n in (0, 2))

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    def interrupt() -> None:
        time.sleep(0.1)
        last.start()
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, stop)
    try:
        first.start()
        assert desk.entered.wait(WAIT)
        threading.Thread(target=interrupt).start()
        with pytest.raises(KeyboardInterrupt):
            turns.submit(Numbered(1))
    finally:
        signal.signal(signal.SIGUSR1, before)
    desk.go_on.set()
    for thread in (first, last):
        thread.join(WAIT)
        assert not thread.is_alive()
    assert desk.turns == [[0], [2]]


def test_whoever_gives_up_when_it_is_its_turn_to_lead_passes_the_turn_on() -> None:
    class Impatient(Numbered):
        def wait(self) -> None:
            super().wait()
            raise KeyboardInterrupt

    desk = Desk()
    turns = Turns(desk.write, most=1)
    gave_up = threading.Event()

    def submit(job: Numbered) -> None:
        try:
            turns.submit(job)
        except KeyboardInterrupt:
            gave_up.set()

    threads = [
        threading.Thread(target=submit, args=(job,), daemon=True)
        for job in (Numbered(0), Impatient(1), Numbered(2))
    ]
    for thread in threads:
        thread.start()
        assert desk.entered.wait(WAIT)
        time.sleep(0.02)
    desk.go_on.set()
    for thread in threads:
        thread.join(WAIT)
        assert not thread.is_alive()
    assert gave_up.is_set()
    assert desk.turns == [[0], [2]]
