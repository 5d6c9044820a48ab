"""No log, no data. While the ledger cannot be written nothing leaves, but for an emergency, by the spool."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import apsw
import pytest

from exchange.audit import who_saw
from exchange.errors import CannotWrite
from exchange.instants import from_us
from exchange.node.node import Node
from exchange.notices import outbox
from exchange.path.office import Office
from exchange.path.release import Released, release
from exchange.path.spool import SpoolAltered, SpoolClosed
from exchange.reviews import queue
from exchange.status import health
from ledger import Entry, Recorded
from ledger.errors import CannotAppend
from ledger.verify import verify
from tests.exchange.nodes import NOW, REASON, Site, allow, deaf, emergency, entries, question
from tests.exchange.people import AN

ROOT = Path(__file__).parents[2]
EMERGENCY = timedelta(hours=4)


@pytest.fixture
def down(node: Node, site: Site) -> Iterator[Office]:
    """The office of a node whose ledger takes no entries."""
    reader = site.reader(node)
    yield deaf(node.office, reader)
    reader.close()


def _no_room(db: apsw.Connection, _: Recorded) -> None:
    """From here on the file may not grow."""
    db.pragma("max_page_count", db.pragma("page_count"))


def _note(node: Node) -> Entry:
    return Entry(
        type="node",
        subtype="note",
        action="E",
        outcome="0",
        region=node.region,
        node=node.id,
        source="test",
    )


def test_a_full_disk_stops_the_access_and_delivers_nothing(node: Node) -> None:
    allow(node)
    node.log.append(_note(node), change=_no_room)
    delivered: list[bytes] = []
    before = node.log.size
    with pytest.raises(CannotAppend) as refused:
        release(question(node), node.office, delivered.append)
    assert (refused.value.exit_code, delivered, node.log.size) == (5, [], before)


FULL_DISK = """
import resource, signal, sys
from tests.exchange.nodes import Site, question
from exchange.path.release import release
from ledger.errors import LedgerError
from pathlib import Path

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
site, delivered = Site(Path(sys.argv[1])), 0

def deliver(_):
    global delivered
    delivered += 1

