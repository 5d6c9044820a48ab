"""The spool: what an emergency is written down in while the ledger is down. Every line counts, each exactly once."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import FrameType

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.errors import CannotWrite
from exchange.path.spool import SCHEMA, Spool, SpoolAltered, SpoolClosed
from ledger import Change, Draft, Entry, Log, Recorded, Signer
from tests.exchange.nodes import Clock, entropy

OPEN_FOR = timedelta(hours=4)
INTENT = Entry(
    type="access",
    subtype="disclose",
    action="R",
    outcome="0",
    region="320583",
    node="ks",
    source="exchange",
    break_glass=True,
    decision="permit",
    phase="intent",
)


def outcome_of(intent: Recorded) -> Entry:
    return replace(intent.entry, phase="outcome", intent=intent.id)


def nothing(_: Entry) -> Change | None:
    return None


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def spool(tmp_path: Path, clock: Clock) -> Spool:
    return new_spool(tmp_path / "spool.jsonl", clock)


@pytest.fixture
def log(tmp_path: Path, clock: Clock) -> Iterator[Log]:
    with new_log(tmp_path / "ledger.db", clock) as opened:
        yield opened


def new_spool(path: Path, clock: Clock) -> Spool:
    return Spool(path=path, key=b"k" * 32, open_for=OPEN_FOR, clock=clock, entropy=entropy(path.name))


def new_log(path: Path, clock: Clock) -> Log:
    signer = Signer("hutong.320583/ks", b"s" * 32)
    return Log.create(path, signer=signer, clock=clock, entropy=entropy("log"), tables=(SCHEMA,))


def test_a_line_is_in_the_file_when_append_returns_and_only_its_owner_can_read_it(spool: Spool) -> None:
    recorded = spool.append(INTENT, sealed=b"sealed")
    assert recorded.id.encode() in spool.path.read_bytes()
    assert (spool.waiting(), recorded.index) == (1, -1)
    assert spool.path.stat().st_mode & 0o777 == 0o600


def test_the_intents_of_several_people_are_written_together_or_not_at_all(spool: Spool, log: Log) -> None:
    spool.append(INTENT)
    before = spool.path.read_bytes()
    with pytest.raises(TypeError):
        spool.append_many([Draft(entry=INTENT), Draft(entry=INTENT, sealed=None)])  # type: ignore[arg-type]  # no bytes
    assert spool.path.read_bytes() == before
    recorded = spool.append_many([Draft(entry=INTENT, sealed=b"one"), Draft(entry=INTENT, sealed=b"two")])
    assert len({one.id for one in recorded}) == 2
    assert spool.drain(log, nothing) == 3
    assert [one.sealed for one in log.scan()] == [b"", b"one", b"two"]


def test_a_line_and_the_name_of_a_new_file_are_synced_before_append_returns(spool: Spool) -> None:
    calls: list[str] = []

    def watch(_frame: FrameType, event: str, called: object) -> None:
        if event == "c_call" and called in (os.pwrite, os.fsync):
            calls.append(getattr(called, "__name__", ""))

    for _ in range(2):
        sys.setprofile(watch)
        try:
            spool.append(INTENT)
        finally:
            sys.setprofile(None)
    assert calls == ["pwrite", "fsync", "fsync", "pwrite", "fsync"]


def test_draining_puts_every_line_into_the_ledger_in_order_and_removes_the_file(
    spool: Spool, log: Log, clock: Clock
) -> None:
    intent = spool.append(INTENT, sealed=b"why")
    clock.pass_by(timedelta(minutes=1))
    spool.append(outcome_of(intent), sealed=b"what")
    assert spool.drain(log, nothing) == 2
    first, second = log.scan()
    assert (first.sealed, second.sealed) == (b"why", b"what")
    assert {one.entry.source for one in (first, second)} == {"spool"}
    assert second.entry.intent == first.id  # not the id the line had in the spool
    assert (spool.waiting(), spool.path.exists(), spool.drain(log, nothing)) == (0, False, 0)


@pytest.mark.parametrize("reached", [0, 1, 2, 3])
def test_a_drain_that_was_cut_off_goes_on_where_it_was(spool: Spool, log: Log, reached: int) -> None:
    intent = spool.append(INTENT)
    spool.append(outcome_of(intent))
    another = spool.append(INTENT)
    spool.append(outcome_of(another))
    left = reached

    def cut_off(_: Entry) -> Change | None:
        nonlocal left
        if left == 0:
            raise KeyboardInterrupt
        left -= 1
        return None

    with pytest.raises(KeyboardInterrupt):
        spool.drain(log, cut_off)
    assert log.size == reached
    assert spool.drain(log, nothing) == 4 - reached
    found = list(log.scan())
    assert [one.entry.phase for one in found] == ["intent", "outcome"] * 2
    assert [found[1].entry.intent, found[3].entry.intent] == [found[0].id, found[2].id]


def test_a_file_that_comes_back_after_it_was_drained_is_not_written_again(spool: Spool, log: Log) -> None:
    spool.append(INTENT)
    kept = spool.path.read_bytes()
    spool.drain(log, nothing)
    spool.path.write_bytes(kept)
    assert spool.drain(log, nothing) == 0
    assert log.size == 1


def test_what_comes_with_a_line_runs_in_its_transaction(spool: Spool, log: Log) -> None:
    spool.append(INTENT)

    def too_much(db: apsw.Connection, recorded: Recorded) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        spool.drain(log, lambda _: too_much)
    assert (log.size, spool.waiting()) == (0, 1)


def test_after_its_time_the_spool_takes_no_new_emergency(spool: Spool, clock: Clock) -> None:
    spool.append(INTENT)
    clock.pass_by(OPEN_FOR)
    spool.append(INTENT)  # the last moment still counts
    clock.pass_by(timedelta(microseconds=1))
    with pytest.raises(SpoolClosed) as closed:
        spool.append(INTENT)
    assert closed.value.exit_code == 5
    assert spool.waiting() == 2


def test_how_an_access_ended_is_written_down_however_late(spool: Spool, clock: Clock) -> None:
    intent = spool.append(INTENT)
    clock.pass_by(OPEN_FOR + timedelta(hours=1))
    spool.append(outcome_of(intent))
    assert spool.waiting() == 2


def _change_a_byte(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[1].replace(b'"320583"', b'"320584"'), *lines[2:]]


def _remove_one(lines: list[bytes]) -> list[bytes]:
    return [lines[0], *lines[2:]]


def _remove_the_first(lines: list[bytes]) -> list[bytes]:
    return lines[1:]


def _swap(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[2], lines[1], *lines[3:]]


def _twice(lines: list[bytes]) -> list[bytes]:
    return [lines[0], *lines]


def _half(lines: list[bytes]) -> list[bytes]:
    return [*lines[:-1], lines[-1][:-20] + b"\n"]


def _add_a_field(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[1][:-2] + b',"more":1}\n', *lines[2:]]


ATTACKS = [
    (_change_a_byte, 2),
    (_remove_one, 2),
    (_remove_the_first, 1),
    (_swap, 2),
    (_twice, 2),
    (_half, 4),
    (_add_a_field, 2),
]


@pytest.mark.attack
@pytest.mark.parametrize(("attack", "line"), ATTACKS)
def test_a_line_that_was_changed_moved_or_taken_out_is_found(
    spool: Spool, log: Log, attack: Callable[[list[bytes]], list[bytes]], line: int
) -> None:
    for _ in range(4):
        spool.append(INTENT)
    altered = b"".join(attack(spool.path.read_bytes().splitlines(keepends=True)))
    spool.path.write_bytes(altered)
    for refused in (lambda: spool.drain(log, nothing), lambda: spool.append(INTENT)):
        with pytest.raises(SpoolAltered, match=f"line {line} ") as found:
            refused()
        assert found.value.exit_code == 4
    assert (log.size, spool.path.read_bytes()) == (0, altered)


@pytest.mark.attack
def test_a_line_written_with_another_key_is_found(spool: Spool, log: Log) -> None:
    replace(spool, key=b"x" * 32).append(INTENT)
    with pytest.raises(SpoolAltered):
        spool.drain(log, nothing)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(CannotWrite) as refused:
        new_spool(tmp_path / "gone" / "spool.jsonl", clock).append(INTENT)
    assert refused.value.exit_code == 5


def test_whoever_waits_for_a_file_that_is_drained_meanwhile_writes_a_new_one(spool: Spool, log: Log) -> None:
    """Otherwise the line would be written into a file that has no name any more."""
    import fcntl

    spool.append(INTENT)
    held = os.open(spool.path, os.O_RDWR)
    fcntl.flock(held, fcntl.LOCK_EX)
    waiting = Thread(target=spool.append, args=(INTENT,))
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive()
    spool.path.unlink()
    os.close(held)
    waiting.join()
    assert spool.waiting() == 1
    assert spool.drain(log, nothing) == 1


@pytest.mark.parametrize("rest", [1, 40, -1])
def test_a_line_a_power_cut_left_unfinished_counts_as_not_written(spool: Spool, log: Log, rest: int) -> None:
    spool.append(INTENT)
    whole = spool.path.read_bytes()
    spool.path.write_bytes(whole + whole[:rest])
    assert spool.waiting() == 1
    spool.append(INTENT)
    assert spool.drain(log, nothing) == 2


LINES = st.lists(
    st.tuples(st.sampled_from(["intent", "outcome", ""]), st.binary(max_size=40)), min_size=1, max_size=6
)


@given(LINES, st.data())
def test_any_byte_that_is_changed_is_found(lines: list[tuple[str, bytes]], data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        spool = new_spool(Path(folder) / "spool.jsonl", Clock())
        for phase, sealed in lines:
            spool.append(replace(INTENT, phase=phase), sealed=sealed)
        whole = bytearray(spool.path.read_bytes())
        at = data.draw(st.integers(0, len(whole) - 2))
        whole[at] ^= data.draw(st.integers(1, 255))
        spool.path.write_bytes(whole)
        with pytest.raises(SpoolAltered):
            spool.append(INTENT)
