"""The disk fails at the n-th call of the program, for every n: what was acknowledged is there, the rest was refused.

strace makes the real call fail in a real process; nothing of ours stands between. Afterwards the power is cut, too,
with what strace wrote down.

Where strace is not installed or may not do this (a container that forbids ptrace), the tests are skipped and say so.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ledger.books import dice
from tests.torture.bench import Bench, Ended, Fault, loss, misbehaved, promised
from tests.torture.story import found
from tests.torture.tally import Tally
from tests.torture.trace import instants
from tests.torture.worker import ENTRIES

CALLS = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink")
pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed (Debian: apt install strace)")
    bench = Bench(tmp_path_factory.mktemp("bench") / "room", strace)
    try:
        allowed = bench.run(Fault("fdatasync", 1, "EIO")).failed > 0
    except (FileNotFoundError, ValueError):
        allowed = False
    if not allowed:
        pytest.skip("this machine does not let strace make calls fail")
    return bench


def faults(counted: Counter[str], *, every: bool) -> Iterator[Fault]:
    """Every call of a run made to fail; for the short version some of each kind, first and last among them."""
    for call in CALLS:
        some = 4 if counted[call] > 20 else 2
        step = 1 if every else max(1, (counted[call] - 1) // (some - 1))
        for number in range(1, counted[call] + 1, step):
            yield Fault(call, number, "EIO")
            if every or number % 2:
                yield Fault(call, number, "ENOSPC", more=None)
            if every and call == "fdatasync":
                yield Fault(call, number, "EIO", more=2)


def losses(ended: Ended, bench: Bench, fast: Path, line: Tally, most: int, **how: bool) -> Iterator[str]:
    """What is lost where the power was cut at any moment of this run, in up to `most` of the folders to be found."""
    moments = list(instants(ended.calls, bench.folder, **how))
    for moment in moments:
        states = list(moment.disk.states(dice()))
        for folder in states[:: max(1, len(states) * len(moments) // most)]:
            with found(folder, fast / "found") as path:
                wrong = loss(path, moment.said)
            line.tried += 1
            if wrong:
                line.lost += 1
                yield wrong


def test_whatever_call_fails_nothing_acknowledged_is_lost(
    bench: Bench, fast: Path, long: bool, tally: Callable[[str], Tally]
) -> None:
    clean = bench.run()
    assert (clean.code, len(promised(clean.said)), misbehaved(clean)) == (0, 2 * ENTRIES, "")
    assert all(clean.counted[call] for call in CALLS)
    line, cut, wrong, reached, refused = tally("calls that fail"), tally("power cuts after them"), {}, 0, 0
    for fault in faults(clean.counted, every=long):
        ended = bench.run(fault)
        line.tried += 1
        reached += ended.failed > 0
        refused += ended.code == 5
        said = {misbehaved(ended), loss(bench.path, ended.said)} - {""}
        line.lost += bool(said)
        said |= set(losses(ended, bench, fast, cut, 40 if long else 12))
        if said:
            wrong[str(fault)] = said
    assert wrong == {}
    # Nearly every fault was met, and many of them stopped the work: the program did not merely not notice.
    assert reached > line.tried * 0.9
    assert refused > line.tried // 4


def test_what_the_kernel_was_asked_to_keep_survives_a_power_cut(
    bench: Bench, fast: Path, long: bool, tally: Callable[[str], Tally]
) -> None:
    assert (
        list(
            losses(bench.run(), bench, fast, tally("power cuts, by the kernel's word"), 9000 if long else 300)
        )
        == []
    )


def test_a_folder_that_could_not_be_synced_is_not_relied_on(
    bench: Bench, fast: Path, tally: Callable[[str], Tally]
) -> None:
    """SQLite syncs the folder when it has made a file in it, and goes on where that failed."""
    syncs = [call.path for call in bench.run().calls if call.name == "fdatasync"]
    numbers = [number for number, path in enumerate(syncs, 1) if path == bench.folder]
    assert len(numbers) > 1
    for number in numbers:
        ended = bench.run(Fault("fdatasync", number, "EIO"))
        assert misbehaved(ended) == ""
        assert list(losses(ended, bench, fast, tally("power cuts after them"), 150)) == []


def test_the_control_where_the_folder_is_never_synced_the_ledger_itself_is_lost(
    bench: Bench, fast: Path, tally: Callable[[str], Tally]
) -> None:
    line = tally("control: the folder's sync does nothing")
    line.control = True
    said = list(losses(bench.run(), bench, fast, line, 60, names_synced=False))
    assert any("is not there" in one for one in said)


def test_the_control_whoever_says_so_before_it_is_written_is_found_out(
    bench: Bench, tally: Callable[[str], Tally]
) -> None:
    line = tally("control: acknowledged too early")
    line.control = True
    clean = bench.run(how="early")
    last = clean.counted["fdatasync"]
    for number in range(last // 2, last, 4):
        ended = bench.run(Fault("fdatasync", number, "EIO", more=None), how="early")
        line.tried += 1
        line.lost += "acknowledged and lost" in loss(bench.path, ended.said)
    assert line.lost > 0


@pytest.mark.torture
def test_the_limit_a_disk_that_forgets_what_it_could_not_sync_may_damage_the_file(
    bench: Bench, fast: Path, tally: Callable[[str], Tally]
) -> None:
    """docs/explanation/ledger.md says so: after a failed sync, the disk is to be replaced before the power is cut.

    Linux may give up what a sync could not write, go on showing it, and call the next sync a success (fsync(2),
    "Errors"). SQLite then trusts a write-ahead log that is not on the disk.
    """
    line = tally("limit: a failed sync that is forgotten")
    line.control = True
    for number in range(bench.run().counted["fdatasync"] // 2, bench.run().counted["fdatasync"]):
        ended = bench.run(Fault("fdatasync", number, "EIO", more=2))
        assert misbehaved(ended) == ""
        if list(losses(ended, bench, fast, line, 250, forgets=True)):
            return
    assert line.lost > 0
