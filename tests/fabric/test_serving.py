"""While a node is served its roots go onto the channel by themselves, and an outage stops nothing."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest

from exchange.fabric.keeping_anchored import keeping_anchored
from exchange.fabric.opening import open_anchors
from exchange.fabric.standing import standing_of_channel
from exchange.node.create import Founding
from exchange.node.node import Node
from exchange.path.office import Office
from exchange.status import health
from exchange.wiring import found_node
from ledger.fabric.anchors import BATCHES, Alarm
from ledger.fabric.channel import End
from tests.exchange.nodes import Clock, Site
from tests.fabric.channels import now
from tests.fabric.fake_gateway import FakeNetwork, fake_network
from tests.ledger.books import ENTRY


@pytest.fixture
def network(tmp_path: Path) -> Iterator[FakeNetwork]:
    with fake_network(tmp_path / "network") as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock(now())


@pytest.fixture
def folder(tmp_path: Path, clock: Clock) -> Path:
    founding = Founding(region="320583", name="昆山", node_id="ks", organisation="")
    found_node(tmp_path / "ks", founding, {}, clock=clock, entropy=secrets.token_bytes)
    return tmp_path / "ks"


@pytest.fixture
def node(folder: Path, clock: Clock, network: FakeNetwork) -> Iterator[Node]:
    said = {
        "HUTONG_LEDGER_BACKEND": "fabric",
        "HUTONG_LEDGER_CONNECTION": str(network.files["kunshan"]),
        "HUTONG_LEDGER_ANCHOR_ENTRIES": "3",
        "HUTONG_LEDGER_ANCHOR_SECONDS": "60",
    }
    with Site(folder, clock).open(**said) as opened:
        yield opened


def office_of(node: Node) -> Callable[[], Office]:
    return lambda: node.office


def reached(node: Node) -> int:
    with open_anchors(node) as anchors:
        return (anchors.reached(BATCHES) or End(0, 0)).stop


def eventually(holds: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(200):
        if holds():
            return
        pause.wait(0.05)
    assert holds()


@contextmanager
def served(node: Node) -> Iterator[None]:
    with keeping_anchored(node, office_of(node), poll=0.02):
        yield


def channel_line(node: Node) -> tuple[str, str, int]:
    (found,) = standing_of_channel(node)
    assert found.zh
    return found.code, found.en, found.exit_code


def test_so_many_entries_are_anchored_by_themselves(node: Node) -> None:
    with served(node):
        for _ in range(3):
            node.log.append(ENTRY)
        eventually(lambda: reached(node) == 4)
        node.log.append(ENTRY)
        assert channel_line(node)[0] == "ok"


def test_no_entry_waits_longer_than_was_said(node: Node, clock: Clock) -> None:
    with served(node):
        threading.Event().wait(0.2)
        assert reached(node) == 0
        clock.pass_by(timedelta(seconds=60))
        eventually(lambda: reached(node) == 1)


def test_an_outage_is_told_and_made_up_for_when_it_is_over(node: Node, network: FakeNetwork) -> None:
    def hung_up(context: Any) -> None:
        context.abort(grpc.StatusCode.UNAVAILABLE, "gone")

    network.world.trouble["endorse"] = hung_up
    for _ in range(3):
        node.log.append(ENTRY)
    with served(node):
        eventually(lambda: channel_line(node)[0] == "channel-trouble")
        _code, words, exit_code = channel_line(node)
        assert "0 entries anchored in 0 batches, 4 wait" in words
        assert "does not answer (asking for endorsement)" in words
        assert exit_code == 0
        node.log.append(ENTRY)  # the node goes on
        network.world.trouble.clear()
        eventually(lambda: reached(node) == 4)
        eventually(lambda: channel_line(node)[0] == "ok")


def test_a_peer_that_never_answers_does_not_keep_a_node_from_stopping(
    node: Node, network: FakeNetwork
) -> None:
    asked, ended = threading.Event(), threading.Event()

    def hang(context: Any) -> None:
        context.add_callback(ended.set)
        asked.set()
        ended.wait(30)

    network.world.trouble["commit"] = hang
    for _ in range(3):
        node.log.append(ENTRY)
    with served(node):
        assert asked.wait(5)
        start = time.monotonic()
    assert time.monotonic() - start < 5
    assert channel_line(node)[0] == "ok"
    network.world.trouble.clear()
    with served(node):
        eventually(lambda: reached(node) == 4)
    assert len(network.world.blocks) == 2


def test_what_waits_for_more_than_an_hour_needs_a_person(node: Node, clock: Clock) -> None:
    clock.pass_by(timedelta(hours=1, seconds=1))
    code, words, exit_code = channel_line(node)
    assert (code, exit_code) == ("channel-late", 5)
    assert "1 wait (the oldest for" in words


@pytest.mark.attack
def test_another_past_on_the_channel_is_an_alarm_in_the_status(node: Node) -> None:
    with open_anchors(node) as anchors:
        anchors.alarm = Alarm(batch=2, first_wrong=5, en="batch 2 differs", zh="第 2 批不符")
    (found,) = standing_of_channel(node)
    assert (found.code, found.exit_code, found.ok) == ("channel-differs", 4, False)
    assert "nothing is anchored any more (hutong ledger verify --against fabric)" in found.en
    assert found in health(node)
    with served(node):
        threading.Event().wait(0.1)
    assert reached(node) == 0


def test_a_node_without_a_channel_has_no_such_line_and_no_such_thread(folder: Path, clock: Clock) -> None:
    with Site(folder, clock).open() as node:
        assert list(standing_of_channel(node)) == []
        with served(node):
            assert "hutong-fabric" not in {thread.name for thread in threading.enumerate()}


def test_a_connection_file_that_is_gone_is_a_line_of_the_status(folder: Path, clock: Clock) -> None:
    said = {"HUTONG_LEDGER_BACKEND": "fabric", "HUTONG_LEDGER_CONNECTION": "gone.toml"}
    with Site(folder, clock).open(**said) as node:
        code, words, exit_code = channel_line(node)
        assert (code, exit_code) == ("channel-unusable", 6)
        assert "gone.toml cannot be read" in words
