"""Roots on the channel: none is lost, none twice, and another past under our name stops everything."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import grpc
import msgspec
import pytest

from ledger import Log, Signer
from ledger.checkpoint import Checkpoint
from ledger.closing import close_volumes
from ledger.errors import CannotAppend, LedgerDamaged
from ledger.fabric.anchoring import Due, Lag, anchor, is_due, lag
from ledger.fabric.anchors import BATCHES, CONSENTS, Anchors
from ledger.fabric.channel import Batches, End, Group
from ledger.fabric.comparing import compare, not_ours, past_in, past_of
from ledger.fabric.errors import NotAnswering, OutcomeUnknown
from ledger.fabric.gateway import Position
from ledger.merkle import EMPTY_ROOT
from tests.fabric.channels import BACKENDS, connections, fresh_name, gateway
from tests.fabric.fake_gateway import World, fake_network
from tests.ledger.books import ENTRY, START, fill, new_log, open_log
from tests.ledger.turns_of_keys import naming


@dataclass
class Node:
    """A log, what it remembers of the channel, and its row there."""

    folder: Path
    log: Log
    anchors: Anchors
    batches: Batches

    def anchor(self, **more: bool) -> tuple[int, int, int] | None:
        found = anchor(self.log, self.anchors, self.batches, **more)
        return (found.seq, found.start, found.stop) if found else None

    @property
    def on_channel(self) -> list[tuple[int, int, int]]:
        return [(one.seq, one.start, one.stop) for one in self.batches]


@pytest.fixture(params=BACKENDS)
def node(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Node]:
    with connections(request.param, tmp_path / "network") as found, gateway(found["kunshan"]) as client:
        name = fresh_name()
        log = new_log(tmp_path / "ledger.db", signer=Signer(name, bytes(range(32))))
        with log, Anchors(tmp_path / "anchors.db", name) as anchors:
            yield Node(tmp_path, log, anchors, Batches(client, name))


@pytest.fixture
def faked(tmp_path: Path) -> Iterator[tuple[Node, World]]:
    with fake_network(tmp_path / "network") as network, gateway(network.connection("kunshan")) as client:
        log = new_log(tmp_path / "ledger.db")
        with log, Anchors(tmp_path / "anchors.db", log.signer.origin) as anchors:
            yield Node(tmp_path, log, anchors, Batches(client, log.signer.origin)), network.world


def lost(node: Node) -> Node:
    """The same node after its memory of the channel is gone."""
    node.anchors.close()
    (node.folder / "anchors.db").unlink()
    return replace(node, anchors=Anchors(node.folder / "anchors.db", node.batches.log))


def other_past(node: Node, size: int, at: int = 0) -> Log:
    """A log of the same name and key, in which the entry `at` is another one."""
    path = node.folder / "other.db"
    path.unlink(missing_ok=True)
    log = new_log(path, signer=node.log.signer)
    fill(log, at)
    log.append(replace(ENTRY, why="something else"))
    fill(log, size - at - 1)
    return log


def test_what_was_appended_is_anchored_batch_after_batch(node: Node) -> None:
    assert node.anchor() is None
    fill(node.log, 3)
    assert node.anchor() == (1, 0, 3)
    assert node.anchor() is None
    fill(node.log, 300)
    assert node.anchor() == (2, 3, 303)
    assert node.on_channel == [(1, 0, 3), (2, 3, 303)]
    first, second = node.batches
    assert (first.previous_root, second.previous_root) == (EMPTY_ROOT.hex(), first.root)
    assert second.root == node.log.root().hex()
    compared = compare(node.batches, lambda: past_of(node.log))
    assert (compared.ok, compared.batches, compared.stop) == (True, 2, 303)


def test_a_node_that_forgot_how_far_it_was_asks_the_channel(node: Node) -> None:
    fill(node.log, 5)
    node.anchor()
    fill(node.log, 5)
    node.anchor()
    again = lost(node)
    fill(again.log, 1)
    assert again.anchor() == (3, 10, 11)
    assert again.on_channel == [(1, 0, 5), (2, 5, 10), (3, 10, 11)]
    again.anchors.close()


def test_an_old_memory_put_back_does_no_harm(node: Node) -> None:
    fill(node.log, 5)
    node.anchor()
    shutil.copy(node.folder / "anchors.db", node.folder / "old.db")
    for _ in range(2):
        fill(node.log, 5)
        node.anchor()
    node.anchors.close()
    shutil.copy(node.folder / "old.db", node.folder / "anchors.db")
    again = replace(node, anchors=Anchors(node.folder / "anchors.db", node.batches.log))
    fill(again.log, 1)
    assert again.anchor() == (4, 15, 16)
    assert again.anchors.alarm is None
    assert again.on_channel == [(1, 0, 5), (2, 5, 10), (3, 10, 15), (4, 15, 16)]
    again.anchors.close()


def hung_up(context: Any) -> None:
    context.abort(grpc.StatusCode.UNAVAILABLE, "gone")


@pytest.mark.parametrize(("call", "there"), [("submit", False), ("after submit", True), ("commit", True)])
def test_after_an_unknown_outcome_the_same_is_proposed_again(
    faked: tuple[Node, World], call: str, there: bool
) -> None:
    node, world = faked
    fill(node.log, 5)
    world.trouble[call] = hung_up
    with pytest.raises(OutcomeUnknown):
        node.anchor()
    assert node.on_channel == ([(1, 0, 5)] if there else [])
    fill(node.log, 5)  # the log goes on; a batch with more in it would be another one
    world.trouble.clear()
    assert node.anchor() == (1, 0, 5)
    assert node.anchor() == (2, 5, 10)
    assert node.on_channel == [(1, 0, 5), (2, 5, 10)]


def test_a_crash_between_writing_down_and_proposing_loses_nothing(faked: tuple[Node, World]) -> None:
    node, world = faked
    fill(node.log, 5)
    world.trouble["endorse"] = hung_up
    with pytest.raises(NotAnswering):
        node.anchor()
    node.anchors.close()
    world.trouble.clear()
    again = replace(node, anchors=Anchors(node.folder / "anchors.db", node.batches.log))
    assert again.anchor() == (1, 0, 5)
    again.anchors.close()


def test_two_processes_that_anchor_at_once_put_nothing_there_twice(faked: tuple[Node, World]) -> None:
    node, _ = faked
    with Anchors(node.folder / "anchors.db", node.batches.log) as theirs:
        fill(node.log, 5)
        node.anchor()
        fill(node.log, 5)
        assert anchor(node.log, theirs, node.batches) is not None
        fill(node.log, 5)
        node.anchor()
    assert node.on_channel == [(1, 0, 5), (2, 5, 10), (3, 10, 15)]


@pytest.mark.attack
@pytest.mark.parametrize("remembers", [True, False], ids=["with its memory", "without"])
def test_a_rewritten_past_stops_anchoring_and_names_the_first_batch_that_differs(
    node: Node, remembers: bool
) -> None:
    """Whoever has the ledger's key can write another past; not on the other regions' peers."""
    for _ in range(3):
        fill(node.log, 5)
        node.anchor()
    node = node if remembers else lost(node)
    with other_past(node, size=20, at=7) as forged:
        liar = replace(node, log=forged)
        assert liar.anchor() is None
        alarm = node.anchors.alarm
        assert alarm is not None
        assert (alarm.batch, alarm.first_wrong) == (2, 5)
        assert "one of the entries up to 9 is not the one that was anchored" in alarm.en
        fill(forged, 5)
        assert liar.anchor() is None
    assert len(node.on_channel) == 3
    if not remembers:
        node.anchors.close()


@pytest.mark.attack
def test_an_old_copy_of_the_ledger_put_back_is_found(node: Node) -> None:
    fill(node.log, 5)
    node.anchor()
    for more in ("", "-wal"):
        shutil.copy(node.folder / f"ledger.db{more}", node.folder / f"old.db{more}")
    fill(node.log, 5)
    node.anchor()
    with open_log(node.folder / "old.db", signer=node.log.signer) as old:
        behind = replace(node, log=old)
        assert behind.anchor() is None
        assert node.anchors.alarm is not None
        assert node.anchors.alarm.first_wrong == 5
        assert "it was cut short, or an old copy was put back" in node.anchors.alarm.en


def test_after_the_right_ledger_is_back_one_look_ends_the_alarm(node: Node) -> None:
    fill(node.log, 10)
    node.anchor()
    with other_past(node, size=12) as forged:
        replace(node, log=forged).anchor()
        assert replace(node, log=forged).anchor(look_again=True) is None
    assert node.anchors.alarm is not None
    fill(node.log, 1)
    assert node.anchor() is None
    assert node.anchor(look_again=True) == (2, 10, 11)
    assert node.anchors.alarm is None


@pytest.mark.attack
def test_what_somebody_else_put_under_our_name_is_told_from_a_past_of_ours(faked: tuple[Node, World]) -> None:
    """Another key of the region wrote it: not a fork of this ledger, and still nobody may go on."""
    node, _ = faked
    with new_log(node.folder / "x.db", signer=Signer(node.log.signer.origin, bytes(32))) as theirs:
        fill(theirs, 4)
        with Anchors(node.folder / "y.db", "x") as memory:
            anchor(theirs, memory, node.batches)
    fill(node.log, 5)
    assert node.anchor() is None
    assert node.anchors.alarm is not None
    assert "is not signed with this ledger's key" in node.anchors.alarm.en
    assert node.anchors.alarm.first_wrong is None


@pytest.mark.attack
def test_a_batch_that_does_not_follow_is_named(faked: tuple[Node, World]) -> None:
    node, world = faked
    for _ in range(3):
        fill(node.log, 5)
        node.anchor()
    key = f"batch/KunshanMSP/{node.batches.log}/000000000002"
    world.state[key] = world.state[key].replace(b'"from":5', b'"from":4')
    compared = compare(node.batches, lambda: past_of(node.log))
    assert compared.wrong is not None
    assert (compared.batches, compared.wrong.batch, compared.wrong.first_wrong) == (1, 2, 5)


@pytest.mark.attack
def test_a_ledger_that_does_not_open_any_more_is_compared_all_the_same(faked: tuple[Node, World]) -> None:
    node, _ = faked
    fill(node.log, 300)
    node.anchor()
    fill(node.log, 300)
    node.anchor()
    node.log.close()
    batches = list(node.batches)
    path, stops = node.folder / "ledger.db", [one.stop for one in batches]

    def found() -> tuple[int, int | None]:
        past = past_in(path, node.log.signer.verifier_key, stops)
        compared = compare(batches, lambda: past)
        return compared.batches, compared.wrong.first_wrong if compared.wrong else None

    assert found() == (2, None)
    db = apsw.Connection(str(path))
    db.execute("DELETE FROM tile WHERE level = 0 AND number = 1")
    db.close()
    assert found() == (0, 0)


def test_the_lag_is_the_entries_that_wait_and_the_age_of_the_oldest(faked: tuple[Node, World]) -> None:
    node, _ = faked
    assert lag(node.log, node.anchors, START) == Lag(entries=0, wait=timedelta())
    fill(node.log, 2)
    node.anchor()
    fill(node.log, 3)
    oldest = node.log.read(2).time
    found = lag(node.log, node.anchors, oldest + timedelta(seconds=9))
    assert found == Lag(entries=3, wait=timedelta(seconds=9))
    assert lag(node.log, node.anchors, oldest - timedelta(days=1)).wait == timedelta()


@pytest.mark.parametrize(
    ("entries", "seconds", "due"), [(0, 99, False), (9, 4.9, False), (10, 0, True), (1, 5, True)]
)
def test_a_batch_is_due_by_size_or_by_time(entries: int, seconds: float, due: bool) -> None:
    waiting = Lag(entries=entries, wait=timedelta(seconds=seconds))
    assert is_due(waiting, Due(entries=10, wait=timedelta(seconds=5))) is due


def test_the_memory_is_of_one_log_on_one_channel(tmp_path: Path) -> None:
    group = Group(
        log="other",
        seq=4,
        start=1,
        stop=2,
        commitments=(),
        sealed="",
        position=Position(block=7, transaction="t"),
    )
    with Anchors(tmp_path / "anchors.db", "ks on one") as anchors:
        anchors.reach(BATCHES, End(3, 30, "aa"))
        anchors.propose(CONSENTS, b"content")
        anchors.follow(group)
        anchors.tell_trouble("first", "一", 5)
        anchors.tell_trouble("second", "二", 9)
        assert (anchors.reached(BATCHES), anchors.reached(CONSENTS)) == (End(3, 30, "aa"), None)
        assert (anchors.followed("other"), anchors.position) == (4, Position(block=7, transaction="t"))
        trouble = anchors.trouble
        assert trouble is not None
        assert (trouble.since_us, trouble.en) == (5, "second")
        anchors.forget_trouble()
        assert anchors.trouble is None
    with Anchors(tmp_path / "anchors.db", "ks on another") as anchors:
        assert (anchors.reached(BATCHES), anchors.position) == (None, None)


@pytest.mark.attack
def test_a_memory_that_is_damaged_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "anchors.db").write_bytes(b"not a database" * 100)
    with pytest.raises(LedgerDamaged, match=r"anchors\.db is damaged"):
        Anchors(tmp_path / "anchors.db", "x")


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CannotAppend, match=r"anchors\.db"):
        Anchors(tmp_path / "nowhere" / "anchors.db", "x")


def test_batches_from_before_and_after_a_change_of_key_are_one_past(node: Node) -> None:
    fill(node.log, 20)
    node.anchor()
    successor = Signer(node.log.signer.origin, b"\x02" * 32)
    node.log.hand_over(naming(successor.verifier_key), successor)
    fill(node.log, 20)
    assert node.anchor() == (2, 20, 41)
    close_volumes(node.log)
    assert compare(node.batches, lambda: past_of(node.log)).wrong is None
    for key in node.log.keys:
        assert compare(node.batches, partial(past_in, node.log.path, str(key), [20, 41])).wrong is None


@pytest.mark.attack
def test_a_batch_that_a_key_signed_after_it_handed_over_is_nobody_s(node: Node) -> None:
    fill(node.log, 20)
    old, successor = node.log.signer, Signer(node.log.signer.origin, b"\x02" * 32)
    node.log.hand_over(naming(successor.verifier_key), successor)
    fill(node.log, 20)
    node.anchor()
    (batch,) = node.batches
    state = Checkpoint(origin=old.origin, size=41, root=node.log.root())
    stolen = msgspec.structs.replace(batch, checkpoint=state.signed(old).decode())
    wrong = not_ours(past_of(node.log), stolen)
    assert wrong is not None
    assert "not signed with this ledger's key" in wrong.en