with site.open() as node:
    node.office.policy()
    release(question(node, "ks-dr-001"), node.office, deliver)
    # No file may become larger than the ledger's own is now.
    most = (site.folder / "ledger.db-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    try:
        for _ in range(300):
            release(question(node, "ks-dr-001"), node.office, deliver)
    except LedgerError as error:
        print(delivered, sum(1 for one in node.log.scan() if one.entry.phase == "intent"))
        sys.exit(error.exit_code)
"""


@pytest.mark.slow
def test_a_process_that_may_write_no_more_ends_with_code_5_and_every_delivery_has_its_intent(
    site: Site,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(site.folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 5, done.stderr
    delivered, intents = map(int, done.stdout.split())
    assert delivered <= intents
    with site.open() as node:
        assert verify(node.log, node.vkey).ok


def test_an_ordinary_request_never_uses_the_spool(node: Node, down: Office) -> None:
    allow(node)
    delivered: list[bytes] = []
    with pytest.raises(CannotAppend):
        release(question(node), down, delivered.append)
    assert (delivered, node.spool.waiting()) == ([], 0)


def test_an_emergency_is_written_to_the_spool_before_a_byte_leaves(node: Node, down: Office) -> None:
    seen: list[tuple[int, bytes]] = []

    def deliver(_: bytes) -> None:
        seen.append((node.spool.waiting(), node.spool.path.read_bytes()))

    result = release(emergency(node), down, deliver)
    assert isinstance(result, Released)
    ((waiting, content),) = seen
    assert waiting == 1
    assert b'"phase":"intent"' in content
    assert result.intent.id.encode() in content
    assert node.spool.waiting() == 2  # and how it ended


def test_nothing_personal_is_in_the_spool_in_clear(node: Node, down: Office) -> None:
    release(emergency(node), down, lambda _: None)
    content = node.spool.path.read_bytes()
    for word in (AN, "欧阳静姝", REASON, "ks-em-004"):
        assert word.encode() not in content


def test_a_refused_emergency_does_not_use_the_spool(node: Node, down: Office) -> None:
    """Without an entry there is no answer either; whoever asked sees that the ledger is down."""
    with pytest.raises(CannotAppend):
        release(emergency(node, person="ks-dr-005"), down, lambda _: None)
    assert node.spool.waiting() == 0


def test_a_spool_that_cannot_be_written_lets_nothing_leave(node: Node, site: Site, down: Office) -> None:
    site.folder.joinpath("spool.jsonl").mkdir()
    delivered: list[bytes] = []
    with pytest.raises(CannotWrite) as refused:
        release(emergency(node), down, delivered.append)
    assert (refused.value.exit_code, delivered) == (5, [])


def test_after_its_time_the_spool_lets_nothing_leave(node: Node, site: Site, down: Office) -> None:
    release(emergency(node), down, lambda _: None)
    site.clock.pass_by(EMERGENCY + timedelta(microseconds=1))
    delivered: list[bytes] = []
    with pytest.raises(SpoolClosed):
        release(emergency(node), down, delivered.append)
    assert (delivered, node.spool.waiting()) == ([], 2)


def _spooled(site: Site) -> None:
    with site.open() as node:
        reader = site.reader(node)
        released = release(emergency(node), deaf(node.office, reader), lambda _: None)
        assert isinstance(released, Released)
        reader.close()


def test_when_the_ledger_is_back_the_emergency_is_in_it_with_its_review_and_notice(site: Site) -> None:
    _spooled(site)
    site.clock.pass_by(timedelta(hours=3))
    with site.open() as node:
        intent, outcome = entries(node)[-2:]
        assert {one.entry.source for one in (intent, outcome)} == {"spool"}
        assert outcome.entry.intent == intent.id
        (review,) = queue(node.log)
        (notice,) = outbox(node.log)
        assert (review.entry, notice.entry) == (intent.id, intent.id)
        assert review.due - review.opened == timedelta(hours=24)
        assert node.spool.waiting() == 0
        assert all(one.ok for one in health(node) if one.name_en == "ledger")


def test_the_patient_reads_when_it_happened_not_when_it_reached_the_ledger(site: Site) -> None:
    _spooled(site)
    site.clock.pass_by(timedelta(hours=3))
    with site.open() as node:
        (look,) = who_saw(node.office, AN)
        assert look.time == NOW
        assert look.zh.startswith("🚩 紧急：2026-11-25 09:00 昆山市急救中心的")
        assert node.log.find(look.entry_id).time == NOW + timedelta(hours=3)
        assert from_us(node.log.find(look.entry_id).entry.claimed_us) == NOW


def test_a_spool_that_was_altered_is_not_drained_and_the_node_says_so(site: Site) -> None:
    _spooled(site)
    path = site.folder / "spool.jsonl"
    altered = path.read_bytes().replace(b'"ETREAT"', b'"TREAT"', 1)
    path.write_bytes(altered)
    with pytest.raises(SpoolAltered), site.open():
        pass
    assert path.read_bytes() == altered


@pytest.fixture
def small(site: Site, tmp_path: Path) -> Iterator[Site]:
    """The node on a disk of its own that can be filled."""
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)], check=False
    ).returncode:
        pytest.skip("a small disk of its own needs the right to mount")
    yield Site(Path(shutil.copytree(site.folder, place / "node")), site.clock)
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize("room", [0, 40_960])
def test_while_the_disk_is_full_one_emergency_after_the_other_goes_into_the_spool(
    small: Site, tmp_path: Path, room: int
) -> None:
    """The node opens although what waits cannot be moved yet, and moves all of it once there is room.

    With 40 KiB left the ledger can be opened for writing, and nothing can be written.
    """
    spool = {"HUTONG_EMERGENCY_SPOOL_FILE": str(tmp_path / "spool.jsonl")}
    with small.open(**spool) as node:
        release(emergency(node), node.office, lambda _: None)  # the patient's key is there now
        size = node.log.size
    filling = small.folder / "filling"
    _fill(filling, room)
    for done in (1, 2):
        with small.open(**spool) as node:
            release(emergency(node), node.office, lambda _: None)
            assert (node.log.size, node.spool.waiting()) == (size, 2 * done)
    filling.unlink()
    with small.open(**spool) as node:
        assert (node.log.size, node.spool.waiting()) == (size + 4, 0)
        assert len(list(queue(node.log))) == 3
        assert verify(node.log, node.vkey).ok


def test_on_a_disk_that_can_only_be_read_the_ledger_is_not_ok(small: Site) -> None:
    with small.open() as node:
        assert all(one.ok for one in health(node) if one.name_en == "ledger")
    subprocess.run(["mount", "-o", "remount,ro", str(small.folder.parent)], check=True)
    with small.open() as node:
        ledger = next(one for one in health(node) if one.name_en == "ledger")
        assert (ledger.ok, ledger.exit_code) == (False, 5)
        assert "nothing is released" in ledger.en


def _fill(path: Path, room: int) -> None:
    with path.open("wb", buffering=0) as file:
        with suppress(OSError):
            while True:
                file.write(bytes(4096))
        file.truncate(file.tell() - room)


def test_status_tells_of_what_waits_in_the_spool(node: Node, down: Office) -> None:
    release(emergency(node), down, lambda _: None)
    waiting = next(one for one in health(node) if one.name_en == "waiting")
    assert (waiting.ok, waiting.exit_code) == (False, 5)
    assert "2 spooled emergencies" in waiting.en
